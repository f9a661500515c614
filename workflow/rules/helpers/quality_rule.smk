# Needs: the config of the indicators. Makes: what a rule records of the models that its indicators come from.


def indicator_settings(wildcards, input):
    """The settings of the indicators, base models in full: what a rule holds for. Not tracked, as they name files."""
    return as_json(CONFIG.indicator_settings())


def measured_with():
    """The part of those settings that a rule depends on; on the models themselves it depends through their scores."""
    models = [
        CONFIG.models[scorer.model] for scorer in SCORERS.values() if getattr(scorer, "model", "") in CONFIG.models
    ]
    return as_json([tracked(CONFIG.indicators), *map(tracked, models)])
