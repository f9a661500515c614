"""Answers are read as what they were written as."""

from pathlib import Path

from instructmining.comparison.judge.answers import Answer, read_answers, write_answers

ANSWERS = [Answer("p", ("one", "three"), (1, 2), (False, True)), Answer("q", ("",), (0,), (False,))]


def test_answers_are_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    write_answers(tmp_path / "seed0.parquet", ANSWERS)
    assert read_answers(tmp_path / "seed0.parquet") == ANSWERS


def test_the_length_of_an_answer_is_that_of_all_its_turns() -> None:
    assert [answer.characters for answer in ANSWERS] == [8, 0]
