"""Choices of indicators: against statsmodels, on known truths, and on noise."""

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.evidence.choose import Choice, chooser
from tests.unit.simulation import synthetic, to_design

ALL = ["paper", "bic", "cv", "elastic_net"]


def noise(n=30, indicators=4, seed=0):
    """Indicators that have nothing to do with the log loss."""
    rng = np.random.default_rng([seed, 7])
    return to_design(rng.normal(size=n), {f"x{i}": rng.normal(size=n) for i in range(indicators)})


def choose(design, how, seed=0):
    return chooser(how, 0.95, 5, seed)(design)


def every_fit(design):
    """statsmodels' fit of every model, by its indicators."""
    weights = design.weights
    for size in range(len(design.indicators) + 1):
        for names in combinations(design.indicators, size):
            matrix = np.column_stack([np.ones(len(design.y)), design.keep(names).x])
            yield names, sm.WLS(design.y, matrix, weights=weights).fit()


@pytest.mark.parametrize("how", ALL)
def test_the_indicators_that_matter_are_found(how):
    assert set(choose(to_design(*synthetic(60)), how).indicators) >= {"ppl", "mtld"}


@pytest.mark.parametrize("how", ["bic", "cv"])
def test_an_indicator_that_does_nothing_is_mostly_left_out(how):
    kept = ["relevance" in choose(to_design(*synthetic(60, seed=seed)), how).indicators for seed in range(40)]
    assert sum(kept) <= 8


def test_bic_is_the_lowest_of_statsmodels():
    design = noise(seed=3)
    best, _ = min(every_fit(design), key=lambda item: item[1].bic)
    assert choose(design, "bic").indicators == best


def test_the_papers_choice_has_the_highest_r2_among_significant_models():
    design = to_design(*synthetic(30, noise=0.5))
    significant = [(fit.rsquared, names) for names, fit in every_fit(design) if names and max(fit.pvalues[1:]) < 0.05]
    assert choose(design, "paper").indicators == max(significant)[1]


def test_the_papers_choice_keeps_something_even_of_noise():
    design = noise(seed=1)
    least = min((max(fit.pvalues[1:]), names) for names, fit in every_fit(design) if names)
    assert least[0] > 0.05 and choose(design, "paper").indicators == least[1]


def test_every_model_is_counted():
    design = noise(indicators=4)
    assert [choose(design, how).models_tried for how in ("given", "paper", "bic", "cv")] == [1, 15, 16, 16]


def test_too_many_indicators_for_all_models_are_refused():
    with pytest.raises(ValueError, match="13 indicators make 8,192 models; name at most 12"):
        choose(noise(n=40, indicators=13), "bic")


def test_the_elastic_net_keeps_no_more_noise_than_it_says():
    choices = [choose(noise(n=40, indicators=6, seed=seed), "elastic_net", seed) for seed in range(10)]
    assert (
        np.mean([len(found.indicators) for found in choices])
        <= np.mean([found.expected_false for found in choices]) + 0.5
    )


def test_a_choice_is_the_same_for_the_same_seed():
    design = noise(seed=5)
    for how in ("cv", "elastic_net"):
        assert choose(design, how, 4) == choose(design, how, 4)


def test_given_keeps_everything():
    assert choose(noise(indicators=2), "given") == Choice(("x0", "x1"), 1)
