"""Compare what the rule predicts for selections with the losses of the fine-tunes on them.

    python -m instructmining.validation.validate --rule rule.json --scores scores.parquet \\
        --embeddings embeddings.parquet --neighbours 6 --examples ruled.parquet random.parquet \\
        --records ruled/record.json random/record.json --like 000/record.json --validation validation.json \\
        --table choices.parquet

Losses compare only where the number of steps is that of the subsets: others are named, with the reason.
"""

import argparse
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.files import read_result, read_table, write_result, write_table
from instructmining.holm import holm
from instructmining.indicators.settings import Metric
from instructmining.indicators.subset_indicators import indicators_of_subset, limits_of_examples, read_ids
from instructmining.indicators.tables import SCORES
from instructmining.indicators.winsorise import Limits, winsorise
from instructmining.quality_rule.observations import (
    Observation,
    check_same_eval_sets,
    gather,
    indicator_names,
    observations_schema,
    to_table,
)
from instructmining.quality_rule.rule import QualityRule, read_fitted_rule
from instructmining.training.record import Record
from instructmining.validation.optimism import own_choices
from instructmining.validation.predict import Sample, predict_gain, predict_set
from instructmining.validation.result import RANDOM, RULED, Choice, Gain, ValidationResult


@dataclass(frozen=True)
class Tuned:
    """One fine-tune on a choice."""

    record: Record
    observation: Observation
    examples: pa.Table
    """Their scores; indicators that are measured inside a set are those inside this one."""

    @property
    def choice(self) -> str:
        """The arm that it is."""
        return self.record.run_name.arm

    @property
    def ids(self) -> tuple[str, ...]:
        """The IDs of the examples, sorted."""
        return tuple(sorted(self.examples["id"].to_pylist()))


def tuned_on(record: Record, scores: pa.Table, embeddings: pa.Table, neighbours: list[int], metric: Metric) -> Tuned:
    """A fine-tune with the indicators of what it was tuned on."""
    found = indicators_of_subset(record.run, scores, embeddings, neighbours, metric)
    (observation,) = gather([found], [record])
    for name in [f"knn_{i}" for i in neighbours]:
        inside = pa.array(np.full(len(scores), found.indicators[name]))
        scores = scores.set_column(scores.column_names.index(name), name, inside)
    return Tuned(record, observation, scores)


def validate(
    rule: QualityRule, pool: pa.Table, tuned: Sequence[Tuned], steps: int
) -> tuple[list[Choice], Gain | None, dict[str, str]]:
    """Each choice that can be compared, in order; the gain of the rule's own; and why others cannot be compared."""
    groups = {name: [one for one in tuned if one.choice == name] for name in dict.fromkeys(one.choice for one in tuned)}
    left_out = {name: reason for name, group in groups.items() if (reason := _unlike(group, steps))}
    compared = {name: group for name, group in groups.items() if name not in left_out}
    losses = rule.predict(pool)
    samples = {name: _sample(rule, pool, losses, group) for name, group in compared.items()}
    choices = [_choice(rule, name, group, samples[name]) for name, group in compared.items()]
    p_values = holm([each.p_value for each in choices])
    corrected = [replace(each, p_value=value) for each, value in zip(choices, p_values, strict=True)]
    return corrected, _gain(rule, samples, corrected), left_out


def _unlike(group: Iterable[Tuned], steps: int) -> str | None:
    """Why the losses of a choice do not compare with those of subsets; None if they do."""
    others = sorted({one.record.steps for one in group} - {steps})
    return f"was tuned for {others[0]:,} steps, the subsets for {steps:,}" if others else None


def _choice(rule: QualityRule, name: str, group: Sequence[Tuned], sample: Sample) -> Choice:
    """One choice; where its seeds have different examples, the prediction is for all of them together."""
    prediction = predict_set(rule, sample)
    low, high = prediction.interval(rule.confidence)
    observed = float(np.mean([np.log(one.observation.loss) for one in group]))
    return Choice(
        choice=name,
        seeds=len(group),
        examples=len(group[0].examples),
        predicted=prediction.value,
        low=low,
        high=high,
        observed=observed,
        leverage=prediction.leverage,
        p_value=prediction.p_value(observed),
        optimism=prediction.value - sample.predicted(rule),
    )


def _gain(rule: QualityRule, samples: Mapping[str, Sample], choices: Sequence[Choice]) -> Gain | None:
    """The rule's own choice beside random draws, where both were tuned on."""
    observed = {each.choice: each.observed for each in choices}
    ruled = next((name for name in samples if RULED.fullmatch(name)), None)
    if ruled is None or RANDOM not in samples:
        return None
    prediction, gained = predict_gain(rule, samples[RANDOM], samples[ruled]), observed[RANDOM] - observed[ruled]
    return Gain(prediction.value, *prediction.interval(rule.confidence), gained, prediction.p_value(gained))


def _sample(rule: QualityRule, pool: pa.Table, losses: Floats, group: Sequence[Tuned]) -> Sample:
    """The examples of all fine-tunes on a choice from a pool with these predicted losses."""
    sets = {one.ids for one in group}
    by_rule = len(sets) == 1 and _first_of(pool, losses, group[0].ids)
    certain = rule.terms and rule.covariance is not None and rule.residual_degrees > 0
    own = own_choices(rule, pool, len(group[0].ids)) if by_rule and certain else None
    return Sample(pa.concat_tables([one.examples for one in group]), len(group), len(sets), own)


