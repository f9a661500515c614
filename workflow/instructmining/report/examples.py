"""The first and the last examples of a ranking as one self-contained HTML file.

    python -m instructmining.report.examples --ranking ranking.parquet --shards results/data/pools/mixed/*.parquet \\
        --count 20 --output examples.html

The text of examples is hostile: it is escaped, cut to a limit, and cannot change the writing direction around it.
"""

import argparse
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from instructmining.command import run_main
from instructmining.example import Example, from_table
from instructmining.files import read_table, write_text
from instructmining.report.shown_turns import shown_turns
from instructmining.selection.ranking import RANKING, examples_by_id, is_by_prediction, term_column

MAX_CHARACTERS = 2000
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters except tab and new line, and characters that set the direction of writing."""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1a1a1a; }}
table {{ border-collapse: collapse; table-layout: fixed; width: 100%; margin-bottom: 2.5rem; }}
th {{ text-align: left; border-bottom: 2px solid #444; }}
th, td {{ padding: .5rem .6rem; vertical-align: top; }}
tr:nth-child(even) td {{ background: #f4f4f4; }}
col.facts {{ width: 15rem; }}
.text {{ white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; margin: 0 0 .5rem; }}
.role, .note, .facts {{ color: #555; font-size: 13px; }}
.degraded {{ color: #a33b00; font-weight: 600; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def examples_page(ranking: pa.Table, shards: Sequence[Path], count: int) -> str:
    """The page with the `count` first and the `count` last examples, none of which appears twice."""
    first = ranking.slice(0, count)
    last = ranking.slice(max(len(first), len(ranking) - count))
    title = f"First and last of {len(ranking)} ranked examples"
    sections = [_section("First", first, shards), _section("Last", last, shards)]
    return _PAGE.format(title=title, body="\n".join([_order(ranking), *sections]))


def _order(ranking: pa.Table) -> str:
    """What the examples are ranked by, in words."""
    if is_by_prediction(ranking):
        return "<p>The quality rule predicts the lowest log loss for the first, and the highest for the last.</p>"
    return "<p>The selection does not follow the quality rule here, so the order is not that of its predictions.</p>"


def _section(title: str, rows: pa.Table, shards: Sequence[Path]) -> str:
    if not len(rows):
        return f"<h2>{title}</h2>\n<p>None to show.</p>"
    examples = from_table(examples_by_id(shards, rows["id"].to_pylist()))
    body = "\n".join(_row(facts, example) for facts, example in zip(rows.to_pylist(), examples, strict=True))
    header = "<tr><th>rank and why</th><th>instruction</th><th>response</th></tr>"
    columns = '<colgroup><col class="facts"><col><col></colgroup>'
    return f"<h2>{title} {len(rows)}</h2>\n<table>{columns}\n<thead>{header}</thead>\n<tbody>\n{body}\n</tbody></table>"


def _row(facts: dict[str, Any], example: Example) -> str:
    *before, (_, response) = shown_turns(example)
    history = "".join(_turn(role, text) for role, text in before)
    return f'<tr><td class="facts">{_facts(facts)}</td><td>{history}</td><td>{_text(response)}</td></tr>'


def _facts(facts: dict[str, Any]) -> str:
    """Rank, prediction, source, and what each indicator adds to the prediction."""
    terms = [
        f"{html.escape(name.removeprefix(term_column('')))} {facts[name]:+.3f}"
        for name in facts
        if name.startswith(term_column(""))
    ]
    degraded = [f'<span class="degraded">{html.escape(facts["degraded"])}</span>'] if facts["degraded"] else []
    return "<br>".join(
        [
            f"rank {facts['rank']}",
            f"predicted log loss {facts['predicted']:.3f}",
            f"source {html.escape(facts['source'])}",
            *degraded,
            *terms,
        ]
    )


def _turn(role: str, content: str) -> str:
    return f'<div class="role">{html.escape(role)}</div>{_text(content)}'


def _text(text: str) -> str:
    """Text as HTML: cut, escaped, with invisible characters named and its own writing direction."""
    visible = _INVISIBLE.sub(_named, text[:MAX_CHARACTERS].replace("\r\n", "\n"))
    cut = len(text) - MAX_CHARACTERS
    note = f'<div class="note">… {cut:,} more characters</div>' if cut > 0 else ""
    return f'<div class="text" dir="auto">{html.escape(visible)}</div>{note}'


def _named(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


def main() -> None:
    """Read the ranking and the pool, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--ranking", type=Path, required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, required=True, help="how many of the first and of the last")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    page = examples_page(read_table(arguments.ranking, RANKING), arguments.shards, arguments.count)
    write_text(arguments.output, page)


if __name__ == "__main__":
    run_main(main)
