"""Settings of the fit."""

from instructmining.quality_rule.settings import QualityRuleSettings


def test_settings_that_do_not_go_together_are_named():
    assert "8,192 of 13 indicators" in QualityRuleSettings(choice="bic").problems(13, replicated=True)[0]
    assert "set sampling.replicated" in QualityRuleSettings(fit="mixed").problems(3, replicated=False)[0]
    assert QualityRuleSettings(choice="elastic_net").problems(13, replicated=False) == []