def _first_of(pool: pa.Table, losses: Floats, ids: Collection[str]) -> bool:
    """Whether these are the examples with the lowest predicted losses."""
    named = pc.is_in(pool["id"], value_set=pa.array(ids, pa.string())).to_numpy()
    return bool(np.max(losses[named], initial=-np.inf) <= np.min(losses[~named], initial=np.inf))


def sentences(
    choices: Sequence[Choice], gain: Gain | None, left_out: Mapping[str, str], confidence: float
) -> list[str]:
    """What was found, in words; the rule's own choice comes first."""
    tested = [each for each in choices if each.p_value is not None]
    refuted = [each for each in tested if each.refutes(confidence)]
    found = [_outcome(tested, refuted)] if tested else []
    found += [_refutation(each) for each in refuted]
    return [
        *found,
        *([_gained(gain, confidence)] if gain else []),
        *(f"{name} {reason}: its loss does not compare with the prediction." for name, reason in left_out.items()),
    ]


def _outcome(tested: Sequence[Choice], refuted: Sequence[Choice]) -> str:
    names = ", ".join(each.choice for each in tested)
    inside = Counter(each.inside for each in tested)[True]
    verdict = "refute the rule" if refuted else "do not refute the rule"
    return (
        f"Tuned on selections ({names}), the losses {verdict}: {inside} of {len(tested)} are inside the interval of"
        " their prediction."
    )


def _refutation(choice: Choice) -> str:
    side = "higher" if choice.observed > choice.predicted else "lower"
    return (
        f"{choice.choice}: the log loss is {choice.observed:.3f}, {side} than the predicted {choice.predicted:.3f}"
        f" ({choice.low:.3f} to {choice.high:.3f}; p = {choice.p_value:.2g} after Holm's correction)."
    )


def _gained(gain: Gain, confidence: float) -> str:
    found = f"The rule's own choice gains {gain.observed:.3f} log loss over random draws"
    if gain.low is None or gain.high is None:
        return f"{found}, where {gain.predicted:.3f} is predicted."
    interval = f"{gain.predicted:.3f} ({gain.low:.3f} to {gain.high:.3f}; p = {gain.p_value:.2g})"
    return f"{found}, which is {_side(gain)} the interval of its prediction, {interval}.{_meaning(gain, confidence)}"


def _side(gain: Gain) -> str:
    if gain.low is not None and gain.observed < gain.low:
        return "below"
    return "above" if gain.high is not None and gain.observed > gain.high else "inside"


def _meaning(gain: Gain, confidence: float) -> str:
    if gain.refutes(confidence):
        return " This refutes the rule."
    promised = gain.low is None or gain.low > 0
    return (
        ""
        if promised
        else " The interval contains zero: even where the rule holds, so few fine-tunes may show no gain."
    )


def distinct(tuned: Sequence[Tuned]) -> list[Observation]:
    """The observations; draws that differ between seeds are subsets of their own."""
    sets: dict[str, set[tuple[str, ...]]] = {}
    for one in tuned:
        sets.setdefault(one.choice, set()).add(one.ids)
    return [
        one.observation
        if len(sets[one.choice]) == 1
        else replace(one.observation, subset=f"{one.observation.subset}, draw {one.record.seed}")
        for one in tuned
    ]


def main() -> None:
    """Read the rule, the choices and their records; write the validation and the observations."""
    arguments = _parse()
    rule = read_fitted_rule(arguments.rule)
    records = [read_result(Record, path) for path in arguments.records]
    like = read_result(Record, arguments.like)
    check_same_eval_sets([like, *records])
    limits = limits_of_examples(arguments.candidates, arguments.neighbours, arguments.winsorise)
    tuned = [
        tuned_on(record, *_of_examples(arguments, limits, path), arguments.neighbours, arguments.metric)
        for record, path in zip(records, arguments.examples, strict=True)
    ]
    pool = read_table(arguments.scores, SCORES)
    choices, gain, left_out = validate(rule, pool, tuned, like.steps)
    found = sentences(choices, gain, left_out, rule.confidence)
    result = ValidationResult(
        rule.model, records[0].run_name.pool, rule.confidence, tuple(choices), left_out, tuple(found), gain
    )
    write_result(arguments.validation, result)
    table = to_table(distinct(tuned))
    write_table(arguments.table, table, observations_schema(indicator_names(table)))
    print("\n".join(found))


def _of_examples(
    arguments: argparse.Namespace, limits: Mapping[str, Limits], examples: Path
) -> tuple[pa.Table, pa.Table]:
    """Scores, held within limits, and embeddings of some examples of the pool, in order of ID."""
    ids = sorted(pq.read_table(examples, columns=["id"])["id"].to_pylist())
    return winsorise(read_ids(arguments.scores, ids), limits), read_ids(arguments.embeddings, ids)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="of the pool")
    parser.add_argument("--embeddings", type=Path, required=True, help="of the pool")
    parser.add_argument("--neighbours", nargs="*", type=int, default=[])
    parser.add_argument("--metric", choices=get_args(Metric), default="euclidean")
    parser.add_argument("--winsorise", type=float, help="share at each end that counts as the quantile there")
    parser.add_argument("--candidates", type=Path, help="the scores whose quantiles these are")
    parser.add_argument("--examples", type=Path, nargs="+", required=True, help="what each fine-tune was tuned on")
    parser.add_argument("--records", type=Path, nargs="+", required=True, help="of the fine-tunes, in the same order")
    parser.add_argument("--like", type=Path, required=True, help="the record of a fine-tune on a subset")
    parser.add_argument("--validation", type=Path, required=True)
    parser.add_argument("--table", type=Path, required=True, help="of the observations, for another fit")
    return parser.parse_args()


if __name__ == "__main__":
    run_main(main)
