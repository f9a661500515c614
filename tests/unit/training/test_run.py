"""A run has one name: it is read as it was written, and what could be misread is no name."""

import re
from itertools import product

import pytest

from instructmining.training.run import KEPT, RunName, arm_runs_pattern, runs_pattern

NAMES = {
    "007": RunName("007"),
    "1234": RunName("1234"),
    "mixed.selected": RunName(pool="mixed", arm="selected"),
    "mixed.random@64": RunName(pool="mixed", arm="random", size=64),
    "mixed.random@64-steps": RunName(pool="mixed", arm="random", size=64, kept="steps"),
    "mixed.my-epochs": RunName(pool="mixed", arm="my-epochs"),
    "mixed.my-steps@8-epochs": RunName(pool="mixed", arm="my-steps", size=8, kept="epochs"),
    "mixed.selected~length": RunName(pool="mixed", arm="selected~length"),
    "mixed.selected~length@64-steps": RunName(pool="mixed", arm="selected~length", size=64, kept="steps"),
    "007.008": RunName(pool="007", arm="008"),
}
PARTS = ("a", "b-steps", "c-epochs", "64", "007", "_", "x-1-y")
ARMS = (*PARTS, *(f"{part}~length" for part in PARTS))


@pytest.mark.parametrize(("text", "run"), NAMES.items())
def test_a_name_is_read_as_it_is_written(text: str, run: RunName) -> None:
    assert RunName.read(text) == run
    assert str(run) == text


def test_no_two_runs_have_the_same_name_and_each_is_read_back() -> None:
    sizes = [(None, None), *product((1, 64, 1000), (None, *KEPT))]
    runs = [RunName(pool=pool, arm=arm, size=size, kept=kept) for pool, arm, (size, kept) in product(PARTS, ARMS, sizes)]  # fmt: skip
    assert [RunName.read(str(run)) for run in runs] == runs
    assert len({str(run) for run in runs}) == len(runs)


@pytest.mark.parametrize(
    "text", ["", "7", "07", "mixed", "mixed.", ".selected", "a.b.c", "a.b@", "a.b@0", "a.b@064", "a.b@6-both", "a.b@6-", "-a.b", "a.-b", "a.b-steps@", "a/b.c", "007@64", "007\n", "a~length.b", "a.b~", "a.~length", "a.b~size", "a.b@6~length"]
)  # fmt: skip
def test_what_is_no_name_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"found {text!r}, which names no run; expected a subset such as")):
        RunName.read(text)


@pytest.mark.parametrize(
    "parts", [{}, {"subset": "007", "pool": "a", "arm": "b"}, {"pool": "a"}, {"arm": "b"}, {"subset": "a.b"}, {"pool": "a", "arm": "b", "kept": "steps"}, {"pool": "a", "arm": "b@6"}, {"pool": "a", "arm": "b", "size": 0}]
)  # fmt: skip
def test_parts_that_would_be_misread_make_no_run(parts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="names no run"):
        RunName(**parts)


def test_runs_that_differ_in_what_is_kept_have_the_same_examples() -> None:
    assert {RunName.read(f"mixed.random@64-{kept}").arm_at_size for kept in KEPT} == {"random@64"}
    assert RunName.read("mixed.random").arm_at_size == "random"


def test_the_patterns_match_the_runs_of_these_pools_and_arms_and_no_others() -> None:
    every, whole = (re.compile(make(["mixed", "mixed-2"], ["random", "my-steps", "selected~length"])) for make in (runs_pattern, arm_runs_pattern))  # fmt: skip
    runs = [
        "007",
        "mixed.random",
        "mixed-2.my-steps",
        "mixed.selected~length",
        "mixed.my-steps@8-steps",
        "mixed.random@8",
    ]
    assert [
        name
        for name in [*runs, "mixed.other", "mixed.selected", "other.random", "mixed.random@"]
        if every.fullmatch(name)
    ] == runs
    assert [name for name in runs if whole.fullmatch(name)] == runs[1:4]
