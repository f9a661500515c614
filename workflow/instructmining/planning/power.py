"""Plan a run: how many subsets and seeds give intervals of a certain width, from what a pilot run measured.

With --config, also what difference between two arms the planned comparison can show, before they are tuned.

    make power CONFIG=config/own-data.yaml WIDTH=0.02
    python -m instructmining.planning.power --width 0.02 \\
        --observations results/quality_rule/smollm2/observations.parquet

The width is that of the whole interval, in log loss per SD of the indicator over the subsets of the pilot. With 0.02,
the interval of the effect of one SD is 2 % of the loss wide. Another sampling design spreads the indicators differently
and needs its own pilot.
"""

import argparse
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from scipy import stats

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.config import Config
from instructmining.config_text import read_config
from instructmining.files import read_table
from instructmining.planning.arm_noise import measure_arm_noise, read_losses, replicates
from instructmining.planning.detectable import print_detectable
from instructmining.planning.pilot import Pilot, measure_pilot
from instructmining.planning.tables import plain_table
from instructmining.quality_rule.observations import indicator_names, observations_schema
from instructmining.quality_rule.regression.least_squares import Design, drop_unusable, least_squares, make_design
from instructmining.quality_rule.regression.share_terms import terms_offered
from instructmining.quality_rule.settings import CONFIDENCE, Effects

MOST_SUBSETS = 100_000
"""Plans end here."""
ONE_SEED_ADVICE = """\
More seeds narrow an interval only by averaging out noise between seeds, so one seed per subset needs the fewest
fine-tunes. A few replicated subsets are still needed to measure that noise (sampling.replicated)."""


@dataclass(frozen=True)
class Plan:
    """What a number of seeds per subset requires; None is more than MOST_SUBSETS."""

    seeds: int
    per_indicator: tuple[int | None, ...]
    subsets: int | None
    cautious_subsets: int | None

    @property
    def fine_tunes(self) -> int | None:
        """Subsets times seeds."""
        return self.subsets * self.seeds if self.subsets else None

    @property
    def cautious_fine_tunes(self) -> int | None:
        """The same with the variance at the upper end of its interval."""
        return self.cautious_subsets * self.seeds if self.cautious_subsets else None


def widths(pilot: Pilot, subsets: int, seeds: int, confidence: float, caution: float = 1.0) -> Floats:
    """Width of the interval of each coefficient, in log loss per SD of the indicator; (indicators,).

    Twice Student's t times the standard error, with the average that the inverse of X'X has over draws of the subsets
    if the means of their indicators are multivariate normal.
    """
    count = len(pilot.indicators)
    t = stats.t.ppf((1 + confidence) / 2, subsets - count - 1)
    error = np.sqrt(caution * pilot.noise(seeds) * pilot.unit_variance / (subsets - count - 2))
    width: Floats = 2 * t * error
    return width


def subsets_needed(
    pilot: Pilot, indicator: int, seeds: int, width: float, confidence: float, caution: float = 1.0
) -> int | None:
    """The fewest subsets with which the interval of a coefficient is no wider; None above MOST_SUBSETS."""
    counts = range(len(pilot.indicators) + 3, MOST_SUBSETS + 1)
    narrow = bisect_left(
        counts, True, key=lambda subsets: bool(widths(pilot, subsets, seeds, confidence, caution)[indicator] <= width)
    )
    return counts[narrow] if narrow < len(counts) else None


def make_plan(pilot: Pilot, seeds: int, width: float, confidence: float) -> Plan:
    """How many subsets a number of seeds requires: as many as the coefficient that needs the most."""
    needed, cautious = (
        [
            subsets_needed(pilot, indicator, seeds, width, confidence, caution)
            for indicator in range(len(pilot.indicators))
        ]
        for caution in (1.0, pilot.caution)
    )
    return Plan(seeds, tuple(needed), _most(needed), _most(cautious))


