"""Prompts of all the forms that are about, and of none that anything was tuned or fitted on."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from instructmining.comparison.judge.prompts import gather_prompts, main, read_prompt_table, read_prompts, write_prompts
from instructmining.comparison.judge.result import PromptCounts, PromptsReport
from instructmining.comparison.judge.settings import PromptSet
from instructmining.data.errors import DataError
from instructmining.example import EXAMPLES, to_table
from instructmining.files import read_result, write_table
from tests.conftest import ROOT, conversation

REAL = Path(os.environ.get("INSTRUCTMINING_DATA", ROOT.parent / "shared" / "data")) / "eval"
LONG = "explain in a few plain words why the sky over the sea is blue at noon and red at night"


def write(path: Path, rows: list[Any]) -> PromptSet:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return PromptSet(path=str(path))


def table(path: Path, *instructions: str) -> Path:
    write_table(path, to_table([conversation(text, "yes") for text in instructions]), EXAMPLES)
    return path


@pytest.mark.parametrize(
    ("row", "turns"),
    [
        ({"question_id": 81, "category": "writing", "turns": ["one", "two"]}, ("one", "two")),
        ({"instruction": "do", "input": "this"}, ("do\n\nthis",)),
        ({"instruction": "do", "input": ""}, ("do",)),
        ({"instruction": "do", "instances": [{"input": "this", "output": "no"}]}, ("do\n\nthis",)),
        ({"prompt": "do"}, ("do",)),
        ({"text": "do", "category": "generic"}, ("do",)),
        ({"question": "do", "answer": "no"}, ("do",)),
        ({"instruction": "do", "context": "this", "response": "no"}, ("do\n\nthis",)),
        ({"instruction": "", "input": "do"}, ("do",)),
        ({"messages": [{"role": "user", "content": "do"}]}, ("do",)),
        ({"conversations": [{"from": "human", "value": "do"}, {"from": "gpt", "value": "no"}]}, ("do",)),
    ],
)
def test_the_forms_of_known_sets_are_read(tmp_path: Path, row: Any, turns: tuple[str, ...]) -> None:
    assert [prompt.turns for prompt in read_prompts("own", write(tmp_path / "p.jsonl", [row]))] == [turns]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"category": "?"}, "there is no prompt; expected turns"),
        (["do"], "the row is not an object"),
        ({"prompt": " "}, "there is no prompt"),
        ({"prompt": 3}, 'field "prompt" is a number, expected text or turns'),
        ({"turns": []}, "there is no prompt"),
        ({"turns": [None]}, "there is no prompt"),
        ({"turns": ["one"], "prompt": "two"}, "there are two prompts"),
        ({"prompt": "one", "instruction": "two"}, "there are two prompts"),
        ({"instruction": "do", "instances": "abc"}, 'field "instances" is not one instance; found text'),
        ({"prompt": "do", "choices": ["a", "b"]}, 'field "choices" is not read'),
        ({"prompt": "do", "tools": [{"name": "look"}]}, "a prompt for the judge holds texts only"),
    ],
)
def test_a_row_that_holds_no_prompt_stops_with_its_line(tmp_path: Path, row: Any, reason: str) -> None:
    with pytest.raises(DataError, match=rf"p\.jsonl:2: {reason}"):
        read_prompts("own", write(tmp_path / "p.jsonl", [{"prompt": "fine"}, row]))


@pytest.mark.parametrize("name", ["output", "completion", "response_a", "chosen"])
def test_a_response_in_the_row_is_left_out(tmp_path: Path, name: str) -> None:
    (prompt,) = read_prompts("own", write(tmp_path / "p.jsonl", [{"prompt": "do", name: "done"}]))
    assert prompt.turns == ("do",)


def test_each_instance_is_a_prompt(tmp_path: Path) -> None:
    row = {"instruction": "Double", "instances": [{"input": "2"}, {"input": "3", "constraints": "In words."}]}
    prompts = read_prompts("own", write(tmp_path / "p.jsonl", [row]))
    assert [prompt.turns for prompt in prompts] == [("Double\n\n2",), ("Double\n\n3\n\nIn words.",)]


def test_what_was_said_before_is_kept_and_makes_another_prompt(tmp_path: Path) -> None:
    rows = [{"prompt": "do"}, {"prompt": "do", "system": "Be kind", "history": [["a", "b"]]}]
    plain, full = read_prompts("own", write(tmp_path / "p.jsonl", rows))
    said = [("system", "Be kind"), ("user", "a"), ("assistant", "b")]
    assert [(message["role"], message["content"]) for message in full.before] == said
    assert (plain.before, full.turns) == ((), ("do",)) and plain.id != full.id
    write_prompts(tmp_path / "p.parquet", [plain, full])
    assert read_prompt_table(tmp_path / "p.parquet") == [plain, full]


def test_what_is_left_out_on_purpose_is_no_reason_to_stop(tmp_path: Path) -> None:
    prompts = write(tmp_path / "p.jsonl", [{"prompt": "do", "choices": ["a", "b"]}])
    assert read_prompts("own", prompts.model_copy(update={"ignore": ["choices"]}))[0].turns == ("do",)


def test_no_more_prompts_than_the_limit_are_read(tmp_path: Path) -> None:
    prompts = write(tmp_path / "p.jsonl", [{"prompt": f"{i}"} for i in range(5)]).model_copy(update={"limit": 2})
    assert [prompt.turns for prompt in read_prompts("own", prompts)] == [("0",), ("1",)]


@pytest.mark.parametrize(
    ("name", "count", "turns"), [("vicuna_80.parquet", 80, 1), ("mt_bench_questions.jsonl", 80, 2), ("self_instruct_252.jsonl", 252, 1)]
)  # fmt: skip
def test_the_public_sets_are_read(name: str, count: int, turns: int) -> None:
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    prompts = read_prompts("own", PromptSet(path=str(REAL / name)))
    assert len(prompts) == count
    assert {len(prompt.turns) for prompt in prompts} == {turns}


def test_prompts_of_pools_and_of_fitted_eval_sets_are_left_out_and_counted(tmp_path: Path) -> None:
    first = write(
        tmp_path / "first.jsonl", [{"prompt": LONG}, {"prompt": "is the sea red"}, {"prompt": "why run fast"}]
    )
    second = write(tmp_path / "second.jsonl", [{"prompt": "why run fast"}, {"prompt": "what is a road"}])
    pool, fitted = (
        table(tmp_path / "pool.parquet", f"{LONG}?", "a cat"),
        table(tmp_path / "fit.parquet", "is the sea red"),
    )
    prompts, report = gather_prompts({"first": first, "second": second}, [pool], [fitted], 0.5)
    assert [prompt.turns[0] for prompt in prompts] == ["why run fast", "what is a road"]
    left_out = {"repeated": 0, "in_a_pool": 1, "in_an_eval_set_of_fit_or_search": 1}
    assert report.sets["first"] == PromptCounts(rows=3, left_out=left_out, kept=1)
    assert (report.sets["second"].left_out["repeated"], report.sets["second"].kept) == (1, 1)


def test_where_none_is_left_it_stops(tmp_path: Path) -> None:
    prompts, pool = write(tmp_path / "p.jsonl", [{"prompt": LONG}]), table(tmp_path / "pool.parquet", LONG)
    with pytest.raises(DataError, match="each of the 1 prompts is in a pool"):
        gather_prompts({"own": prompts}, [pool], [pool], 0.5)


def test_the_command_writes_prompts_and_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts, pool = write(tmp_path / "p.jsonl", [{"turns": ["one", "two"]}]), table(tmp_path / "pool.parquet", "a cat")
    command = ["prompts", "--sets", json.dumps({"own": prompts.model_dump()}), "--max-overlap", "0.5"]
    command += ["--pools", str(pool), "--eval-sets", str(pool)]
    command += ["--output", str(tmp_path / "prompts.parquet"), "--report", str(tmp_path / "report.json")]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert [prompt.turns for prompt in read_prompt_table(tmp_path / "prompts.parquet")] == [("one", "two")]
    assert read_result(PromptsReport, tmp_path / "report.json").sets["own"].kept == 1
