"""A user's own table of scores as an indicator: how its rows are matched to examples, and what goes wrong with it."""

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from instructmining.command import UserError
from instructmining.example import EXAMPLES, Example, make_example, to_table
from instructmining.files import write_table
from instructmining.indicators.custom_table import look_up, main
from instructmining.indicators.match_settings import Match
from instructmining.indicators.settings import CustomIndicator

BY_ROW, BY_TEXT = Match(column="number"), Match(text=True)


def example(text: str, source: str = "mine", **row: Any) -> Example:
    """An example of one turn, from a row with these fields."""
    messages = [{"role": "user", "content": f"what is {text}"}, {"role": "assistant", "content": f"it is {text}"}]
    return make_example(messages, source, "alpaca", row)  # type: ignore[arg-type]


A, B = example("a", number=7), example("b", number="8")


def scores(folder: Path, table: dict[str, Any], match: Match | None, *examples: Example) -> list[float]:
    """The scores of examples in a table, in the order of the examples."""
    write_table(folder / "shard.parquet", to_table(examples), EXAMPLES)
    pq.write_table(pa.table(table), folder / "scores.parquet")
    found = look_up(folder / "scores.parquet", "difficulty", folder / "shard.parquet", match)
    return [found[each.id] for each in examples]


TURNS = [[{"role": "user", "content": "what is b"}, {"role": "assistant", "content": "it is  b\n"}], A.messages]


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ({"id": [B.id, "other", A.id]}, None),
        ({"number": ["8", "9", "7"]}, BY_ROW),
        ({"number": [8, 9, 7]}, BY_ROW),
        ({"number": [8.0, 9.0, 7.0]}, BY_ROW),
        ({"number": [8, 7, 7], "source": ["mine", "other", "mine"]}, BY_ROW),
        ({"instruction": ["what is b", "x", "what  is a"], "response": ["it is b", "it is a", "it is a"]}, BY_TEXT),
        ({"instruction": ["what is", "x", "what is a"], "input": ["b", None, ""], "output": ["it is b", "y", "it is a"]}, BY_TEXT),
        ({"messages": [TURNS[0], TURNS[0][:1], TURNS[1]]}, BY_TEXT),
    ],
)  # fmt: skip
def test_a_row_belongs_to_the_example_with_its_id_its_value_or_its_text(
    tmp_path: Path, table: dict[str, Any], match: Match | None
) -> None:
    assert scores(tmp_path, table | {"difficulty": [2.0, 9.0, 1.0]}, match, A, B) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("table", "match", "message"),
    [
        ({"id": [A.id, "x"], "difficulty": [1.0, 2.0]}, None, f"no difficulty for 1 of 2 examples, e.g. '{B.id}'; the IDs of"),
        ({"id": [A.id, B.id], "difficulty": [1.0, None]}, None, f"no difficulty for 1 of 2 examples, e.g. '{B.id}'"),
        ({"id": [A.id, B.id, B.id], "difficulty": [1.0, 2.0, 3.0]}, None, "an example appears twice, e.g. "),
        ({"id": [A.id], "rating": [1.0]}, None, "no column difficulty; found id, rating"),
        ({"name": [A.id], "difficulty": [1.0]}, None, "no column id; found name, difficulty"),
        ({"number": [7, 9], "difficulty": [1.0, 2.0]}, BY_ROW, "no difficulty for 1 of 2 examples, e.g. '8', matched by number"),
        ({"number": [7, 8, 8], "difficulty": [1.0, 2.0, 2.0]}, BY_ROW, "an example appears twice, e.g. '8'; give each number one"),
        ({"id": [7], "difficulty": [1.0]}, BY_ROW, "no column number; found id, difficulty"),
        ({"id": [7], "difficulty": [1.0]}, Match(column="id"), "2 of 2 examples have no id in the row that they came from"),
        ({"text": ["a"], "difficulty": [1.0]}, BY_TEXT, "no column instruction, response; found text, difficulty"),
        ({"instruction": ["what is a"], "output": ["it is a"], "difficulty": [1.0]}, BY_TEXT, "no difficulty for 1 of 2 examples, e.g. 'what is b / it is b', matched by instruction and output"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_cover_the_examples_is_refused(
    tmp_path: Path, table: dict[str, Any], match: Match | None, message: str
) -> None:
    with pytest.raises(UserError) as error:
        scores(tmp_path, table, match, A, B)
    assert str(error.value).startswith(f"{tmp_path}/scores.parquet: {message}")


@pytest.mark.parametrize("score", ["hard", [1.0], float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_told_with_its_example(tmp_path: Path, score: object) -> None:
    with pytest.raises(UserError, match=f"column difficulty holds .*{A.id}.*expected a number"):
        scores(tmp_path, {"id": [A.id], "difficulty": [score]}, None, A)


@pytest.mark.parametrize(
    "table",
    [
        {"instruction": [1], "response": ["it is a"]},
        {"instruction": [b"what is a"], "response": [b"it is a"]},
        {"messages": ["what is a"]},
        {"messages": [[{"from": "user", "value": "what is a"}]]},
    ],
)
def test_a_text_that_is_none_is_told(tmp_path: Path, table: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"scores\.parquet: .*expected (text|a list of turns)"):
        scores(tmp_path, table | {"difficulty": [1.0]}, BY_TEXT, A)


def test_a_file_that_is_no_parquet_is_told(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("id,difficulty\n")
    with pytest.raises(UserError, match=r"scores\.csv: expected a table in Parquet"):
        look_up(tmp_path / "scores.csv", "difficulty", tmp_path / "shard.parquet")


def test_a_value_that_two_examples_share_names_none_of_them(tmp_path: Path) -> None:
    other = example("c", source="other", number=7)
    with pytest.raises(
        UserError, match=r"1 values of number are those of several examples, e\.g\. '7'; add the column"
    ):
        scores(tmp_path, {"number": [7, 8], "difficulty": [1.0, 2.0]}, BY_ROW, A, B, other)
    table = {"number": [7, 7], "source": ["other", "mine"], "difficulty": [1.0, 2.0]}
    assert scores(tmp_path, table, BY_ROW, A, other) == [2.0, 1.0]


def test_a_function_is_not_matched() -> None:
    with pytest.raises(ValidationError, match="match is for a table only"):
        CustomIndicator.model_validate({"function": "a:b", "match": {"text": True}})


def test_the_command_writes_the_score_of_each_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores(tmp_path, {"number": [8, 7], "difficulty": [2.0, 1.0]}, BY_ROW, A, B)
    settings = '{"table": "scores.parquet", "match": {"column": "number"}}'
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [
        "custom_table", "--name", "difficulty", "--settings", settings, "--examples", "shard.parquet",
        "--scores", "made.parquet", "--report", "made.json",
    ])  # fmt: skip
    main()
    assert pq.read_table("made.parquet").to_pylist() == [
        {"id": A.id, "difficulty": 1.0},
        {"id": B.id, "difficulty": 2.0},
    ]
