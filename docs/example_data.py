"""Example files for the tutorial, each in a different format.

python docs/example_data.py data
"""

import csv
import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path

from instructmining.data.documentation import documentation_rows
from instructmining.data.settings import Documentation
from instructmining.data.tasks import task_rows

Row = dict[str, str]


def main() -> None:
    """Write five files into the folder that is the argument."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "first.jsonl", documentation(60, "asyncio", "email", "http"))
    write_array(folder / "second.json", [*map(as_messages, task_rows(60, 0, "second")), {"messages": []}])  # a bad row
    write_csv(folder / "new.csv", [*documentation(60, "scipy.stats"), *scrambled(documentation(60, "networkx"))])
    write_lines(folder / "evaluation.jsonl", [*documentation(40, "numpy"), *task_rows(20, 0, "evaluation")])
    write_lines(folder / "final.jsonl", [*documentation(30, "pandas.core"), *task_rows(15, 0, "final")])


def documentation(count: int, *packages: str) -> list[Row]:
    """Questions about the functions of installed packages, answered by their docstrings."""
    rows = list(documentation_rows(Documentation(packages=list(packages))))
    return random.Random(0).sample(rows, count)


def scrambled(rows: Iterable[Row]) -> list[Row]:
    """The rows with the words of each answer in another order."""
    order = random.Random(0)
    return [{**row, "output": " ".join(order.sample(words := row["output"].split(), len(words)))} for row in rows]


def as_messages(row: Row) -> dict[str, list[Row]]:
    """A row as a conversation."""
    turns = [("user", f"{row['instruction']} {row['input']}".strip()), ("assistant", row["output"])]
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_array(path: Path, rows: list[dict[str, list[Row]]]) -> None:
    """One JSON array."""
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def write_csv(path: Path, rows: list[Row]) -> None:
    """CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
