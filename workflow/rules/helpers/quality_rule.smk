# Needs: the config of the indicators and the rule. Makes: what a rule records of the models of its indicators; limits.


def indicator_settings(wildcards, input):
    """The settings of the indicators, base models in full: what a rule holds for. Not tracked, as they name files."""
    return as_json(CONFIG.indicator_settings())


def scores_of_limits():
    """The scores that the limits of winsorised indicators are taken from; none if none is winsorised."""
    return "<results>/indicators/candidates/scores.parquet" if CONFIG.quality_rule.winsorise else []


def limits_options(wildcards, input):
    """Which indicators are winsorised, and by which scores."""
    names = CONFIG.winsorised()
    return ["--scores", input.scores, "--winsorised", *names] if names else []


def measured_with():
    """The part of those settings that a rule depends on; on the models themselves it depends through their scores."""
    models = [
        CONFIG.models[scorer.model] for scorer in SCORERS.values() if getattr(scorer, "model", "") in CONFIG.models
    ]
    return as_json([tracked(CONFIG.indicators), *map(tracked, models)])
