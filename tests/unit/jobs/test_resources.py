"""What jobs ask of a cluster."""

from collections.abc import Callable

import pytest

from instructmining.jobs.resources import CAP_MB, CAP_MINUTES, Needs, bytes_each

NEEDS = Needs()


def test_a_retry_asks_for_more() -> None:
    assert NEEDS.training_memory_mb(7e9, attempt=2, each=2) == 2 * NEEDS.training_memory_mb(7e9, attempt=1, each=2)
    assert NEEDS.long_minutes(None, attempt=3) == 3 * NEEDS.long_minutes(None, attempt=1)


def test_a_seven_billion_model_fits_with_its_weights_in_fp32() -> None:
    assert NEEDS.scoring_memory_mb(7e9, attempt=1) > 7e9 * 4 / 1e6


@pytest.mark.parametrize(
    ("dtype", "quantisation", "each"),
    [("fp32", None, 4), ("bf16", None, 2), ("fp16", None, 2), ("bf16", "int8", 1), ("bf16", "nf4", 0.5)],
)
def test_a_weight_takes_what_its_number_format_or_its_quantisation_takes(
    dtype: str, quantisation: str | None, each: float
) -> None:
    assert bytes_each(dtype, quantisation) == each


def test_a_fine_tune_asks_for_its_weights_half_of_that_to_load_them_and_three_gigabytes() -> None:
    assert [NEEDS.training_memory_mb(7e9, 1, each) for each in (4, 2, 0.5)] == [45_000, 24_000, 8_250]


MEMORY = [lambda: NEEDS.training_memory_mb(1e12, 9, each=2), lambda: NEEDS.scoring_memory_mb(1e12, 9)]


@pytest.mark.parametrize("memory", MEMORY)
def test_memory_has_a_cap(memory: Callable[[], int]) -> None:
    assert memory() == CAP_MB


def test_time_has_a_cap() -> None:
    assert NEEDS.long_minutes(None, attempt=99) == CAP_MINUTES


def test_longer_batches_ask_for_more_memory_and_more_tokens_for_more_time() -> None:
    assert NEEDS.training_memory_mb(1e9, 1, 2, tokens=8192) - NEEDS.training_memory_mb(1e9, 1, 2) == 4915
    assert NEEDS.training_minutes(7e9, 1e8, 1, each=2) > NEEDS.training_minutes(7e9, 1e7, 1, each=2)
    assert NEEDS.scoring_minutes(70e9, 1) == 10 * NEEDS.scoring_minutes(7e9, 1)


def test_the_papers_fine_tune_asks_for_three_times_what_it_takes() -> None:
    """Ten minutes of imports, 13.4 GB at 50 MB/s, and four operations per parameter and token at 50 TFLOP/s."""
    loading, training = 10 + 13.4e9 / 50e6 / 60, 4 * 6.7e9 * 3 * 1000 * 1024 / 5e13 / 60
    assert NEEDS.training_minutes(6.7e9, 3 * 1000 * 1024, attempt=1, each=2) == round(3 * (loading + training)) == 126


def test_a_fine_tune_of_seconds_does_not_ask_for_hours() -> None:
    assert NEEDS.training_minutes(1.35e8, 1e5, attempt=1, each=2) == 30


def test_activations_that_are_computed_again_take_half_as_long_again() -> None:
    plain, again = (NEEDS.training_minutes(1e9, 1e8, 1, each=0, again=again) - 30 for again in (False, True))
    assert again == pytest.approx(1.5 * plain, rel=0.01)


def test_a_search_asks_for_the_time_of_all_its_fine_tunes() -> None:
    once = NEEDS.training_minutes(7e9, 1e6, 1, each=2)
    assert NEEDS.training_minutes(7e9, 1e6, 1, each=2, times=4) == pytest.approx(4 * once, abs=4)


@pytest.mark.parametrize("cap", [CAP_MINUTES, 1440])
def test_no_time_limit_is_above_the_cap(cap: int) -> None:
    needs = Needs(cap)
    assert needs.training_minutes(7e10, 1e12, 1, each=2) == needs.scoring_minutes(1e13, 1) == cap
    assert needs.long_minutes(None, 99) == needs.short_minutes(None, 99) == needs.capped(1e9) == cap
