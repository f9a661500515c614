"""The runs that a config asks for: what each model is tuned on, with which seeds, and how."""

from instructmining.comparison.arm_kinds import FROM, orders, ruled_arm
from instructmining.config import Config
from instructmining.training.run import KEPT, RunName
from instructmining.training.settings import Training


def subsets(config: Config) -> list[str]:
    """The IDs of the subsets."""
    return [f"{number:03d}" for number in range(config.sampling.subsets)]


def subset_runs(config: Config) -> list[tuple[RunName, int]]:
    """Every (subset, seed) that the rule is fitted on; replicated subsets, which come first, have several seeds."""
    sampling = config.sampling
    return [
        (RunName(subset), seed)
        for number, subset in enumerate(subsets(config))
        for seed in range(sampling.seeds if number < sampling.replicated else 1)
    ]


def replicated_runs(config: Config) -> list[tuple[RunName, int]]:
    """Those of them whose subset has several seeds."""
    several = {run for run, seed in subset_runs(config) if seed > 0}
    return [(run, seed) for run, seed in subset_runs(config) if run in several]


def arm_runs(config: Config, pool: str) -> list[tuple[RunName, int]]:
    """Every (arm, seed) of a comparison."""
    comparison = config.comparison
    return [(RunName(pool=pool, arm=arm), seed) for arm in comparison.arms for seed in range(comparison.seeds_of(arm))]


def choice_runs(config: Config, pool: str, number: int) -> list[tuple[RunName, int]]:
    """Every (choice, seed) of a round of the validation: the rule's own, and in the first round the others."""
    validation = config.validation
    if validation is None or not config.validates():
        return []
    chosen = orders(config.indicators.names()) if validation.choices is None else validation.choices
    drawn = [f"{FROM}{source}" for source in config.pools[pool].sources] if validation.sources else []
    arms = [ruled_arm(number, validation.rounds), *([*chosen, *drawn] if number == 1 else [])]
    return [(choice_run(config, pool, arm), seed) for arm in arms for seed in range(validation.seeds)]


def choice_run(config: Config, pool: str, arm: str) -> RunName:
    """A choice as large as a subset and tuned as one; where arms are that too, it is the run on the arm."""
    run, comparison = RunName(pool=pool, arm=arm), config.comparison
    like_subsets = comparison.match != "tokens" and training_of(config, run) == config.training
    if like_subsets and config.selection.examples == config.sampling.examples:
        return run
    return RunName(pool=pool, arm=arm, size=config.sampling.examples)


def size_runs(config: Config, pool: str) -> list[tuple[RunName, int]]:
    """Every (arm at a size, seed) of the curves of loss over size."""
    comparison = config.comparison
    return [
        (RunName(pool=pool, arm=arm, size=size, kept=kept), seed)
        for arm in ("selected", comparison.baseline)
        for size in comparison.sizes
        for kept in KEPT
        for seed in range(comparison.seeds)
    ]


def all_runs(config: Config) -> list[tuple[RunName, int]]:
    """Every (run, seed) of each model: for the rule, unless one is adopted, and for the comparison, if there is one."""
    fit = [] if config.quality_rule.adopted else subset_runs(config)
    pools = config.selection_pools() if config.compares() else []
    compared = [run for pool in pools for run in [*arm_runs(config, pool), *size_runs(config, pool)]]
    return list(dict.fromkeys([*fit, *all_choice_runs(config), *compared]))


def all_choice_runs(config: Config) -> list[tuple[RunName, int]]:
    """Every (choice, seed) of the validation, of all rounds and pools."""
    rounds = range(1, 1 + (config.validation.rounds if config.validation else 0))
    return [run for pool in config.selection_pools() for number in rounds for run in choice_runs(config, pool, number)]


def level(config: Config, run: RunName) -> str:
    """A name for what has to be tuned before a run; runs of the same name do not wait for each other."""
    if run.subset:
        return "subsets"
    rounds = range(1, 1 + (config.validation.rounds if config.validation else 0))
    tried = [number for number in rounds if run in dict(choice_runs(config, run.pool, number))]
    return f"{run.pool}-round{tried[0]}" if tried else f"{run.pool}-arms"


def training_of(config: Config, run: RunName) -> Training:
    """How a run is tuned: as `training` says, except for arms matched by steps and for the curves over size."""
    if run.kept == "epochs":
        return config.training.model_copy(update={"steps": None})
    if run.kept == "steps" or (run.arm and not run.size and config.comparison.match == "steps"):
        return _with_matched_steps(config)
    return config.training


def search_training(config: Config) -> Training:
    """How a trial of the search for the size is tuned: as an arm.

    At constant epochs a larger size has more steps too, so that the search would find a number of steps.
    """
    return _with_matched_steps(config) if config.comparison.match == "steps" else config.training


def _with_matched_steps(config: Config) -> Training:
    steps = config.comparison.matched_steps(config.training, config.selection.examples)
    return config.training.model_copy(update={"steps": steps})
