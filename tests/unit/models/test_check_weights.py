"""A model whose files lack weights is not used."""

from pathlib import Path
from typing import Any

import pytest

from instructmining.models.check_weights import check_complete


@pytest.mark.parametrize(
    "info",
    [
        {"missing_keys": ["score.weight"], "mismatched_keys": []},
        {"missing_keys": [], "mismatched_keys": [("score.weight", (1, 8), (2, 8))]},
    ],
)
def test_weights_that_are_missing_or_of_another_shape_are_named(info: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"folder: 1 weights of the model are not in its files, .*score\.weight"):
        check_complete(Path("folder"), info)


def test_a_model_with_all_its_weights_is_complete() -> None:
    check_complete(Path("folder"), {"missing_keys": [], "mismatched_keys": []})
