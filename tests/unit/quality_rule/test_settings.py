"""Settings of the fit."""

import numpy as np
import pytest

from instructmining.quality_rule.settings import QualityRuleSettings, fewest_subsets


def test_settings_that_do_not_go_together_are_named():
    assert "8,192 of 13 indicators" in QualityRuleSettings(choice="bic").problems(13, 129, replicated=True)[0]
    assert "set sampling.replicated" in QualityRuleSettings(fit="mixed").problems(3, 129, replicated=False)[0]
    assert QualityRuleSettings(choice="elastic_net").problems(13, 129, replicated=False) == []


@pytest.mark.parametrize(("indicators", "folds"), [(1, 2), (2, 5), (6, 5), (6, 2), (12, 5), (12, 10)])
def test_with_the_fewest_subsets_a_fit_without_a_fold_keeps_one_degree_of_freedom(indicators, folds):
    count = fewest_subsets(indicators, folds)
    freedom = [n - np.bincount(np.arange(n) % folds).max() - indicators - 1 for n in (count - 1, count)]
    assert freedom[0] <= 0 or count == indicators + 3
    assert freedom[1] >= 1


def test_a_config_whose_folds_would_have_no_degrees_of_freedom_is_refused_before_anything_is_tuned():
    problem = QualityRuleSettings().problems(6, 9, replicated=False)
    assert problem[0].startswith("sampling.subsets: 9 subsets are too few for 6 indicators with 5 folds")
    assert QualityRuleSettings().problems(6, 10, replicated=False) == []
    assert QualityRuleSettings(published="v3").problems(6, 9, replicated=False) == []


@pytest.mark.parametrize("effects", ["within", "shares"])
def test_shares_of_sources_count_as_terms_and_need_several_sources(effects):
    settings = QualityRuleSettings(effects=effects)
    terms = 2 + 4 if effects == "within" else 4
    needed = fewest_subsets(terms, 5)
    assert settings.problems(2, needed, replicated=False, sources=5) == []
    named = "2 indicators and 4 shares of sources" if effects == "within" else "4 shares of sources"
    assert f"{needed - 1} subsets are too few for {named}" in settings.problems(2, needed - 1, False, 5)[0]
    assert "needs several sources in pools.candidates" in settings.problems(2, needed, False, 1)[0]
    assert QualityRuleSettings(effects=effects, published="v3").problems(2, 2, False, 1) == []


def test_a_share_of_a_source_is_nothing_to_choose():
    with pytest.raises(ValueError, match="effects: within needs choice: given"):
        QualityRuleSettings(effects="within", choice="bic")


@pytest.mark.parametrize("share", [0, 0.5])
def test_values_are_winsorised_at_less_than_half_of_each_end(share):
    with pytest.raises(ValueError, match="winsorise"):
        QualityRuleSettings(winsorise=share)
