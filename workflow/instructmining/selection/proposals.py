"""Which sizes a search tries: flaml's BlendSearch (Wang et al. 2021) and CFO (Wu et al. 2021), Optuna's TPE, or a grid.

A searcher proposes one size at a time and is told its loss. Given the same losses it proposes the same sizes, so a
search that was killed is replayed from the start with the losses of its finished trials, and then continues.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from instructmining.selection.settings import Search

ATTEMPTS = 50
"""Proposals to ask for per trial, as most searchers repeat sizes."""


class Result(Protocol):
    """The outcome of a trial."""

    @property
    def loss(self) -> float:
        """What is minimised."""

    @property
    def seconds(self) -> float:
        """Seconds that it took when it ran."""


R = TypeVar("R", bound=Result)


@dataclass
class Grid:
    """A searcher that goes through equal steps from the lowest size to the highest."""

    sizes: list[int]

    def suggest(self, trial_id: str) -> dict[str, int] | None:
        """The next size; None when all were proposed."""
        return {"size": self.sizes.pop(0)} if self.sizes else None

    def on_trial_complete(self, trial_id: str, result: dict[str, Any]) -> None:
        """A grid learns nothing."""


def grid_sizes(settings: Search) -> list[int]:
    """As many sizes as there are trials, in equal steps or equal ratios, without those that rounding makes equal."""
    space = np.geomspace if settings.log else np.linspace
    return sorted({round(size) for size in space(settings.low, settings.high, settings.trials).tolist()})


def make_searcher(settings: Search, seed: int) -> Any:
    """What proposes sizes by the method of the settings."""
    if settings.method == "grid":
        return Grid(grid_sizes(settings))
    with warnings.catch_warnings():  # flaml lacks its extra `automl`, which nothing here uses
        warnings.simplefilter("ignore")
        from flaml.tune.sample import lograndint, randint
        from flaml.tune.searcher.blendsearch import CFO, BlendSearch
        from flaml.tune.searcher.suggestion import OptunaSearch
    space = {"size": (lograndint if settings.log else randint)(settings.low, settings.high + 1)}
    if settings.method == "optuna":
        searcher = OptunaSearch(seed=seed)
        searcher.set_search_properties("loss", "min", space)
        return searcher
    method = BlendSearch if settings.method == "blendsearch" else CFO
    return method(
        metric="loss",
        mode="min",
        space=space,
        low_cost_partial_config={"size": settings.low},
        points_to_evaluate=[{"size": size} for size in start_sizes(settings)],
        num_samples=settings.trials,
        seed=seed,
        cost_attr=None,  # by trials, so that what is proposed does not depend on the machine
    )


def start_sizes(settings: Search) -> list[int]:
    """Both ends and the middle: from the lowest size alone, few trials would never leave its neighbourhood."""
    middle = (settings.low * settings.high) ** 0.5 if settings.log else (settings.low + settings.high) / 2
    return sorted({settings.low, round(middle), settings.high})


def search(settings: Search, seed: int, try_size: Callable[[int], R]) -> dict[int, R]:
    """Every size that was tried, in order, with its outcome."""
    searcher = make_searcher(settings, seed)
    tried: dict[int, R] = {}
    for number in range(ATTEMPTS * settings.trials):
        if stop_reason(settings, tried):
            break
        proposal = searcher.suggest(str(number))
        if proposal is None:  # one that was tried before
            continue
        size = int(proposal["size"])  # flaml gives numpy's numbers
        if size not in tried:
            tried[size] = try_size(size)
        searcher.on_trial_complete(str(number), result={"loss": tried[size].loss, "config/size": proposal["size"]})
    return tried


def stop_reason(settings: Search, tried: dict[int, R]) -> str | None:
    """Why a search with these trials is over; None while it is not."""
    minutes = sum(result.seconds for result in tried.values()) / 60
    if settings.budget_minutes is not None and minutes >= settings.budget_minutes:
        return f"after {minutes:.0f} minutes of trials, as the budget is {settings.budget_minutes:.0f}"
    return f"after {settings.trials} trials" if len(tried) >= settings.trials else None
