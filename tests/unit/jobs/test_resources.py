"""What jobs ask of a cluster."""

import pytest

from instructmining.jobs import resources


def test_a_retry_asks_for_more() -> None:
    assert resources.training_memory_mb(7e9, attempt=2) == 2 * resources.training_memory_mb(7e9, attempt=1)
    assert resources.long_minutes(None, attempt=3) == 3 * resources.long_minutes(None, attempt=1)


def test_a_seven_billion_model_fits_with_its_weights_in_fp32() -> None:
    assert resources.scoring_memory_mb(7e9, attempt=1) > 7e9 * 4 / 1e6


@pytest.mark.parametrize("memory", [resources.training_memory_mb, resources.scoring_memory_mb])
def test_memory_has_a_cap(memory: object) -> None:
    assert memory(1e12, 9) == resources.CAP_MB  # type: ignore[operator]


def test_time_has_a_cap() -> None:
    assert resources.long_minutes(None, attempt=99) == resources.CAP_MINUTES


def test_longer_batches_ask_for_more_memory_and_more_tokens_for_more_time() -> None:
    assert resources.training_memory_mb(1e9, 1, tokens=8192) - resources.training_memory_mb(1e9, 1) == 4915
    assert resources.training_minutes(7e9, 1e8, 1) > resources.training_minutes(7e9, 1e7, 1)
    assert resources.scoring_minutes(70e9, 1) == 10 * resources.scoring_minutes(7e9, 1)


def test_the_papers_fine_tune_may_take_four_hours() -> None:
    assert resources.training_minutes(6.7e9, 3 * 1000 * 1024, attempt=1) == 240


def test_every_time_limit_has_the_cap() -> None:
    assert resources.training_minutes(7e10, 1e12, 1) == resources.scoring_minutes(1e13, 1) == resources.CAP_MINUTES
