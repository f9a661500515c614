"""Eval sets are apart: from one another, from the pools, and under every name that a source has."""

from pathlib import Path
from typing import Any

import pytest

from instructmining.data.eval_sets import eval_set_problems
from instructmining.data.settings import EvalSet, Pool, Role, Source

SAME = {"path": "README.md"}
MEETING = [
    ({"a": SAME, "b": SAME}, "b, which shares data with a,"),
    ({"a": SAME, "b": {"path": "./README.md"}}, "b, which shares data with a,"),
    ({"a": SAME, "b": {"path": ["CHANGELOG.md", "./README.md"]}}, "b, which shares data with a,"),
    ({"a": SAME, "b": {"degrade": {"source": "a", "how": "words_shuffled"}}}, "b, which shares data with a,"),
    ({"a": {"hub": "x/y"}, "b": {"hub": "x/y"}}, "b, which shares data with a,"),
    ({"a": {"documentation": {"packages": ["json", "ast"]}}, "b": {"documentation": {"packages": ["ast"]}}}, "b, which"),
]  # fmt: skip


def problems(sources: dict[str, Any], pools: dict[str, list[str]], *eval_sets: EvalSet) -> list[str]:
    """What is wrong with eval sets, each named by its role, where a search and a test set are needed."""
    declared = {name: Source.model_validate(source) for name, source in sources.items()}
    named = {name: Pool(sources=members) for name, members in pools.items()}
    return eval_set_problems(declared, named, {each.role: each for each in eval_sets}, ["search", "test"])


@pytest.mark.parametrize(("sources", "message"), MEETING)
def test_search_and_test_sets_do_not_meet_under_other_names(sources: dict[str, Any], message: str) -> None:
    (problem,) = problems(sources, {}, EvalSet(sources=["a"], role="search"), EvalSet(sources=["b"], role="test"))
    assert problem.startswith(f"eval_sets.test: source {message}")
    assert " is already in eval_sets.search" in problem


@pytest.mark.parametrize(
    ("first", "second", "apart"), [("1/2", "2/2", True), ("1/2", "2/3", False), ("1/2", "1/2", False), ("1/2", None, False)]
)  # fmt: skip
def test_two_eval_sets_share_a_source_in_different_parts_of_one_division(
    first: str, second: str | None, apart: bool
) -> None:
    search, test = (
        EvalSet(sources=["a"], role=role, part=part) for role, part in (("search", first), ("test", second))
    )
    assert (problems({"a": SAME}, {}, search, test) == []) == apart


def test_splits_of_one_data_set_are_apart() -> None:
    sources = {name: {"hub": "x/y", "split": name} for name in ("validation", "test")}
    search, test = EvalSet(sources=["validation"], role="search"), EvalSet(sources=["test"], role="test")
    assert problems(sources, {}, search, test) == []


def test_a_source_of_a_pool_is_in_no_eval_set_and_a_role_that_is_needed_is_named() -> None:
    assert problems({"a": SAME}, {"new": ["a"]}, EvalSet(sources=["a"], role="test")) == [
        "eval_sets: no eval set has the role search",
        "eval_sets.test.sources: source a is also in pools.new; use it in pools or in eval sets",
    ]


@pytest.mark.parametrize("path", ["in.jsonl", "./in.jsonl", "folder/../in.jsonl", "linked.jsonl", "{absolute}"])
@pytest.mark.parametrize("role", ["fit", "search", "test"])
def test_one_file_under_two_names_is_not_in_a_pool_and_an_eval_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, role: Role
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").touch()
    (tmp_path / "linked.jsonl").symlink_to("in.jsonl")
    sources = {"new": {"path": "in.jsonl"}, "copy": {"path": path.format(absolute=tmp_path / "in.jsonl")}}
    assert problems(sources, {"new": ["new"]}, EvalSet(sources=["copy"], role=role))[-1] == (
        f"eval_sets.{role}.sources: source copy, which shares data with new, is also in pools.new;"
        " use it in pools or in eval sets"
    )
