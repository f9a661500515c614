"""Fine-tunes that were not made alike are told of, with how many of each."""

from dataclasses import replace
from typing import Any

import pytest

from instructmining.training.mixed import made_with, mixtures, unlike_most
from instructmining.training.record import Record
from tests.unit.records import RECORD


def made(
    device: str = "NVIDIA H100",
    measured: str | None = None,
    code: str = "abc",
    settings: dict[str, Any] | None = None,
    **packages: str,
) -> Record:
    """What a record tells of how its fine-tune was made."""
    return replace(
        RECORD,
        settings=settings or {"epochs": 1},
        packages={**RECORD.packages, "numpy": "2.3", **packages},
        device=measured or device,
        training=replace(RECORD.training, device=device, code=code),
    )


def sentences(*records: Record) -> list[str]:
    return [mixture.sentence for mixture in mixtures(map(made_with, records))]


def test_of_fine_tunes_that_were_made_alike_nothing_is_said() -> None:
    assert sentences() == sentences(made()) == sentences(made(), made(settings={"epochs": 3})) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"torch": "2.12.0"}, "with different versions of torch: 2 with 2.13.0, 1 with 2.12.0."),
        ({"peft": "0.20.0"}, "with different versions of peft: 2 with 0.21.2, 1 with 0.20.0."),
        ({"device": "cpu"}, "on different devices: 2 on NVIDIA H100, 1 on cpu."),
        (
            {"measured": "cpu"},
            "on different devices: 2 on NVIDIA H100, 1 on NVIDIA H100 and measured on cpu.",
        ),
        ({"settings": {"dtype": "fp32"}}, "in different number formats: 2 in bf16, 1 in fp32."),
        ({"settings": {"quantisation": "nf4"}}, "in different number formats: 2 in bf16, 1 in bf16 quantised to nf4."),
        ({"code": "def"}, "with different training code: 2 with abc, 1 with def."),
    ],
)
def test_what_differs_is_said_with_how_many_of_each(other: dict[str, Any], said: str) -> None:
    assert sentences(made(), made(**other), made()) == [f"The fine-tunes were made {said}"]


def test_each_thing_in_which_they_differ_has_a_sentence_of_its_own() -> None:
    found = mixtures(map(made_with, [made(), made(torch="2.12.0", device="cpu")]))
    assert [(mixture.what, mixture.counts) for mixture in found] == [
        ("torch", {"2.13.0": 1, "2.12.0": 1}),
        ("device", {"NVIDIA H100": 1, "cpu": 1}),
    ]


@pytest.mark.parametrize(("quantisation", "said"), [(None, 0), ("int8", 1)])
def test_bitsandbytes_counts_where_weights_are_quantised(quantisation: str | None, said: int) -> None:
    settings = {"quantisation": quantisation}
    assert len(sentences(made(settings=settings), made(settings=settings, bitsandbytes="0.47.0"))) == said


def test_packages_that_change_no_numbers_do_not_count() -> None:
    assert sentences(made(), made(numpy="2.2")) == []


def test_the_ones_that_differ_from_most_are_found() -> None:
    assert unlike_most([made_with(made(torch=version)) for version in ("1", "2", "1", "1", "3")]) == [1, 4]
    assert unlike_most([]) == []
