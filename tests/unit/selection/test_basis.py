"""What a selection rests on, against numpy's covariances and a hat matrix."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from instructmining.quality_rule.published import PublishedRule
from instructmining.selection.basis import basis_sentences, variance_shares
from instructmining.selection.rank import rank
from tests.unit.quality_rule.made import fit
from tests.unit.simulation import synthetic

FITTED = fit(*synthetic(20), repeats=1).rule


def ranked(rule=FITTED, spread=1.0, **more):
    """A ranking of 60 examples that spread about the centre of the fit; more has other columns."""
    generator = np.random.default_rng(0)
    scores = {term.indicator: term.mean + spread * generator.normal(size=60) for term in FITTED.terms}
    about = {"id": [f"{i:02}" for i in range(60)], "source": ["s"] * 60, "degraded": pa.nulls(60, pa.string())}
    return rank(rule, pa.table({**about, **scores, **more}))


def test_shares_are_covariances_over_the_variance_and_add_to_one():
    ranking = ranked()
    shares = variance_shares(FITTED, ranking)
    predicted = ranking["predicted"].to_numpy()
    expected = {
        name: np.cov(coefficient * ranking[name].to_numpy(), predicted)[0, 1] / np.var(predicted, ddof=1)
        for name, coefficient in ((term.indicator, term.coefficient) for term in FITTED.terms)
    }
    assert shares == pytest.approx(expected) and sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_a_share_that_works_against_the_others_is_said():
    table = {"id": ["a", "b", "c"], "source": ["s"] * 3, "degraded": pa.nulls(3, pa.string())}
    rule = PublishedRule("v", "m", 1.0, {"ppl": 2.0, "mtld": -1.0}, {}, ())
    ranking = rank(rule, pa.table({**table, "ppl": [1.0, 2.0, 3.0], "mtld": [1.0, 2.0, 3.0]}))
    [sentence] = basis_sentences(rule, ranking, 1)
    assert sentence.endswith("over the pool: `ppl` 200%, `mtld` -100%; a negative share works against the others.")


def test_equal_predictions_have_no_shares():
    assert variance_shares(FITTED, ranked(spread=0.0)) == {}


@pytest.mark.parametrize(("spread", "said"), [(20.0, "The rule extrapolates: "), (0.01, "it lies among them.")])
def test_the_leverage_of_the_selection_stands_beside_the_largest_of_the_fit(spread, said):
    ranking, x = ranked(spread=spread), np.column_stack([np.ones(20), *synthetic(20)[1].values()])
    mean = np.array([1.0, *(np.mean(ranking[name].to_numpy()[:5]) for name in FITTED.indicators)])
    inverse = np.linalg.inv(x.T @ x)
    leverage, largest = mean @ inverse @ mean, np.max(np.diag(x @ inverse @ x.T))
    sentence = basis_sentences(FITTED, ranking, 5)[1]
    assert f"selection's means is {leverage:.3g}, the largest of the fitted subsets {largest:.3g}" in sentence
    assert said in sentence and (leverage > largest) == ("extrapolates" in sentence)


def test_the_share_with_ifd_above_one_is_that_of_the_selection_and_of_the_pool():
    ranking = ranked().append_column("ifd", pa.array([1.5] * 3 + [1.0] * 57))
    assert "in 60.0% of the selection and 5.0% of the pool" in basis_sentences(FITTED, ranking, 5)[-1]


def test_of_a_rule_that_does_not_say_how_far_it_reaches_nothing_is_said_of_leverage():
    assert len(basis_sentences(replace(FITTED, leverage=None), ranked(), 5)) == 1
