"""Small results to draw figures from; what a figure looks like is for eyes."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa

from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.planning.compare_designs import compare_designs
from instructmining.quality_rule.across.compare import Observed, compare_rules
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.losses import EVAL_LOSSES
from instructmining.quality_rule.people.compare import compare_with_people
from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.figures.across import draw_designs, draw_rules, draw_spread
from instructmining.report.figures.comparison import draw_arms
from instructmining.report.figures.evidence import draw_held_out, draw_residuals
from instructmining.report.figures.people import draw_people
from instructmining.report.figures.rule import draw_coefficients, draw_predicted, draw_univariate
from instructmining.report.figures.selection import draw_quality
from instructmining.report.figures.sizes import draw_sizes
from instructmining.report.figures.validation import draw_validation
from instructmining.selection.settings import Selection
from tests.unit.report.made import comparison, curves, validation_result
from tests.unit.simulation import observations


@cache
def fitted(indicators=("ppl", "mtld", "relevance", "flat"), choice="given", noise=0.02):
    """Observations of 12 subsets, and the diagnostics of a fit to them."""
    rng = np.random.default_rng(0)
    x = {name: np.ones(12) if name == "flat" else rng.normal(size=12) for name in indicators}
    y = 1 + 0.1 * x["ppl"] + noise * rng.normal(size=12)
    table = observations(y, x)
    settings = QualityRuleSettings(confidence=0.9, choice=choice, repeats=2)
    return table, fit_rule(table, list(x), settings, {}).diagnostics


def scores(count):
    rng = np.random.default_rng(1)
    keys = {"id": [f"{i:04}" for i in range(count)], "source": ["x"] * count, "degraded": pa.nulls(count, pa.string())}
    return pa.table({**keys, "ppl": rng.normal(size=count), "mtld": rng.normal(size=count)})


def replicated(spread=1.0, seed=0):
    """Observations of 12 subsets with 2 seeds each, whose indicators have an SD of `spread`."""
    rng = np.random.default_rng(seed)
    x = np.repeat(spread * rng.normal(size=(12, 2)), 2, axis=0)
    y = 1 + 0.1 * x[:, 0] + 0.01 * rng.normal(size=24)
    return observations(y, {"ppl": x[:, 0], "mtld": x[:, 1]}, [f"{i // 2:03}" for i in range(24)])


@cache
def designs():
    """Two sampling designs, the second twice as wide."""
    tables = {"narrow": replicated(), "wide": replicated(2.0)}
    return compare_designs(tables, ["ppl", "mtld"], 0.95, scores(20))


@cache
def rules():
    """One model whose rule is compared between its two seeds; it has one eval set, which leaves nothing to compare."""
    table = replicated()
    keys = {name: table[name] for name in ("model", "subset", "seed", "loss")}
    losses = pa.table({**keys, "eval_set": ["fit"] * 24, "role": ["fit"] * 24}).select(EVAL_LOSSES.names)
    observed = Observed(table, losses.cast(EVAL_LOSSES))
    return compare_rules({"tiny": observed}, ["ppl", "mtld"], scores(20), 0.95)


@cache
def people():
    """Pairs of which people prefer the one with the lower ppl."""
    pool = scores(80)
    ppl = pool["ppl"].to_numpy()
    order = [(i, i + 1) if ppl[i] < ppl[i + 1] else (i + 1, i) for i in range(0, 80, 2)]
    columns = {
        "prompt": [f"p{i // 2}" for i in range(40)],
        "better": [f"{better:04}" for better, _ in order],
        "worse": [f"{worse:04}" for _, worse in order],
        "rating": pa.nulls(40, pa.float64()),
        "better_length": [10 + i % 3 for i in range(40)],
        "worse_length": [10 + i % 5 for i in range(40)],
    }
    rule = PublishedRule("made", "tiny", 0.0, {"ppl": 1.0}, {}, ())
    return compare_with_people("people", rule, pool, pa.table(columns, schema=JUDGEMENTS), 0.95)


def ranking():
    columns = {"id": list("abcdef"), "source": ["x", "y"] * 3, "degraded": [None, None, None, "words_shuffled"] * 1}
    columns["degraded"] = pa.array([None, None, None, "words_shuffled", None, None], pa.string())
    return pa.table({**columns, "predicted": np.arange(6.0), "rank": np.arange(1, 7)})


def reordered():
    """The same ranking where the selection falls back on another order: d, a, f, b, e, c."""
    table = ranking().take([3, 0, 5, 1, 4, 2])
    return table.set_column(4, "rank", pa.array(np.arange(1, 7)))


DRAWINGS = {
    "univariate": lambda: draw_univariate(*fitted()),
    "one indicator": lambda: draw_univariate(*fitted(("ppl",))),
    "coefficients": lambda: draw_coefficients(fitted()[1]),
    "predicted": lambda: draw_predicted(fitted()[1]),
    "residuals": lambda: draw_residuals(fitted()[1]),
    "held out": lambda: draw_held_out(fitted()[1]),
    "no indicator": lambda: draw_coefficients(fitted(choice="bic", noise=9.0)[1]),
    "arms": lambda: draw_arms(comparison()),
    "sizes": lambda: draw_sizes(curves()),
    "quality": lambda: draw_quality(ranking(), Selection(examples=2)),
    "quality without the rule": lambda: draw_quality(reordered(), Selection(examples=2)),
    "validation": lambda: draw_validation(validation_result("longest")),
    "nothing validated": lambda: draw_validation(replace(validation_result(), choices=())),
    "across models": lambda: draw_rules(rules()),
    "people": lambda: draw_people(people()),
    "designs": lambda: draw_designs(designs()),
    "spread": lambda: draw_spread(designs()),
}
