"""What the verdicts of a judge say about each arm, with its uncertainty.

    python -m instructmining.comparison.judge.count --model smollm2 --pool mixed --arms selected \\
        --baseline random --settings '{"base_url": "http://localhost:8000/v1", ...}' --confidence 0.95 \\
        --verdicts verdicts/selected.parquet --prompts-report prompts.report.json --output judge.json

The two verdicts on a pair, one per order, make one: what both say, or a tie where they disagree (Zheng et al. 2023,
arXiv 2306.05685). A pair that lacks one of them has no verdict and is counted only in `without_verdict`.

Intervals over prompts are Wilson's with as many trials as prompts. A prompt that several seeds answered enters with its
mean. The variance of a mean is no larger than that of one trial, so the interval may be too wide but not too narrow.
With several arms, each interval is wider, so that all of them hold together (Bonferroni).
"""

import argparse
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from instructmining.command import run_main
from instructmining.comparison.intervals import over_seeds
from instructmining.comparison.judge.result import (
    FEWEST_PROMPTS,
    JudgedArm,
    JudgeResult,
    LengthControlled,
    PromptsReport,
    Share,
    with_sentences,
)
from instructmining.comparison.judge.settings import Judge
from instructmining.comparison.judge.verdicts import ORDERS, PairVerdict, read_verdicts
from instructmining.comparison.result import Estimate
from instructmining.files import read_result, write_result

VALUES = {"win": 1.0, "tie": 0.5, "lose": 0.0}


def to_pairs(verdicts: Sequence[PairVerdict]) -> pd.DataFrame:
    """One row per pair, with both verdicts, the one that they make (null where one is not there), and its value."""
    frame = pd.DataFrame([asdict(verdict) for verdict in verdicts])
    keys = ["prompt", "prompt_set", "seed", "arm_characters", "baseline_characters"]
    wide = frame.pivot(index=keys, columns="order", values=["verdict", "outcome"])
    pairs = wide.index.to_frame(index=False)
    for column in ("verdict", "outcome"):
        for order in ORDERS:
            pairs[f"{column}_{order}"] = wide[(column, order)].to_numpy()
    first, second = pairs["verdict_arm_first"], pairs["verdict_baseline_first"]
    pairs["verdict"] = first.where(first == second, "tie").where(first.notna() & second.notna(), None)
    pairs["value"] = pairs["verdict"].map(VALUES).astype(float)
    return pairs


def judged_arm(arm: str, baseline: str, verdicts: Sequence[PairVerdict], confidence: float) -> JudgedArm:
    """All that the verdicts say about an arm, the sentence yet to be written."""
    pairs = to_pairs(verdicts)
    decided = pairs[pairs["verdict"].notna()]
    asked = decided[decided["outcome_arm_first"] != "identical"]
    agree = asked["verdict_arm_first"] == asked["verdict_baseline_first"]
    return JudgedArm(
        arm=arm,
        baseline=baseline,
        prompts=pairs["prompt"].nunique(),
        seeds=pairs["seed"].nunique(),
        pairs=len(pairs),
        decided=len(decided),
        identical=len(decided) - len(asked),
        without_verdict=dict(Counter(without_verdict(pairs))),
        shares={name: share(decided["verdict"] == name, decided["prompt"], confidence) for name in VALUES},
        win_rate=share(decided["value"], decided["prompt"], confidence),
        by_seed=_by_seed(decided, confidence),
        by_set={str(name): dict(Counter(group["verdict"])) for name, group in decided.groupby("prompt_set")},
        orders_agree=share(agree, asked["prompt"], confidence),
        first_preferred=_first_preferred(asked, confidence),
        length_controlled=length_controlled(decided, confidence),
        arm_characters=float(pairs["arm_characters"].mean()),
        baseline_characters=float(pairs["baseline_characters"].mean()),
        sentence="",
    )


def share(values: pd.Series, prompts: pd.Series, confidence: float) -> Share | None:
    """Mean over prompts of values in [0, 1], with Wilson's interval; None where there are none."""
    means = values.astype(float).groupby(prompts.to_numpy()).mean()
    if means.empty:
        return None
    low, high = proportion_confint(means.sum(), len(means), alpha=1 - confidence, method="wilson")
    return Share(float(means.mean()), float(low), float(high), len(means))


