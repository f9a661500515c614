# Needs: the config of fine-tunes. Makes: what a run is tuned on, how, and what that takes.


def run_training(run):
    """How a run is tuned: as `training` says, but for arms that are matched by steps and for the curves over size."""
    training, comparison = CONFIG.training, CONFIG.comparison
    if run.endswith("-epochs"):
        return training.model_copy(update={"steps": None})
    if run.endswith("-steps") or (run not in SUBSETS and comparison.match == "steps"):
        return training.model_copy(update={"steps": comparison.matched_steps(training, CONFIG.selection.examples)})
    return training


def run_examples(wildcards):
    """What a run is tuned on: a subset, or the examples of an arm."""
    if wildcards.run in SUBSETS:
        return f"<results>/sampling/{wildcards.run}.parquet"
    run = wildcards.run.rpartition("-")[0] if "@" in wildcards.run else wildcards.run
    pool, arm = run.split(".")
    return f"<results>/comparison/{wildcards.model}/{pool}/arms/{arm}/seed{wildcards.seed}.parquet"


def training_memory_mb(wildcards, attempt):
    """Memory of a fine-tune, from the model and the micro-batch."""
    parameters = CONFIG.models[wildcards.model].parameters
    return needs.training_memory_mb(parameters, attempt, CONFIG.training.micro_batch_tokens)


def training_minutes(wildcards, attempt):
    """Time limit of a fine-tune, from the model and the most tokens that its examples can have."""
    training = run_training(wildcards.run)
    examples = (
        CONFIG.sampling.examples if wildcards.run in SUBSETS else CONFIG.selection.examples or largest_selection()
    )
    if "@" in wildcards.run:
        examples = int(re.search(r"@(\d+)", wildcards.run)[1])
    if wildcards.run.endswith(".full"):
        examples *= 10  # the size of a pool is not known before it is built
    seen = training.steps * training.batch_size if training.steps else training.epochs * examples
    return needs.training_minutes(CONFIG.models[wildcards.model].parameters, seen * training.max_tokens, attempt)


def largest_selection():
    """The most examples that a selection of unknown size is expected to have."""
    return CONFIG.selection.search.high if CONFIG.selection.search else 10_000
