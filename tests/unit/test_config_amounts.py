"""More examples than the sources can give are refused before anything is read; what is not known is no problem."""

from typing import Any

import pytest

from instructmining.comparison.settings import Comparison
from instructmining.config_amounts import selection_problems, subset_problems
from instructmining.data.settings import Pool, Source
from instructmining.selection.settings import Selection

FILE, LIMITED, TASKS = {"path": "a.jsonl"}, {"path": "b.jsonl", "limit": 30}, {"tasks": {"count": 20}}
WORSE = {"degrade": {"source": "limited", "how": "words_shuffled"}}
SOURCES = {
    name: Source.model_validate(source)
    for name, source in {"file": FILE, "limited": LIMITED, "tasks": TASKS, "worse": WORSE}.items()
}


@pytest.mark.parametrize(
    ("members", "examples", "most"),
    [(["limited", "tasks"], 50, None), (["limited", "tasks"], 51, 50), (["worse"], 31, 30), (["limited", "file"], 10**6, None)],
)  # fmt: skip
def test_a_subset_is_not_larger_than_what_the_candidates_can_have(
    members: list[str], examples: int, most: int | None
) -> None:
    found = subset_problems(SOURCES, Pool(sources=members), examples)
    assert [problem.partition(";")[0] for problem in found] == (
        [
            f"sampling.examples: {examples} examples are asked for, but the sources of pools.candidates give at most {most}"
        ]
        if most
        else []
    )


@pytest.mark.parametrize(
    ("selection", "sizes", "key"),
    [
        ({"examples": 21}, [], "selection.examples: 21"),
        ({"search": {"low": 2, "high": 40}}, [], "selection.search.high: 40"),
        ({"fraction": 0.5}, [5, 25], "comparison.sizes: 25"),
    ],
)
def test_a_selection_is_not_larger_than_what_its_pool_can_have(
    selection: dict[str, Any], sizes: list[int], key: str
) -> None:
    (problem,) = selection_problems(
        SOURCES, {"new": Pool(sources=["tasks"])}, Selection.model_validate(selection), Comparison(sizes=sizes)
    )
    assert problem.startswith(f"{key} examples are asked for, but the sources of pools.new give at most 20;")