def without_verdict(pairs: pd.DataFrame) -> list[str]:
    """For each pair without a verdict, the reason: the outcome of the first order that gave none."""
    undecided = pairs[pairs["verdict"].isna()]
    first = undecided["outcome_arm_first"]
    return first.where(first != "verdict", undecided["outcome_baseline_first"]).tolist()


def _by_seed(decided: pd.DataFrame, confidence: float) -> Estimate | None:
    rates = decided["value"].groupby(decided["seed"]).mean()
    return over_seeds(rates.tolist(), confidence) if len(rates) > 1 else None


def _first_preferred(asked: pd.DataFrame, confidence: float) -> Share | None:
    """Among verdicts that prefer an answer, the share that prefer the one shown first; 0.5 without position bias."""
    first = asked["verdict_arm_first"].map({"win": 1.0, "lose": 0.0}).astype(float)
    second = asked["verdict_baseline_first"].map({"win": 0.0, "lose": 1.0}).astype(float)
    values = pd.concat([first, second])
    prompts = pd.concat([asked["prompt"], asked["prompt"]])[values.notna().to_numpy()]
    return share(values.dropna(), prompts, confidence)


def length_controlled(decided: pd.DataFrame, confidence: float) -> LengthControlled:
    """The win rate that answers of equal length would have, by logistic regression on the difference in length.

    As in AlpacaEval 2 (Dubois et al. 2024, arXiv 2404.04475): logit P(win) = a + b tanh(d / sd(d)), d the difference in
    characters; the rate is that at d = 0. Their term for the difficulty of a prompt is left out, as it takes many
    models to fit. Standard errors are clustered by prompt.
    """
    wins = decided["value"].to_numpy()
    lengths = (decided["arm_characters"] - decided["baseline_characters"]).to_numpy(dtype=float)
    few = decided["prompt"].nunique() < FEWEST_PROMPTS
    if few or lengths.std() == 0:
        return LengthControlled(None, f"fewer than {FEWEST_PROMPTS} prompts" if few else "no pair differs in length")
    design = sm.add_constant(np.tanh(lengths / lengths.std()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            clusters = {"groups": decided["prompt"].astype("category").cat.codes.to_numpy()}
            model = sm.GLM(wins, design, family=sm.families.Binomial())
            fit = model.fit(cov_type="cluster", cov_kwds=clusters)
        except Warning as warning:
            return LengthControlled(None, f"the regression did not converge: {str(warning).splitlines()[0]}")
    ends = fit.params[0] + np.array([0, *stats.norm.interval(confidence)]) * fit.bse[0]
    rate, low, high = (1 / (1 + np.exp(-ends))).tolist()
    return LengthControlled(Share(rate, low, high, decided["prompt"].nunique()), None)


def main() -> None:
    """Read the verdicts, write what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "pool", "baseline"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--settings", type=Judge.model_validate_json, required=True)
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--arms", nargs="+", required=True)
    parser.add_argument("--verdicts", type=Path, nargs="+", required=True, help="one table per arm, in the same order")
    parser.add_argument("--prompts-report", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    verdicts = {arm: read_verdicts(path) for arm, path in zip(arguments.arms, arguments.verdicts, strict=True)}
    level = 1 - (1 - arguments.confidence) / len(verdicts)  # intervals hold for all arms together
    counted = JudgeResult(
        model=arguments.model,
        pool=arguments.pool,
        judge=arguments.settings.model,
        endpoint=arguments.settings.base_url,
        replied=tuple(sorted({item.judge for items in verdicts.values() for item in items if item.judge})),
        confidence=arguments.confidence,
        prompts=read_result(PromptsReport, arguments.prompts_report).sets,
        arms=tuple(judged_arm(arm, arguments.baseline, items, level) for arm, items in verdicts.items()),
    )
    result = with_sentences(counted)
    write_result(arguments.output, result)
    print("\n".join(arm.sentence for arm in result.arms))


if __name__ == "__main__":
    run_main(main)
