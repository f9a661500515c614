"""Gather the prompts that the tuned models answer, without prompts that something was tuned or fitted on.

In: files of prompts, the pools that are selected from, the eval sets of the roles fit and search. Out: one table of
prompts, and a report of what was left out and why.

    python -m instructmining.comparison.judge.prompts --sets '{"mt_bench": {"path": "mt_bench_questions.jsonl"}}' \\
        --max-overlap 0.5 --pools results/data/pools/mixed/*.parquet --eval-sets results/data/eval/docs.parquet \\
        --output prompts.parquet --report prompts.report.json
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.comparison.judge.result import PromptCounts, PromptsReport
from instructmining.comparison.judge.settings import PromptSet
from instructmining.data.contamination import EvalPrompts
from instructmining.data.errors import BadRow, DataError
from instructmining.data.forms.prompts import has_prompt, read_prompt, without_response
from instructmining.data.forms.read import split_row
from instructmining.data.reading.read_rows import read_rows
from instructmining.data.reading.rows import Row
from instructmining.example import JsonObject, Message, make_example, stream_examples
from instructmining.files import read_table, write_result, write_table

PROMPTS = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "hash of the turns"}),
        pa.field(
            "prompt_set", pa.string(), metadata={"description": "the set that it is from, as named in the config"}
        ),
        pa.field("turns", pa.list_(pa.string()), metadata={"description": "what the user says, turn by turn"}),
        pa.field(
            "before",
            pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
            metadata={"description": "what was said before: a system message, earlier turns with their answers"},
        ),
    ]
)


@dataclass(frozen=True)
class Prompt:
    """What a user says, turn by turn; the model answers each turn."""

    id: str
    prompt_set: str
    turns: tuple[str, ...]
    before: tuple[Message, ...] = ()
    """What was said before: a system message, earlier turns with their answers."""


def read_prompts(name: str, prompt_set: PromptSet) -> list[Prompt]:
    """The prompts of a file; raises DataError with file and line at the first row without one."""
    rows = islice(read_rows(prompt_set.path, prompt_set.ignore), prompt_set.limit)
    return [prompt for row in rows for prompt in _prompts(name, row, frozenset(prompt_set.ignore))]


def _prompts(name: str, row: Row, ignore: frozenset[str]) -> list[Prompt]:
    try:
        if isinstance(row.value, BadRow):
            raise row.value
        return [_prompt(name, value, ignore) for value in split_row(row.value, None)]
    except BadRow as bad:
        raise DataError(f"{row.place}: {bad}") from None


def _prompt(name: str, row: object, ignore: frozenset[str]) -> Prompt:
    before, turns = to_turns(row, ignore)
    said = [list(before), *turns] if before else turns
    digest = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
    return Prompt(digest[:16], name, turns, before)


def to_turns(row: object, ignore: frozenset[str] = frozenset()) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """What was said before, and what the user says, turn by turn; raises BadRow where a row holds no prompt.

    A response that the row has as well is left out. `turns`, as in MT-bench, are the user's turns.
    """
    if not isinstance(row, dict):
        raise BadRow("the row is not an object with fields")
    first, later = _first_turn(row)
    prompt = read_prompt(without_response(first), ignore)
    *before, last = prompt.messages
    if prompt.tools or any(message.keys() != {"role", "content"} for message in prompt.messages):
        raise BadRow("a prompt for the judge holds texts only", "found tools, calls or their results")
    return tuple(before), (last["content"], *later)


def _first_turn(row: JsonObject) -> tuple[JsonObject, list[str]]:
    """A row with the first of the user's turns as its prompt, and the other turns."""
    turns = row.get("turns")
    if not isinstance(turns, list):
        return row, []
    if not turns or not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise BadRow("there is no prompt", "expected text in each of the turns")
    rest = {name: value for name, value in row.items() if name != "turns"}
    if has_prompt(rest):
        raise BadRow("there are two prompts", "found turns and another field; leave one out with `ignore`")
    return {**rest, "instruction": turns[0]}, turns[1:]


def distinct(prompts: Sequence[Prompt]) -> list[Prompt]:
    """Each prompt once, where it first appears."""
    return list({prompt.id: prompt for prompt in reversed(prompts)}.values())[::-1]


