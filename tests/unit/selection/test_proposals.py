"""A searcher asks the same questions given the same answers, so that a search that was killed goes on where it stopped."""

from collections.abc import Callable

import pytest
from flaml.tune.searcher.suggestion import OptunaSearch

from instructmining.selection.proposals import grid_sizes, make_searcher, search
from instructmining.selection.search_size import best_of
from instructmining.selection.trial import Trial
from tests.unit.selection.made import settings, trial

METHODS = ["blendsearch", "cfo", "optuna", "grid"]


class KilledError(Exception):
    """The end of a search."""


def killed_after(number: int, kept: dict[int, Trial]) -> Callable[[int], Trial]:
    """A trainer that keeps its trials, and is killed after so many new ones."""
    new: list[int] = []

    def run(size: int) -> Trial:
        if size not in kept:
            if len(new) == number:
                raise KilledError
            new.append(size)
            kept[size] = trial(size)
        return kept[size]

    return run


@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_is_killed_goes_on_where_it_stopped_and_comes_to_the_same(method: str) -> None:
    whole, kept = search(settings(method), 0, trial), {}  # type: ignore[var-annotated]
    with pytest.raises(KilledError):
        search(settings(method), 0, killed_after(4, kept))
    assert len(kept) == 4
    resumed = search(settings(method), 0, killed_after(6, kept))
    assert list(resumed.items()) == list(whole.items())


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_as_many_sizes_are_tried_as_there_are_trials_all_of_them_within_bounds(method: str, log: bool) -> None:
    sizes = list(search(settings(method, log=log), 0, trial))
    assert len(sizes) == len(set(sizes)) == 10
    assert all(type(size) is int and 32 <= size <= 500 for size in sizes)


@pytest.mark.parametrize("method", ["blendsearch", "cfo"])
def test_the_best_size_is_near_the_lowest_point_of_the_curve(method: str) -> None:
    assert 120 <= best_of(list(search(settings(method), 0, trial).values())).size <= 160


def test_blendsearch_has_its_global_search_and_is_not_cfo_by_another_name() -> None:
    assert isinstance(make_searcher(settings("blendsearch"), 0)._gs, OptunaSearch)
    assert list(search(settings("blendsearch"), 0, trial)) != list(search(settings("cfo"), 0, trial))


def test_a_search_without_optuna_stops_instead_of_doing_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flaml.tune.searcher.suggestion.ot", None)
    with pytest.raises(AssertionError, match="Optuna must be installed"):
        make_searcher(settings("blendsearch"), 0)


def test_no_size_is_tried_once_the_budget_is_spent() -> None:
    assert len(search(settings(budget_minutes=2.5), 0, trial)) == 3


def test_a_grid_has_equal_ratios_or_equal_steps() -> None:
    assert grid_sizes(settings(low=10, high=1000, trials=3)) == [10, 100, 1000]
    assert grid_sizes(settings(low=10, high=1000, trials=3, log=False)) == [10, 505, 1000]


def test_a_range_with_fewer_sizes_than_trials_ends_the_search() -> None:
    assert sorted(search(settings(low=3, high=5), 0, trial)) == [3, 4, 5]
