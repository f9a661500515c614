"""What a selection rests on, in figures: which indicators make the ranking, and how far from the fit it is used."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from instructmining.quality_rule.leverage import joint_leverage
from instructmining.quality_rule.published import PublishedRule, Rule
from instructmining.quality_rule.rule import FittedLeverage
from instructmining.selection.ranking import term_column


def basis_sentences(rule: Rule, ranking: pa.Table, size: int) -> list[str]:
    """Shares of the ranking's variance, leverage of the selection and its share of `ifd` above 1, as far as known."""
    selected = ranking.slice(0, size)
    found = (_shares(variance_shares(rule, ranking)), _leverage(rule, selected), _ifd(ranking, selected))
    return [sentence for sentence in found if sentence]


def variance_shares(rule: Rule, ranking: pa.Table) -> dict[str, float]:
    """Share of each term in the variance of the predictions over the pool, the largest first; empty without variance.

    The covariance of the term with the prediction, over the variance of the prediction: as the prediction is a constant
    plus the terms, the shares add to 1. That of a term which works against the others is negative.
    """
    if not rule.indicators or not np.ptp(ranking["predicted"].to_numpy()):
        return {}
    terms = np.array([ranking[term_column(name)].to_numpy() for name in rule.indicators])  # (terms, examples)
    centred = terms - terms.mean(axis=1, keepdims=True)
    prediction = centred.sum(axis=0)
    shares = dict(zip(rule.indicators, (centred @ prediction / (prediction @ prediction)).tolist(), strict=True))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _shares(shares: Mapping[str, float]) -> str | None:
    if not shares:
        return None
    against = "; a negative share works against the others" if min(shares.values()) < 0 else ""
    listed = ", ".join(f"`{name}` {share:.0%}" for name, share in shares.items())
    return f"Shares of the variance of the predictions over the pool: {listed}{against}."


def leverage_of(rule: Rule, selected: pa.Table) -> float | None:
    """The leverage of the means of a selection; None where it is not known."""
    if isinstance(rule, PublishedRule) or not rule.terms:
        return None
    return joint_leverage(rule, rule.means(selected))


def leverage_sentence(fitted: FittedLeverage, leverage: float) -> str:
    """Where the means of a selection lie among the subsets, in all indicators together."""
    found = f"The leverage of the selection's means is {leverage:.3g}, the largest of the fitted subsets"
    if leverage > fitted.largest:
        return (
            f"{found} {fitted.largest:.3g}. The rule extrapolates: no subset that it was fitted to lies as far"
            " from the others as the selection does, so its prediction for the selection is not tested."
        )
    return f"{found} {fitted.largest:.3g}: in all indicators together, it lies among them."


def _leverage(rule: Rule, selected: pa.Table) -> str | None:
    leverage = leverage_of(rule, selected)
    if isinstance(rule, PublishedRule) or rule.leverage is None or leverage is None:
        return None
    return leverage_sentence(rule.leverage, leverage)


def _ifd(ranking: pa.Table, selected: pa.Table) -> str | None:
    """How many examples have an instruction that makes the response less likely; None where `ifd` is not computed."""
    if "ifd" not in ranking.column_names:
        return None
    kept, pool = (np.mean(table["ifd"].to_numpy() > 1) for table in (selected, ranking))
    return (
        f"`ifd` is above 1, as where an instruction makes its response less likely, in {kept:.1%} of the selection and"
        f" {pool:.1%} of the pool."
    )
