# Needs: the config. Makes: the rounds of the validation, the rule of each, and what is tuned on.
from types import SimpleNamespace

ROUNDS = CONFIG.validation.rounds if CONFIG.validates() else 1


def rule_in_round(wildcards):
    """What a round tries, which was fitted to the subsets, and later also to the choices of earlier rounds."""
    if int(wildcards.number) == 1:
        return "<results>/quality_rule/{model}/rule.json"
    return "<results>/validation/{model}/{pool}/{number}/rule.json"


def last_rule(wildcards):
    """What the last round tries, which a selection may follow."""
    if ROUNDS == 1:
        return "<results>/quality_rule/{model}/rule.json"
    return f"<results>/validation/{{model}}/{{pool}}/{ROUNDS}/rule.json"


def last_ranking(model, pool):
    """The pool ranked by that rule, also where the selection does not follow it."""
    if CONFIG.validates():
        return f"<results>/validation/{model}/{pool}/{ROUNDS}/ranking.parquet"
    return f"<results>/selection/{model}/{pool}/ranking.parquet"


def validations(wildcards):
    """What each round found."""
    numbers = range(1, ROUNDS + 1) if CONFIG.validates() else []
    return [f"<results>/validation/{wildcards.model}/{wildcards.pool}/{number}/validation.json" for number in numbers]


def earlier_rounds(wildcards):
    """The numbers of the rounds before one."""
    return range(1, int(wildcards.number))


def examples_of(model, runs):
    """What each run was tuned on."""
    return [run_examples(SimpleNamespace(model=model, run=run, seed=seed)) for run, seed in runs]


def choices_in_round(wildcards):
    """The runs on the choices of a round."""
    return choice_runs(CONFIG, wildcards.pool, int(wildcards.number))


def choices_in_all_rounds(wildcards):
    """The runs on the choices of all rounds."""
    return [run for number in range(1, ROUNDS + 1) for run in choice_runs(CONFIG, wildcards.pool, number)]


def tuned_arms(wildcards):
    """The runs on the arms that have examples."""
    return [(run, seed) for run, seed in arm_runs(CONFIG, wildcards.pool) if run.arm != "untuned"]
