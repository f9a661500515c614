"""How the explorer bears 100,000 examples: what each thing that a person does costs the page.

CPU seconds are those of the page's main thread, which is what makes a page stutter; they stand beside wall seconds,
which say little on a busy machine. Needs chromium and playwright.

    python benchmarks/explorer.py                     # writes benchmarks/explorer.json and prints a table
    python benchmarks/explorer.py --examples 10000
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "workflow")]

from tests.browser.made_explorer import make_explorer  # noqa: E402

from instructmining.example import Example, make_example  # noqa: E402

LIMIT_MS = 300_000
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Cost:
    """What one thing that a person does took."""

    what: str
    examples: int
    wall_seconds: float
    cpu_seconds: float


def main() -> None:
    """Make an explorer, with near neighbours where it has embeddings, use it, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=150, help="of an example, on average")
    parser.add_argument("--dimensions", type=int, default=384, help="of the embeddings; 0 leaves out near neighbours")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "explorer.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        examples = made_examples(arguments.examples, arguments.words)
        started, before = time.monotonic(), time.process_time()
        page = make_explorer(Path(folder), examples, len(examples) // 10, arguments.dimensions)
        wall, cpu = time.monotonic() - started, time.process_time() - before
        making = Cost("write it, once (Python)", len(examples), wall, cpu)
        megabytes = sum(path.stat().st_size for path in page.parent.rglob("*") if path.is_file()) / 1e6
        costs = [making, *use(page, len(examples))]
    print(f"{len(examples):,} examples of {arguments.words} words, {megabytes:.0f} MB on disk\n\n{table(costs)}")
    arguments.output.write_text(json.dumps([asdict(cost) for cost in costs], indent=2) + "\n", encoding="utf-8")


def made_examples(count: int, words: int) -> list[Example]:
    """Examples of eight sources whose lengths differ widely."""
    draw = random.Random(0)
    vocabulary = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(5000)]
    examples = []
    for i in range(count):
        text = draw.choices(vocabulary, k=max(4, int(draw.expovariate(1 / words))))
        cut = max(2, len(text) // 4)
        turns = [("user", f"{i} {' '.join(text[:cut])}"), ("assistant", " ".join(text[cut:]))]
        messages = [{"role": role, "content": content} for role, content in turns]
        examples.append(make_example(messages, f"source_{i % 8}", "alpaca", {}))  # type: ignore[arg-type]
    return examples


def use(page: Path, count: int) -> list[Cost]:
    """Do what a person does, one thing after the other."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        tab = chromium.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(LIMIT_MS)
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def measure(what: str, action: Callable[[], Any]) -> Cost:
            before, started = cpu_seconds(session), time.monotonic()
            action()
            return Cost(what, count, time.monotonic() - started, cpu_seconds(session) - before)

        def act(script: str) -> Callable[[], Any]:
            """Run a script of the page, and wait until two frames are drawn."""
            frames = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            return lambda: tab.evaluate(f"async () => {{ {script}; {frames} }}")

        def load() -> None:
            tab.goto(page.as_uri())
            tab.wait_for_selector(".ag-row [col-id=rank]")

        return [
            measure("open the page", load),
            measure("sort by an indicator", act("await change({column: 'mtld', descending: true})")),
            measure("sort by it again", act("await change({descending: false})")),
            measure("filter by a source", act("await change({source: ['source_3']})")),
            measure("clear the filter", act("await change({source: null})")),
            measure("one step of brushing", act("setRange('predicted', [0.4, 0.8])")),
            measure("scroll to the middle", act("shown.table.reveal(Math.floor(shown.table.rows.length / 2))")),
            measure("open an example", act("openExample(shown.table.rows[5], false)")),
            measure("compare groups", act("await change({tab: 'compare'})")),
            measure("first search", act("await change({tab: 'examples', query: 'zzzz'})")),
            measure("second search", act("await change({query: 'abc'})")),
        ]


def cpu_seconds(session: Any) -> float:
    """CPU time of the page's main thread so far."""
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def table(costs: list[Cost]) -> str:
    """The costs as a Markdown table."""
    rows = [f"| {cost.what} | {cost.wall_seconds:.2f} | {cost.cpu_seconds:.2f} |" for cost in costs]
    return "\n".join(["| what | wall s | CPU s |", "|---|---|---|", *rows])


if __name__ == "__main__":
    main()
