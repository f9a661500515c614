# Needs: the scorers of the config. Makes: what the rules of indicators.smk read and what they pass to their commands.
NEIGHBOURS = CONFIG.indicators.embedding.neighbours if CONFIG.indicators.embedding else []
METRIC = CONFIG.indicators.embedding.metric if CONFIG.indicators.embedding else "euclidean"

# What the model is to become good at: no eval set of another role is read by an indicator.
AIMS = [name for name, eval_set in CONFIG.eval_sets.items() if eval_set.role == "fit"]
WARM_UP_POOL = "candidates" if "candidates" in CONFIG.pools else next(iter(CONFIG.pools))
WARM_ADAPTER = "<results>/indicators/eval_sets/gradients/adapter"


def vectors_of(scorer):
    """What makes the vectors that an aimed scorer compares."""
    return "gradients" if scorer == "influence" else "embedding"


def warm_up_memory_mb(wildcards, attempt):
    """Memory of warming up an adapter, in MB."""
    return tuning_memory_mb(scorer_parameters("influence"), CONFIG.training, attempt)


def warm_up_minutes(wildcards, attempt):
    """Time limit of warming up an adapter, in minutes."""
    examples = CONFIG.indicators.influence.warmup_examples
    return tuning_minutes(scorer_parameters("influence"), CONFIG.training, examples, attempt)


def gradients_memory_mb(wildcards, attempt):
    """Memory of taking gradients, in MB."""
    each = bytes_each(SCORERS["influence"].dtype, None)
    return needs.training_memory_mb(scorer_parameters("influence"), attempt, each, scorer_tokens("influence"))


def gradients_minutes(wildcards, attempt):
    """Time limit of taking the gradients of a shard, in minutes; a gradient takes about three times as long as a loss."""
    return needs.capped(3 * needs.scoring_minutes(scorer_parameters("influence"), attempt))


def scorer_model(scorer):
    """The prepared model of a scorer: a base model of the config, or one of its own, which has the scorer's name."""
    return CONFIG.indicators.base_models().get(scorer, scorer)


def local_scorers():
    """The scorers of the workflow whose models run in their jobs."""
    own = [name for name in SCORERS if name not in CONFIG.indicators.custom and not is_aimed(name)]
    return [name for name in own if runs_here(SCORERS[name])]


def scorer_settings(scorer):
    """The settings of a scorer, without those of neighbours, which are only found when the scores are gathered."""
    return without(SCORERS[scorer], "neighbours", "metric")


def scorer_base_model(scorer):
    """The settings of the base model that a scorer uses; empty if it has a model of its own."""
    model = CONFIG.models.get(scorer_model(scorer))
    return base_model_settings(model) if model else "{}"


def scorer_parameters(scorer):
    """How many parameters a scorer's model has."""
    model = CONFIG.models.get(scorer_model(scorer), SCORERS[scorer])
    return getattr(model, "parameters", 1e8)


def scorer_tokens(scorer):
    """Tokens in a batch of a scorer; 0 if it runs no model."""
    return getattr(SCORERS[scorer], "batch_tokens", 0)


def custom_origin(custom):
    """Where an indicator of the user's own comes from: its table, or the file of its function and the code it reaches."""
    if custom.table:
        return own_file(custom.table)
    PLANNED[custom.function] = function_fingerprint(custom.function)
    return own_file(code_file(custom.function), PLANNED[custom.function])


def pool_neighbours(wildcards):
    """The i of knn_i, which is a property of a set; rated examples are no set."""
    return [] if wildcards.pool in CONFIG.quality_rule.ratings else NEIGHBOURS


def winsorise_option():
    """The share of the scores at each end that count as the outermost of the others, if any do."""
    share = CONFIG.quality_rule.winsorise
    return ["--winsorise", str(share)] if share else []


def scores_of_pool(wildcards):
    """The scores of every shard of a pool, by scorer."""
    return {
        scorer: [f"<results>/indicators/{wildcards.pool}/{scorer}/{shard}.parquet" for shard in shards(wildcards.pool)]
        for scorer in SCORERS
    }


def reports_of_pool(wildcards):
    """The reports of every shard and scorer of a pool; what `influence` cuts, it cuts when it takes gradients."""
    return [
        f"<results>/indicators/{wildcards.pool}/{'gradients' if scorer == 'influence' else scorer}/{shard}.report.json"
        for scorer in SCORERS
        for shard in shards(wildcards.pool)
    ]


def as_list(value):
    """Snakemake gives one input file as a string and several as a list."""
    return [value] if isinstance(value, str) else list(value)