def _most(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return max(known) if len(known) == len(counts) else None


def make_plans(pilot: Pilot, seeds: Sequence[int], width: float, confidence: float) -> list[Plan]:
    """One plan for each number of seeds that the pilot can say something about."""
    return [make_plan(pilot, count, width, confidence) for count in seeds if count == 1 or pilot.within is not None]


def cheapest(plans: Sequence[Plan]) -> Plan | None:
    """The plan with the fewest fine-tunes, and of those the fewest seeds."""
    possible = [(plan.fine_tunes, plan.seeds, plan) for plan in plans if plan.fine_tunes is not None]
    return min(possible, key=lambda item: item[:2])[2] if possible else None


def pilot_table(pilot: Pilot, found: Floats, plans: Sequence[Plan]) -> Table:
    """What the pilot found, and how many subsets each coefficient needs; `found` are the widths in the pilot."""
    table = plain_table("indicator", "SD over subsets", "VIF", "width now", *(_seeds(plan.seeds) for plan in plans))
    for i, name in enumerate(pilot.indicators):
        cells = (f"{pilot.spread[i]:.4g}", f"{pilot.inflation[i]:.1f}", f"{found[i]:.3g}")
        table.add_row(name, *cells, *(_count(plan.per_indicator[i]) for plan in plans))
    return table


def plan_table(plans: Sequence[Plan]) -> Table:
    """What each number of seeds requires in all."""
    table = plain_table("seeds", "subsets", "fine-tunes", "cautious fine-tunes", "")
    best = cheapest(plans)
    for plan in plans:
        counts = (plan.subsets, plan.fine_tunes, plan.cautious_fine_tunes)
        table.add_row(str(plan.seeds), *map(_count, counts), "cheapest" if plan is best else "")
    return table


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _count(count: int | None) -> str:
    return f"> {MOST_SUBSETS:,}" if count is None else f"{count:,}"


def found_widths(design: Design, confidence: float) -> Floats:
    """Width of the intervals in the pilot itself, in log loss per SD of the indicator; (indicators,)."""
    intervals = least_squares(design).conf_int(1 - confidence)[1:]
    width: Floats = (intervals[:, 1] - intervals[:, 0]) * design.x.std(axis=0, ddof=1)
    return width


def print_plans(console: Console, name: str, observations: pa.Table, arguments: argparse.Namespace) -> None:
    """Print what one pilot run says."""
    names = arguments.indicators or indicator_names(observations)
    terms = terms_offered(observations, names, arguments.effects)
    design, left_out = drop_unusable(make_design(observations, terms))
    pilot = measure_pilot(design)
    plans = make_plans(pilot, arguments.seeds, arguments.width, arguments.confidence)
    level = f"{arguments.confidence:.0%} intervals {arguments.width:g} wide, in log loss per SD of the indicator"
    console.print(f"{name}: {level}", style="bold")
    console.print(_noise(pilot))
    console.print(pilot_table(pilot, found_widths(design, arguments.confidence), plans), "")
    console.print(plan_table(plans))
    console.print(
        f"cautious: with {pilot.caution:.2f} times the variance of the pilot, which may be too small by that factor."
    )
    console.print(ONE_SEED_ADVICE)
    for indicator, reason in left_out.items():
        console.print(f"Left out: {indicator} {reason}.")
    console.print("")


def _noise(pilot: Pilot) -> str:
    between = f"{np.sqrt(pilot.between):.3g} between subsets about the rule"
    if pilot.within is None:
        return (
            f"Pilot of {pilot.subsets} subsets; SD of the log loss: {between}, noise of seeds included. No subset has"
            " several seeds, so how much more seeds would help is not known (sampling.replicated)."
        )
    return (
        f"Pilot of {pilot.subsets} subsets; SD of the log loss: {between}, {np.sqrt(pilot.within):.3g} between seeds."
    )


def print_arms(console: Console, config: Config, model: str, observations: pa.Table) -> None:
    """Print what the comparison of a config can show of one model, if arms are compared."""
    tests = [name for name, eval_set in config.eval_sets.items() if eval_set.role == "test"]
    if tests:
        runs = replicates(observations)
        noise = measure_arm_noise(read_losses(Path("results/training") / model, runs, tests)) if runs else None
        print_detectable(console, noise, config.comparison, config.quality_rule.confidence)


def pilots_of(name: Path, config: Config) -> list[Path]:
    """The observations of the models of a config; ends where there are none."""
    paths = [Path("results/quality_rule") / model / "observations.parquet" for model in config.models]
    for path in paths:
        if not path.is_file():
            raise SystemExit(
                f"{path} does not exist: a plan needs a pilot run; `make run CONFIG={name}` makes one,"
                " with a small sampling.subsets and a few sampling.replicated"
            )
    return paths


def main() -> None:
    """Print the plans of every pilot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    pilots = parser.add_mutually_exclusive_group(required=True)
    pilots.add_argument("--observations", type=Path, nargs="+")
    pilots.add_argument("--config", type=Path, help="the config of a run in this folder, instead of --observations")
    parser.add_argument("--width", type=float, default=0.02, help="of the interval of each coefficient")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 5], help="seeds per subset to plan with")
    parser.add_argument("--indicators", nargs="+", help="by default all in the observations")
    parser.add_argument("--effects", choices=get_args(Effects), default="together", help="as quality_rule.effects")
    parser.add_argument("--confidence", type=float, default=CONFIDENCE)
    arguments = parser.parse_args()
    if not arguments.width > 0:
        parser.error(f"--width is {arguments.width}, expected a number above zero")
    config = read_config([arguments.config]) if arguments.config else None
    if config:
        arguments.observations = pilots_of(arguments.config, config)
        arguments.indicators, arguments.confidence = config.rule_indicators(), config.quality_rule.confidence
        arguments.effects = config.quality_rule.effects
    console = Console(highlight=False, markup=False)
    for path in arguments.observations:
        observations = read_table(path, observations_schema([]))
        print_plans(console, path.parent.name, observations, arguments)
        if config:
            print_arms(console, config, path.parent.name, observations)


if __name__ == "__main__":
    run_main(main)
