"""Apply the quality rule to every example of a pool and rank them: the lowest predicted log loss is the best.

Where a decision says that the selection does not follow the rule, they are ranked by what it falls back on.

    python -m instructmining.selection.rank --rule rule.json --scores scores.parquet --ranking ranking.parquet
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import check_same_ids, read_result, read_table, write_table
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule
from instructmining.selection.decision import BY_RULE, FOLLOWS, Decision
from instructmining.selection.orders import ORDERS, Draw, Pool
from instructmining.selection.ranking import indicator_columns, ranking_schema, term_column


def rank(rule: Rule, scores: pa.Table) -> pa.Table:
    """The scores, best first, with prediction, rank and terms; raises ValueError for a missing or empty indicator."""
    scores = scores.sort_by("id")
    predicted = rule.predict(scores)
    order = np.argsort(predicted, kind="stable")  # rows are in order of ID, so ties stay in it
    names = indicator_columns(scores)
    terms = {term_column(name): values for name, values in rule.contributions(scores).items()}
    columns = {
        **{name: scores[name] for name in SCORES.names},
        "predicted": predicted,
        "rank": np.argsort(order) + 1,
        **terms,
        **{name: scores[name] for name in names},
    }
    ranking = pa.table(columns, schema=ranking_schema(rule.indicators, names)).take(order)
    check_same_ids(scores["id"].to_pylist(), sorted(ranking["id"].to_pylist()), "ranking")
    return ranking


def reorder(ranking: pa.Table, ids: Sequence[str]) -> pa.Table:
    """A ranking in another order, with its ranks; `ids` are all of its IDs, the best first."""
    rows = pc.index_in(pa.array(ids), value_set=ranking["id"].combine_chunks())
    ordered = ranking.take(rows)
    ranks = pa.array(np.arange(1, len(ordered) + 1))
    return ordered.set_column(ordered.column_names.index("rank"), ranking.schema.field("rank"), ranks)


def follow(ranking: pa.Table, decision: Decision, seed: int) -> pa.Table:
    """The ranking by the rule, or by what the decision falls back on; `seed` is that of a random order."""
    if decision.by == BY_RULE:
        return ranking
    pool = Pool(ranking.sort_by("id"))
    ids = ORDERS[decision.by](pool, Draw(len(ranking), (seed, 0)))
    check_same_ids(pool.ids, sorted(ids), "ranking")
    return reorder(ranking, ids)


def outside_sentences(rule: Rule, ranking: pa.Table) -> list[str]:
    """For each indicator, how much of the pool is outside the range that the rule was fitted in."""
    if isinstance(rule, PublishedRule):
        return []
    ranges = {term.indicator: f"{term.fitted_min:.4g} to {term.fitted_max:.4g}" for term in rule.terms}
    return [
        f"{name}: {share:.1%} of the examples lie outside {ranges[name]}, the range of the subset means"
        for name, share in rule.outside_range(ranking).items()
    ]


def mean_outside_sentence(rule: Rule, selected: pa.Table) -> str | None:
    """Whether the means of a selection are in the range of the means that the rule was fitted to; None if not known."""
    if isinstance(rule, PublishedRule) or not rule.slopes:
        return None
    outside = [term.indicator for term in rule.slopes if term.outside(rule.values(selected, term).mean(keepdims=True))]
    if not outside:
        return "For every indicator of the rule, the mean of the selection is within the range of the subset means."
    return f"The mean of the selection is outside the range of the subset means for {', '.join(outside)}."


def main() -> None:
    """Read rule and scores, write the ranking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rule", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--decision", type=Path, help="what the selection follows; the rule if not given")
    parser.add_argument("--seed", type=int, default=0, help="of a random order")
    parser.add_argument("--ranking", type=Path, required=True)
    arguments = parser.parse_args()
    rule = read_rule(arguments.rule)
    decision = read_result(Decision, arguments.decision) if arguments.decision else FOLLOWS
    ranking = follow(rank(rule, read_table(arguments.scores, SCORES)), decision, arguments.seed)
    write_table(arguments.ranking, ranking, ranking_schema(rule.indicators, indicator_columns(ranking)))
    print(f"ranked {len(ranking)} examples by {rule.formula() if decision.by == BY_RULE else decision.by}")
    print(decision.sentence)
    print("\n".join(outside_sentences(rule, ranking)))


if __name__ == "__main__":
    run_main(main)
