"""At which learning rate do subsets differ most, compared with the noise between seeds?

    make signal CONFIG=config/own-data.yaml RATES="2e-3 5e-4 2e-4"
    python -m instructmining.planning.signal --config config/own-data.yaml

A rule can only explain what differs between subsets: a low learning rate leaves all models alike, a high one may drown
what differs in noise. `make signal` tunes the replicated subsets of a config at each rate, and calls this command
after each: it keeps their losses in results/signal/ and prints the table of all rates that are there. The fine-tunes
are those of the run itself, so the rate that is then chosen is not paid for twice.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from scipy import stats

from instructmining.arrays import Floats
from instructmining.command import UserError, run_main
from instructmining.config import Config
from instructmining.config_runs import replicated_runs
from instructmining.config_text import read_config
from instructmining.files import read_result, read_table, write_table
from instructmining.planning.tables import plain_table
from instructmining.quality_rule.across.result import SHOWN
from instructmining.quality_rule.evidence.noise import Noise, measure_noise
from instructmining.quality_rule.losses import EVAL_LOSSES, losses_table
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import Design, make_design
from instructmining.training.record import Record
from instructmining.training.settings import Training

FOLDER = Path("results/signal")
NEEDS = "set sampling.replicated and sampling.seeds to 2 or more; eight subsets on two seeds show large differences"
CAVEAT = "A large signal is no low loss: among rates that are alike, take the one with the lower loss."


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2g} ({self.low:.2g} to {self.high:.2g})"

    def times(self, factor: float) -> "Interval":
        """In another unit."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Signal:
    """How much subsets differ at one learning rate; SDs are of the log loss."""

    rate: str
    """The learning rate."""
    subsets: int
    """Replicated subsets."""
    loss: float
    """Mean loss of a subset on the eval sets of role `fit`, in nats per token."""
    noise: Noise
    """The noise between seeds, and the F-test of whether the subsets differ at all."""
    between: Interval
    """SD between subsets, without what is noise between seeds."""
    ratio: Interval
    """The signal: that SD over the SD between seeds."""


def measure_signal(rate: str, design: Design, confidence: float) -> Signal:
    """The signal at one learning rate, given the losses as a design without indicators.

    One-way analysis of variance (Searle, Casella and McCulloch, Variance Components (1992), 3.6): the interval of the
    ratio inverts the F-test, that of the SD between subsets is Williams and Tukey's. Exact where all subsets have the
    same number of seeds. Raises ValueError where the noise is not known.
    """
    noise = measure_noise(design, confidence) if len(design.y) > 1 else None
    if noise is None:
        raise ValueError(
            f"learning rate {rate}: {len(design.y)} replicated subsets show no noise between seeds; {NEEDS}"
        )
    tail, between = (1 - confidence) / 2, noise.between
    limits = [float(stats.f.ppf(p, between.numerator_degrees, between.denominator_degrees)) for p in (1 - tail, tail)]
    chi2 = [float(stats.chi2.ppf(p, between.numerator_degrees)) for p in (1 - tail, tail)]
    ratios = [_root(between.statistic / limit - 1, design.seeds) for limit in (1.0, *limits)]
    sds = [
        noise.sd * _root(between.numerator_degrees * (between.statistic - limit) / x, design.seeds)
        for limit, x in zip(limits, chi2, strict=True)
    ]
    loss = float(np.exp(design.y).mean())
    return Signal(rate, len(design.y), loss, noise, Interval(noise.sd * ratios[0], *sds), Interval(*ratios))


def _root(excess: float, seeds: Floats) -> float:
    """The SD in an excess of the mean square between subsets, which has it as many times as a subset has seeds."""
    per_subset = (seeds.sum() - (seeds**2).sum() / seeds.sum()) / (len(seeds) - 1)
    return math.sqrt(max(0.0, excess) / float(per_subset))


def make_losses_design(losses: pa.Table) -> Design:
    """The log losses of `losses_table`, mean over the eval sets of role `fit`, as a design without indicators.

    Raises ValueError where a loss is not finite.
    """
    frame = losses.to_pandas()
    log_loss = np.log(frame[frame["role"] == "fit"].groupby(["subset", "seed"])["loss"].mean()).reset_index()
    columns = {"subset": log_loss["subset"], "log_loss": log_loss["loss"], "sources": [{}] * len(log_loss)}
    schema = pa.schema([field for field in observations_schema([]) if field.name in columns])
    return make_design(pa.table(columns, schema=schema), [])


def signal_table(signals: Sequence[Signal]) -> Table:
    """A row for each learning rate."""
    table = plain_table("learning rate", "loss", "between subsets, %", "between seeds, %", "signal", "F", "p")
    for row in signals:
        seeds, test = Interval(row.noise.sd, row.noise.sd_low, row.noise.sd_high), row.noise.between
        intervals = map(str, (row.between.times(100), seeds.times(100), row.ratio))
        table.add_row(row.rate, f"{row.loss:.3f}", *intervals, f"{test.statistic:.1f}", f"{test.p_value:.2g}")
    return table


def best_in_words(signals: Sequence[Signal]) -> str:
    """The rate with the largest signal, and those that it is not shown to be better than."""
    best = max(signals, key=lambda row: row.ratio.value)
    if all(row.noise.between.p_value >= SHOWN for row in signals):
        return "At no learning rate are subsets shown to differ from each other by more than seeds do."
    found = f"The signal is largest at {best.rate}, where subsets differ {best.ratio.value:.2g} times as much as seeds."
    alike = [row.rate for row in signals if row is not best and row.ratio.high >= best.ratio.low]
    if alike:
        found += f" Its interval overlaps that of {', '.join(alike)}, so it is not shown to be larger than there."
    return found


def keep_losses(config: Config, model: str) -> None:
    """Keep the losses of the replicated subsets of a model as they are now, under their learning rate."""
    runs = replicated_runs(config)
    paths = [Path("results/training") / model / str(run) / f"seed{seed}" / "record.json" for run, seed in runs]
    records = [read_result(Record, path) for path in paths]
    rate = Training.model_validate(records[0].settings).learning_rate
    write_table(FOLDER / model / f"{rate:g}.parquet", losses_table(records), EVAL_LOSSES)


def print_signals(console: Console, model: str, confidence: float) -> None:
    """Print the table of the learning rates that were kept, and what it says."""
    signals = []
    for path in sorted((FOLDER / model).glob("*.parquet"), key=lambda kept: float(kept.stem)):
        try:
            signals.append(measure_signal(path.stem, make_losses_design(read_table(path, EVAL_LOSSES)), confidence))
        except ValueError as error:
            console.print(f"Left out: {error}")
    if signals:
        console.print(
            f"{model}: {signals[0].subsets} subsets; SDs in % of the loss, with {confidence:.0%} intervals",
            style="bold",
        )
        console.print(signal_table(signals), "")
        console.print(best_in_words(signals), CAVEAT, "")


def main() -> None:
    """Keep the losses at the present learning rate, and print the signal at all that were kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    config = read_config([parser.parse_args().config])
    if len({run for run, _ in replicated_runs(config)}) < 2:
        raise UserError(f"sampling: {config.sampling.replicated} replicated subsets; {NEEDS}")
    console = Console(highlight=False, markup=False)
    for model in config.models:
        keep_losses(config, model)
        print_signals(console, model, config.quality_rule.confidence)


if __name__ == "__main__":
    run_main(main)