def overlapping(prompts: Sequence[Prompt], tables: Sequence[Path], max_overlap: float) -> set[str]:
    """The IDs of prompts that overlap with an example of the tables, by the measure that also cleans the pools."""
    seen = EvalPrompts()
    for prompt in prompts:
        turns = [*prompt.before, *(Message(role="user", content=turn) for turn in prompt.turns)]
        seen.add(prompt.id, make_example([*turns, Message(role="assistant", content="")], "prompts", "messages", None))
    examples = (example for table in tables for batch in stream_examples(table) for example in batch)
    shares = (item for example in examples for item in seen.overlaps(example).items())
    return {name for name, share in shares if share >= max_overlap}


def gather_prompts(
    sets: dict[str, PromptSet], pools: Sequence[Path], eval_sets: Sequence[Path], max_overlap: float
) -> tuple[list[Prompt], PromptsReport]:
    """The prompts to answer and the report; raises DataError if no prompt is left."""
    read = [prompt for name, prompt_set in sets.items() for prompt in read_prompts(name, prompt_set)]
    prompts = distinct(read)
    in_pools = overlapping(prompts, pools, max_overlap)
    in_eval_sets = overlapping(prompts, eval_sets, max_overlap) - in_pools
    kept = [prompt for prompt in prompts if prompt.id not in in_pools | in_eval_sets]
    if not kept:
        raise DataError(
            f"comparison.judge.prompts: each of the {len(prompts)} prompts is in a pool, or in an eval set of role fit"
            " or search; name other files"
        )
    left_out = {"repeated": _missing(read, prompts), "in_a_pool": _of(prompts, in_pools)}
    left_out["in_an_eval_set_of_fit_or_search"] = _of(prompts, in_eval_sets)
    counts = {name: _counts(name, read, left_out, kept) for name in sets}
    return kept, PromptsReport(max_overlap, counts)


def _missing(before: Sequence[Prompt], after: Sequence[Prompt]) -> Counter[str]:
    return Counter(p.prompt_set for p in before) - Counter(p.prompt_set for p in after)


def _of(prompts: Sequence[Prompt], ids: set[str]) -> Counter[str]:
    return Counter(prompt.prompt_set for prompt in prompts if prompt.id in ids)


def _counts(
    name: str, read: Sequence[Prompt], left_out: dict[str, Counter[str]], kept: Sequence[Prompt]
) -> PromptCounts:
    rows, left = (sum(prompt.prompt_set == name for prompt in prompts) for prompts in (read, kept))
    return PromptCounts(rows, {reason: counts[name] for reason, counts in left_out.items()}, left)


def write_prompts(path: Path, prompts: Sequence[Prompt]) -> None:
    """Write the table of prompts."""
    write_table(path, pa.Table.from_pylist([asdict(prompt) for prompt in prompts], schema=PROMPTS), PROMPTS)


def read_prompt_table(path: Path) -> list[Prompt]:
    """The prompts of a table that `write_prompts` wrote."""
    rows = read_table(path, PROMPTS, PROMPTS.names).to_pylist()
    return [Prompt(row["id"], row["prompt_set"], tuple(row["turns"]), tuple(row["before"])) for row in rows]


def main() -> None:
    """Read the files, write the prompts and the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--sets", type=json.loads, required=True)
    parser.add_argument("--max-overlap", type=float, required=True)
    parser.add_argument("--pools", type=Path, nargs="+", required=True)
    parser.add_argument("--eval-sets", type=Path, nargs="*", default=[])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    arguments = parser.parse_args()
    sets = {name: PromptSet.model_validate(value) for name, value in arguments.sets.items()}
    prompts, report = gather_prompts(sets, arguments.pools, arguments.eval_sets, arguments.max_overlap)
    write_prompts(arguments.output, prompts)
    write_result(arguments.report, report)
    for name, counts in report.sets.items():
        left_out = ", ".join(f"{count} {reason}" for reason, count in counts.left_out.items())
        print(f"{name}: {counts.rows} prompts, {counts.kept} kept; left out: {left_out}")


if __name__ == "__main__":
    run_main(main)
