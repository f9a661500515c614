"""Pictures of the workflow: its rules as Mermaid for the documentation, rules and jobs as SVG, without Graphviz.

In: what `snakemake --rulegraph mermaid-js` or `--dag mermaid-js` prints. Out: an SVG, or the picture in a page renewed.

    snakemake --rulegraph mermaid-js | python -m instructmining.jobs.dag --svg results/dag/rules.svg
    snakemake --rulegraph mermaid-js | python -m instructmining.jobs.dag --page docs/workflow.md
"""

import argparse
import html
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import write_text
from instructmining.marked import renew

MARKS = ("<!-- rulegraph -->", "<!-- end of rulegraph -->")
# Rules that are made per pool, per scorer or per figure are one rule to a reader.
FAMILIES = {"build_pool": "build_pool", "deduplicate": "deduplicate", "score": "score_shard"}
FAMILIES |= {"figure": "figures", "table": "figures"}
COLUMN, ROW, WIDTH, HEIGHT = 210, 34, 170, 24  # pixels


@dataclass(frozen=True)
class Graph:
    """Names of nodes, and which node comes before which."""

    names: dict[str, str]
    edges: list[tuple[str, str]]


def main() -> None:
    """Draw the graph on standard input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg", type=Path, help="the SVG to write")
    parser.add_argument("--page", type=Path, help="the page whose picture is renewed")
    arguments = parser.parse_args()
    graph = read_mermaid(sys.stdin.read())
    if arguments.svg:
        write_text(arguments.svg, draw(graph))
    if arguments.page:
        write_text(arguments.page, renew(arguments.page.read_text(encoding="utf-8"), MARKS, picture(graph)))


def read_mermaid(text: str) -> Graph:
    """The graph that Snakemake printed as Mermaid; raises ValueError where there is none."""
    names = dict(re.findall(r"^\s*(id\d+)\[(.*)\]$", text, re.MULTILINE))
    if not names:
        raise ValueError("no graph on standard input; pipe `snakemake --rulegraph mermaid-js` into this command")
    edges = re.findall(r"^\s*(id\d+) --> (id\d+)$", text, re.MULTILINE)
    inner = {a for a, b in edges if names[b] != "all"}
    # Every result is a target; only what nothing else is made from is shown as one.
    return Graph(names, [(a, b) for a, b in edges if names[b] != "all" or a not in inner])


def family(name: str) -> str:
    """The name under which a reader knows a rule."""
    return next((family for start, family in FAMILIES.items() if name.startswith(f"{start}_")), name)


def picture(graph: Graph) -> str:
    """The rules as Mermaid: one node per family, sorted, without the target and without edges that others imply."""
    edges = {(family(graph.names[a]), family(graph.names[b])) for a, b in graph.edges}
    edges = {(a, b) for a, b in edges if a != b and b != "all"}
    edges = {(a, b) for a, b in edges if not _reaches(a, b, edges - {(a, b)})} if not _has_cycle(edges) else edges
    lines = ["```mermaid", "flowchart LR", *(f"    {a} --> {b}" for a, b in sorted(edges)), "```"]
    return "\n".join(lines)


def draw(graph: Graph) -> str:
    """The graph as SVG: every node to the right of all it depends on."""
    columns = layers(graph)
    place = {node: (x, y) for x, column in enumerate(columns) for y, node in enumerate(column)}
    width, height = len(columns) * COLUMN, max(map(len, columns)) * ROW + 10
    curves = [_curve(place[a], place[b]) for a, b in graph.edges]
    boxes = [_box(graph.names[node], *place[node]) for node in place]
    style = "text{font:11px sans-serif}rect{fill:#eef4fb;stroke:#4477aa}path{fill:none;stroke:#bbb}"
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{style}</style>', *curves, *boxes, "</svg>\n"]
    )


def layers(graph: Graph) -> list[list[str]]:
    """Nodes by the length of the longest way to them, each column in the order of what it hangs on."""
    before: dict[str, list[str]] = defaultdict(list)
    for a, b in graph.edges:
        before[b].append(a)
    depth: dict[str, int] = {}
    waiting = list(graph.names)
    while waiting:
        node = waiting[-1]
        missing = [a for a in before[node] if a not in depth]
        if missing:
            waiting.extend(missing)
            continue
        depth.setdefault(node, max((depth[a] + 1 for a in before[node]), default=0))
        waiting.pop()
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    row: dict[str, float] = {}
    for node in sorted(graph.names, key=lambda node: depth[node]):
        columns[depth[node]].append(node)
    for column in columns:
        column.sort(key=lambda node: (sum(row[a] for a in before[node]) / max(len(before[node]), 1), graph.names[node]))
        row |= {node: position for position, node in enumerate(column)}
    return columns


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] * COLUMN + WIDTH + 5, start[1] * ROW + 5 + HEIGHT / 2
    x2, y2 = end[0] * COLUMN + 5, end[1] * ROW + 5 + HEIGHT / 2
    middle = (x1 + x2) / 2
    return f'<path d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"/>'


def _box(name: str, column: int, row: int) -> str:
    x, y = column * COLUMN + 5, row * ROW + 5
    text = html.escape(name if len(name) <= 28 else name[:27] + "…")
    return (
        f'<g><title>{html.escape(name)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + 6}" y="{y + 16}">{text}</text></g>'
    )


def _reaches(start: str, end: str, edges: Iterable[tuple[str, str]]) -> bool:
    """Whether a way leads from one node to another."""
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        for a, b in edges:
            if a == node and b not in found:
                found.add(b)
                waiting.append(b)
    return end in found


def _has_cycle(edges: set[tuple[str, str]]) -> bool:
    return any(_reaches(b, a, edges) for a, b in edges)


if __name__ == "__main__":
    run_main(main)
