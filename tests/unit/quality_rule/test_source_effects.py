"""The effects between sources, against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from instructmining.quality_rule.regression.least_squares import make_design
from instructmining.quality_rule.regression.share_terms import source_shares, terms_offered
from instructmining.quality_rule.source_effects import source_effects
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.quality_rule.made import fit_of
from tests.unit.simulation import observations


def test_they_are_those_of_a_regression_on_all_shares_about_their_mean():
    y, x, sources = losses(24, rule=1.0, source_effects=0.02)
    table = observations(y, x, sources=sources)
    found = source_effects(make_design(table, terms_offered(table, list(x), "within")), 0.9)
    fitted = sm.OLS(y, source_shares(sources)).fit()  # without a constant, as shares sum to 1
    contrasts = fitted.t_test(np.eye(5) - 0.2)
    by_name = sorted(found, key=lambda each: each.source)
    assert [each.effect for each in by_name] == pytest.approx(list(contrasts.effect))
    assert [(each.low, each.high) for each in by_name] == [pytest.approx(row) for row in contrasts.conf_int(0.1)]


def test_they_are_what_the_rule_predicts_for_a_source_with_the_means_of_its_indicators():
    y, x, sources = losses(40, rule=2.0, source_effects=0.05)
    rule = fit_of(y, x, sources, effects="within").rule
    means = np.linalg.lstsq(source_shares(sources), np.column_stack(list(x.values())), rcond=None)[0]
    slopes = dict(zip((f"s{i}" for i in range(5)), means @ [term.coefficient for term in rule.slopes], strict=True))
    own = {term.source: term.coefficient for term in rule.terms}
    predicted = {name: own.get(name, 0.0) + slope for name, slope in slopes.items()}
    middle = np.mean(list(predicted.values()))
    assert {each.source: each.effect for each in rule.sources} == pytest.approx(
        {name: value - middle for name, value in predicted.items()}
    )


def test_a_rule_without_shares_has_none():
    y, x, sources = losses(24)
    assert fit_of(y, x, sources).rule.sources == ()
