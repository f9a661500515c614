"""Compare the rule and each indicator with what people thought of examples.

    python -m instructmining.quality_rule.people.compare --name oasst --rule rule.json --scores scores.parquet \\
        --judgements oasst.judgements.parquet --confidence 0.95 --output people.json

The rule was fitted to means of subsets and is applied to single examples here, as it is in a selection. `knn_i` is left
out: it is a property of the set that an example is in, and nobody would train on the set of rated examples.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.command import run_main
from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.files import check_same_ids, read_table, write_result
from instructmining.indicators.scorers import of_a_set
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.people.agreement import ALIKE, FEWEST, Redrawn, agreements, make_pairs, make_rated
from instructmining.quality_rule.people.result import AgreementWithPeople, Interval, PeopleComparison
from instructmining.quality_rule.published import Rule, read_rule
from instructmining.quality_rule.regression.redrawn import draw_slopes
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.settings import CONFIDENCE

LEFT_OUT = "a property of the set that an example is in, not of the example"
AS_IT_IS = "The rule is taken as it is: how certain its coefficients are is not in these intervals."


def compare_with_people(
    name: str, rule: Rule, scores: pa.Table, judgements: pa.Table, confidence: float
) -> PeopleComparison:
    """All that is measured; raises ValueError where an example was not scored."""
    ids = scores["id"].to_pylist()
    judged = {*judgements["better"].to_pylist(), *judgements["worse"].drop_null().to_pylist()}
    check_same_ids(sorted(judged), sorted(ids), f"scores of the ratings {name}")
    measures, left_out = measures_of(rule, scores)
    redrawn = redraw(rule, scores) if "rule" in measures else None
    pairs, rated = make_pairs(judgements, ids), make_rated(judgements, ids)
    found = PeopleComparison(
        model=rule.model,
        ratings=name,
        confidence=confidence,
        judgements=len(judgements),
        rating="share of its pairs that an example won" if judgements["rating"].null_count else "given",
        alike=ALIKE,
        pairs=len(pairs.better),
        matched_pairs=len(pairs.matched().better),
        rated=len(rated.example),
        prompts=len(set(rated.prompt)),
        left_out=left_out,
        measures=tuple(agreements(measures, pairs, rated, confidence, redrawn)),
    )
    return replace(found, sentences=(*_in_words(found), *([] if redrawn else [AS_IT_IS])))


def measures_of(rule: Rule, scores: pa.Table) -> tuple[dict[str, Floats], dict[str, str]]:
    """The rule, so that higher is better, and every indicator; also which are left out, and why."""
    names = [name for name in scores.column_names if name not in SCORES.names]
    measures = {name: scores[name].to_numpy().astype(np.float64) for name in names if not of_a_set(name)}
    left_out = {name: LEFT_OUT for name in [*rule.indicators, *names] if of_a_set(name)}
    for name in set(filter(of_a_set, rule.indicators)) - set(names):
        scores = scores.append_column(name, pa.array(np.zeros(len(scores))))
    terms = [values for name, values in rule.contributions(scores).items() if not of_a_set(name)]
    if not terms:
        return measures, {**left_out, "rule": "all its indicators are left out"}
    return {"rule": -np.sum(terms, axis=0), **measures}, left_out


def redraw(rule: Rule, scores: pa.Table) -> Redrawn | None:
    """The rule with coefficients drawn anew; None for one whose coefficients' covariance is not known."""
    if not isinstance(rule, QualityRule) or rule.covariance is None:
        return None
    slopes = np.array([term.coefficient for term in rule.terms])
    drawn = draw_slopes(slopes, np.array(rule.covariance), rule.residual_degrees, np.random.default_rng(0))
    used = [number for number, term in enumerate(rule.terms) if not of_a_set(term.indicator)]
    terms = [rule.values(scores, rule.terms[number]) - rule.terms[number].mean for number in used]
    return Redrawn(np.array(terms), drawn[:, used])


def _in_words(found: PeopleComparison) -> Iterator[str]:
    """What came out for the rule and for the length, a sentence each."""
    yield (
        f"{found.pairs} pairs ({found.matched_pairs} of about equal length) and {found.rated} examples of"
        f" {found.prompts} prompts."
    )
    if found.prompts < FEWEST:
        yield f"These are too few to say anything: at least {FEWEST} prompts are needed."
    for row in found.measures:
        if row.measure in ("rule", "length"):
            yield from _sentences(row, f"{found.confidence:.0%}")
    for name, reason in found.left_out.items():
        yield f"Left out: {name}, {reason}."


def _sentences(row: AgreementWithPeople, level: str) -> Iterator[str]:
    name = f"The {row.measure}"
    if row.accuracy:
        verdict = _verdict(row.accuracy, row.beyond_length)
        yield f"{name} agrees with people in {_share(row.accuracy, level)} of the pairs: {verdict}."
    if row.matched_accuracy:
        share = _share(row.matched_accuracy, level)
        yield f"{name} agrees with people in {share} of the pairs whose responses are about equally long."
    if row.spearman:
        yield f"{name} has a Spearman correlation of {_number(row.spearman, level)} with the ratings."
    if row.partial_spearman:
        yield f"With the length held fixed, that correlation is {_number(row.partial_spearman, level)}."


def _verdict(accuracy: Interval, beyond_length: Interval | None) -> str:
    if accuracy.low <= 0.5 <= accuracy.high:
        return "not shown to differ from chance"
    if accuracy.high < 0.5:
        return "people prefer what it calls worse"
    if beyond_length is None:
        return "people prefer longer responses"
    if beyond_length.low > 0:
        return "more often than length alone"
    return "less often than length alone" if beyond_length.high < 0 else "not shown to be more often than length alone"


def _share(interval: Interval, level: str) -> str:
    return f"{interval.value:.1%} ({level} interval {interval.low:.1%} to {interval.high:.1%})"


def _number(interval: Interval, level: str) -> str:
    return f"{interval.value:.2f} ({level} interval {interval.low:.2f} to {interval.high:.2f})"


def main() -> None:
    """Read rule, scores and judgements, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="of the ratings in the config")
    for given in ("--rule", "--scores", "--judgements", "--output"):
        parser.add_argument(given, type=Path, required=True)
    parser.add_argument("--confidence", type=float, default=CONFIDENCE)
    arguments = parser.parse_args()
    rule, scores = read_rule(arguments.rule), read_table(arguments.scores, SCORES)
    judgements = read_table(arguments.judgements, JUDGEMENTS)
    result = compare_with_people(arguments.name, rule, scores, judgements, arguments.confidence)
    write_result(arguments.output, result)
    print("\n".join(result.sentences))


if __name__ == "__main__":
    run_main(main)
