"""Decide whether a selection follows the rule, or what it falls back on.

A selection by the rule is made only where its order of subsets left out is shown, where the indicators add to the
shares of the sources, where the selection lies among the subsets that the rule was fitted to, and where its validation
did not refute it.

    python -m instructmining.selection.decide --rule rule.json --scores scores.parquet --settings '{"examples": 500}' \\
        --pool unseen --validations 1/validation.json --decision decision.json
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_result, read_table, write_result
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.rule import SOURCE_SHARES, Check, QualityRule, read_fitted_rule
from instructmining.selection.basis import leverage_of, leverage_sentence
from instructmining.selection.decision import BY_RULE, Decision, Reason
from instructmining.selection.orders import ORDERS
from instructmining.selection.rank import rank
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size
from instructmining.validation.result import RANDOM, Choice, ValidationResult


def decide(
    rule: QualityRule, ranking: pa.Table, size: int, validations: Sequence[ValidationResult], fallback: str, pool: str
) -> Decision:
    """The decision for the first `size` of a ranking by the rule."""
    selected = ranking.slice(0, size)
    reasons = (_order(rule), _sources(rule), _reach(rule, selected), _validation(validations[-1:]))
    tried = tuple(each for one in validations for each in one.choices)
    against = [reason.name for reason in reasons if reason.holds is False]
    if not against:
        followed = "The selection follows the rule: nothing speaks against it."
        return Decision(rule.model, pool, BY_RULE, reasons, followed, tried)
    by, why = _fallback(fallback, tried)
    sentence = f"The rule is refused ({', '.join(against)}). The selection is {by} instead, {why}."
    return Decision(rule.model, pool, by, reasons, sentence, tried)


def _check(rule: QualityRule, name: str) -> Check | None:
    return next((check for check in rule.checks if check.name == name), None)


def _order(rule: QualityRule) -> Reason:
    check = _check(rule, "order")
    if check is None:
        return Reason("the order is not tested", False, "The rule has no indicator, so that it gives no order.")
    return Reason("the order is not shown", not check.warns, check.sentence)


def _sources(rule: QualityRule) -> Reason:
    name = "the order may be one of sources"
    check = _check(rule, f"added to {SOURCE_SHARES}")
    if check is None:
        return Reason(name, None, "All subsets have the same shares of the sources, so that these explain nothing.")
    return Reason(name, not check.warns, check.sentence)


def _reach(rule: QualityRule, selected: pa.Table) -> Reason:
    """Whether the means of the selection lie among the subsets, in all indicators together."""
    name, leverage = "it extrapolates", leverage_of(rule, selected)
    if leverage is None or rule.leverage is None:
        return Reason(name, None, "How far the selection is from the subsets that the rule was fitted to is not known.")
    return Reason(name, leverage <= rule.leverage.largest, leverage_sentence(rule.leverage, leverage))


def _validation(last: Sequence[ValidationResult]) -> Reason:
    name = "its validation refutes it"
    if not last:
        return Reason(name, None, "The rule was not tried on selections.")
    return Reason(name, not last[0].refuted, " ".join(last[0].sentences))


def _fallback(asked: str, choices: Sequence[Choice]) -> tuple[str, str]:
    """What a selection falls back on, and why."""
    if asked != "best":
        return asked, "as selection.fallback says"
    others = [each for each in choices if each.choice in ORDERS]
    if not others:
        return RANDOM, "as nothing else was tried"
    best = min(others, key=lambda each: each.observed)
    tried = ", ".join(f"{each.choice} {each.observed:.3f}" for each in sorted(others, key=lambda each: each.observed))
    return best.choice, f"which had the lowest log loss on the eval sets of role fit of what was tried ({tried})"


def main() -> None:
    """Read the evidence, write the decision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="of the pool")
    parser.add_argument("--settings", type=Selection.model_validate_json, required=True)
    parser.add_argument("--examples", type=int, help="size to judge, where it is still to be searched")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--validations", type=Path, nargs="*", default=[], help="of each round, the last one last")
    parser.add_argument("--decision", type=Path, required=True)
    arguments = parser.parse_args()
    rule, settings = read_fitted_rule(arguments.rule), arguments.settings
    ranking = rank(rule, read_table(arguments.scores, SCORES))
    fraction = None if arguments.examples else settings.fraction
    size = selection_size(len(ranking), arguments.examples or settings.examples, fraction)
    validations = [read_result(ValidationResult, path) for path in arguments.validations]
    decision = decide(rule, ranking, size, validations, settings.fallback, arguments.pool)
    write_result(arguments.decision, decision)
    print("\n".join(decision.sentences))


if __name__ == "__main__":
    run_main(main)
