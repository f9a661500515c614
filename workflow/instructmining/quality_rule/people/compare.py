"""Compare the rule and each indicator with what people thought of examples.

    python -m instructmining.quality_rule.people.compare --name oasst --rule rule.json --scores scores.parquet \\
        --judgements oasst.judgements.parquet --confidence 0.95 --output people.json

The rule was fitted to means of subsets and is applied to single examples here, as it is in a selection. `knn_i` is left
out: it is a property of the set that an example stands in, and rated examples are no set that anyone would train on.
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.arrays import Floats
from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.files import check_same_ids, read_table, write_json
from instructmining.indicators.scorers import find_indicator
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.people.agreement import ALIKE, Pairs, Rated, agreements, make_pairs, make_rated
from instructmining.quality_rule.published import Rule, read_rule

LEFT_OUT = "a property of the set that an example stands in, not of the example"


def compare_with_people(
    name: str, rule: Rule, scores: pa.Table, judgements: pa.Table, confidence: float
) -> dict[str, Any]:
    """All that is measured, as one JSON value; raises ValueError where an example was not scored."""
    ids = scores["id"].to_pylist()
    judged = {*judgements["better"].to_pylist(), *judgements["worse"].drop_null().to_pylist()}
    check_same_ids(sorted(judged), sorted(ids), f"scores of the ratings {name}")
    measures, left_out = measures_of(rule, scores)
    pairs, rated = make_pairs(judgements, ids), make_rated(judgements, ids)
    return {
        "model": rule.model,
        "ratings": name,
        "confidence": confidence,
        "judgements": len(judgements),
        "rating": "share of its pairs that an example won" if judgements["rating"].null_count else "given",
        "alike": ALIKE,
        **_counts(pairs, rated),
        "left_out": left_out,
        "measures": [asdict(row) for row in agreements(measures, pairs, rated, confidence)],
    }


def measures_of(rule: Rule, scores: pa.Table) -> tuple[dict[str, Floats], dict[str, str]]:
    """The rule, so that higher is better, and every indicator; also which are left out, and why."""
    names = [name for name in scores.column_names if name not in SCORES.names]
    measures = {name: scores[name].to_numpy().astype(np.float64) for name in names if not _of_a_set(name)}
    left_out = {name: LEFT_OUT for name in [*rule.indicators, *names] if _of_a_set(name)}
    for name in set(filter(_of_a_set, rule.indicators)) - set(names):
        scores = scores.append_column(name, pa.array(np.zeros(len(scores))))
    terms = [values for name, values in rule.contributions(scores).items() if not _of_a_set(name)]
    if not terms:
        return measures, {**left_out, "rule": "all its indicators are left out"}
    return {"rule": -np.sum(terms, axis=0), **measures}, left_out


def _of_a_set(indicator: str) -> bool:
    found = find_indicator(indicator)
    return found is not None and found.of_set


def _counts(pairs: Pairs, rated: Rated) -> dict[str, int]:
    return {
        "pairs": len(pairs.better),
        "matched_pairs": int(np.sum(np.abs(pairs.longer) <= np.log(ALIKE))),
        "rated": len(rated.example),
        "prompts": len(set(rated.prompt)),
    }


def sentences(result: dict[str, Any]) -> list[str]:
    """What came out for the rule and for the length, a sentence each."""
    by_name = {row["measure"]: row for row in result["measures"]}
    level = f"{result['confidence']:.0%}"
    rows = [by_name[name] for name in ("rule", "length") if name in by_name]
    return [
        f"{result['pairs']} pairs ({result['matched_pairs']} of about equal length) and {result['rated']} examples of"
        f" {result['prompts']} prompts.",
        *(sentence for row in rows for sentence in _sentences(row, level)),
        *(f"Left out: {name}, {reason}." for name, reason in result["left_out"].items()),
    ]


def _sentences(row: dict[str, Any], level: str) -> list[str]:
    name, found = f"The {row['measure']}", []
    if row["accuracy"]:
        found.append(f"{name} agrees with people in {_share(row['accuracy'], level)} of the pairs; {_verdict(row)}.")
    if row["matched_accuracy"]:
        share = _share(row["matched_accuracy"], level)
        found.append(f"{name} agrees with people in {share} of the pairs whose responses are about equally long.")
    if row["spearman"]:
        found.append(f"{name} has a Spearman of {_number(row['spearman'], level)} with the ratings.")
    if row["partial_spearman"]:
        found.append(f"With the length held fixed it has one of {_number(row['partial_spearman'], level)}.")
    return found


def _verdict(row: dict[str, Any]) -> str:
    accuracy, beyond = row["accuracy"], row["beyond_length"]
    if accuracy["low"] <= 0.5 <= accuracy["high"]:
        return "that is not told from tossing a coin"
    if accuracy["high"] < 0.5:
        return "people prefer what it calls worse"
    if beyond is None:
        return "longer is preferred"
    if beyond["low"] > 0:
        return "more often than length alone"
    return "less often than length alone" if beyond["high"] < 0 else "no more often shown than length alone"


def _share(interval: dict[str, float], level: str) -> str:
    return f"{interval['value']:.1%} ({level} interval {interval['low']:.1%} to {interval['high']:.1%})"


def _number(interval: dict[str, float], level: str) -> str:
    return f"{interval['value']:.2f} ({level} interval {interval['low']:.2f} to {interval['high']:.2f})"


def main() -> None:
    """Read rule, scores and judgements, write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    for given in ("--rule", "--scores", "--judgements", "--output"):
        parser.add_argument(given, type=Path, required=True)
    parser.add_argument("--confidence", type=float, default=0.95)
    arguments = parser.parse_args()
    rule, scores = read_rule(arguments.rule), read_table(arguments.scores, SCORES)
    judgements = read_table(arguments.judgements, JUDGEMENTS)
    result = compare_with_people(arguments.name, rule, scores, judgements, arguments.confidence)
    said = sentences(result)
    write_json(arguments.output, {**result, "sentences": said})
    print("\n".join(said))


if __name__ == "__main__":
    main()
