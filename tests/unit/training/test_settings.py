"""Settings of training are checked when they are read, and name the packages that numbers depend on."""

from importlib.metadata import version
from typing import Any

import pytest
from pydantic import ValidationError

from instructmining.training.settings import Training, packages_of


@pytest.mark.parametrize(
    "values",
    [{"learning_rate": 0}, {"epochs": 0}, {"steps": 0}, {"warmup": 1}, {"max_tokens": 8}, {"lora": {"dropout": 1}}, {"dtype": "fp64"}, {"lr": 1}],
)  # fmt: skip
def test_values_that_cannot_be_trained_with_and_unknown_keys_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Training.model_validate(values)


def test_a_checkpoint_may_be_written_after_every_step() -> None:
    assert Training(checkpoint_minutes=0).checkpoint_minutes == 0


def test_bitsandbytes_counts_only_where_weights_are_quantised() -> None:
    assert set(packages_of(Training(quantisation="nf4"))) - set(packages_of(Training())) == {"bitsandbytes"}


def test_packages_are_named_with_the_version_that_is_installed() -> None:
    assert packages_of(Training())["torch"] == version("torch")
