"""Runs of arms that nobody made, and a comparison of them."""

import numpy as np
import pyarrow as pa

from instructmining.comparison.compare import compare
from instructmining.comparison.runs import Run
from instructmining.comparison.settings import Comparison
from instructmining.files import write_result, write_table
from instructmining.training.losses import LOSSES
from instructmining.training.record import EvalLoss
from tests.unit.records import made_record

TOKENS = np.arange(10, 50)
BASE = np.random.default_rng(0).gamma(9.0, 0.3, len(TOKENS)) * TOKENS
NOISE = {0: 0.010, 1: -0.012, 2: 0.003, 3: -0.006, 4: 0.001}
SEEDS = (0, 1, 2)


def summary(role, losses):
    tokens = int(TOKENS.sum())
    return EvalLoss(role, len(losses), tokens, float(losses.sum() / tokens), float(np.mean(losses / TOKENS)))


def record(arm, seed, shift=0.0, steps=10, spread=0.0):
    """A record and its losses: `shift` nats per token from the baseline, the same noise in all arms."""
    wobble = spread * np.sin(np.arange(len(TOKENS)) * 7.0)
    wobble -= np.average(wobble, weights=TOKENS)
    test = BASE + (shift + NOISE[seed] + wobble) * TOKENS
    sets = {"fit": ("fit", BASE), "test": ("test", test)}
    items = [
        {"eval_set": name, "id": f"{i:03}", "loss": float(loss), "tokens": int(TOKENS[i])}
        for name, (_, losses) in sets.items()
        for i, loss in enumerate(losses)
    ]
    losses = {name: summary(role, values) for name, (role, values) in sets.items()}
    made = made_record(f"mixed.{arm}", 5 * steps, seed=seed, steps=steps, tokens=100 * steps, losses=losses)
    return made, pa.Table.from_pylist(items, schema=LOSSES)


def run(arm, seed, **options):
    return Run.of(*record(arm, seed, **options))


def result(selected, settings=None, others=None, **options):
    """Compare `selected`, and others, whose shifts are given by seed, with `random`."""
    runs = [run("random", seed) for seed in range(len(selected))]
    runs += [run("selected", seed, shift=shift, **options) for seed, shift in enumerate(selected)]
    runs += [run(arm, seed, shift=shift) for arm, shifts in (others or {}).items() for seed, shift in enumerate(shifts)]
    arms = ["selected", "random", *(others or {})]
    return compare(runs, Comparison(arms=arms, seeds=len(selected), **(settings or {})), 0.95)


def write_runs(folder):
    """Write records and losses of two arms."""
    for arm in ("selected", "random"):
        for seed in SEEDS:
            made, items = record(arm, seed, shift=-0.01 * seed * (arm == "selected"))
            write_result(folder / arm / str(seed) / "record.json", made)
            write_table(folder / arm / str(seed) / "losses.parquet", items, LOSSES)
