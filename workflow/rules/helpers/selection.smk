# Needs: the config of the search. Makes: its eval sets, and the memory and time that it needs.


def eval_sets_of(role):
    """The eval sets of a role."""
    names = [name for name, eval_set in CONFIG.eval_sets.items() if eval_set.role == role]
    return expand("<results>/data/eval/{eval_set}.parquet", eval_set=names)


def search_memory_mb(wildcards, attempt):
    """Memory of a search in MB: for a fine-tune, and for the process that starts it."""
    return needs.table_memory_mb(wildcards, attempt) + training_memory_mb(wildcards, attempt)


def search_minutes(wildcards, attempt):
    """Time limit of a search in minutes, as if all trials had the largest size."""
    search, parameters = CONFIG.selection.search, CONFIG.models[wildcards.model].parameters
    trials = search.trials * search.seeds
    return tuning_minutes(parameters, search_training(CONFIG), search.high, attempt, times=trials)


def decision_option(wildcards, input):
    """The option that gives a command what the selection follows."""
    return option("--decision", input.get("decision"))
