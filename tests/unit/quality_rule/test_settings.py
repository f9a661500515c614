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
