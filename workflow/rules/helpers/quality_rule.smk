# Needs: the config of the indicators. Makes: what a rule is told of the models that its indicators come from.


def indicator_settings(wildcards, input):
    """The settings of the indicators, base models in full: what a rule holds for. Not tracked, as files are named there."""
    return as_json(CONFIG.indicator_settings())


def measured_with():
    """What of that a rule depends on; the models themselves it depends on by their scores."""
    models = [
        CONFIG.models[scorer.model] for scorer in SCORERS.values() if getattr(scorer, "model", "") in CONFIG.models
    ]
    return as_json([tracked(CONFIG.indicators), *map(tracked, models)])
