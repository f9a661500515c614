"""The config file as one typed value; every mistake in it is reported before any job starts."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import Field, ValidationError, model_validator

from instructmining.comparison.settings import Comparison
from instructmining.config_error import ConfigError, explain
from instructmining.data.eval_sets import eval_set_problems
from instructmining.data.settings import EvalSet, Pool, Role, Source
from instructmining.indicators.custom_code import code_file
from instructmining.indicators.scorers import Indicators
from instructmining.indicators.settings import SCORERS
from instructmining.models.settings import BaseModel, ModelFiles
from instructmining.quality_rule.other_models import other_models, refuse
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.settings import Report
from instructmining.sampling.settings import Sampling
from instructmining.selection.settings import Selection
from instructmining.settings import Name, Settings
from instructmining.training.settings import Training


class Config(Settings):
    """The whole run."""

    seed: Annotated[int, Field(ge=0)] = 0
    """All random draws depend on this seed."""
    sources: dict[Name, Source]
    """The data sets, by name."""
    pools: dict[Name, Pool]
    """`candidates`, which the rule is fitted on, and any other, which is selected from."""
    eval_sets: dict[Name, EvalSet] = {}
    """Eval sets by name; each has one role, and no two share examples. A run that adopts a rule may have none."""
    sampling: Sampling = Sampling()
    """How subsets are drawn from the candidates."""
    indicators: Indicators
    """What is computed for every example."""
    models: Annotated[dict[Name, BaseModel], Field(min_length=1)]
    """The base models, by name; a rule is fitted for each."""
    training: Training = Training()
    """How a base model is tuned."""
    quality_rule: QualityRuleSettings = QualityRuleSettings()
    """How the rule is fitted."""
    selection: Selection
    """Which examples of a pool are selected."""
    comparison: Comparison = Comparison()
    """What the selection is compared with."""
    report: Report = Report()
    """What the report shows."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [
            *_unknown_names(self),
            *_pool_problems(self),
            *eval_set_problems(self.sources, self.pools, self.eval_sets, self.needed_roles()),
            *_degrade_problems(self),
            *_model_problems(self),
            *_folder_problems(self),
            *self.indicators.aim_problems({eval_set.role for eval_set in self.eval_sets.values()}),
            *_rule_problems(self),
            *_ratings_problems(self),
            *_taken_rule_problems(self),
            *_comparison_problems(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def needed_roles(self) -> tuple[Role, ...]:
        """The roles that need an eval set; where a rule is adopted, nothing is fitted."""
        if self.quality_rule.adopted:
            return ("search", "test") if self.selection.search else ()
        return get_args(Role)

    def selection_pools(self) -> list[str]:
        """The pools that are selected from."""
        return self.selection.pools or [name for name in self.pools if name != "candidates"]

    def licences(self) -> dict[str, str | None]:
        """The licence of each source; a degraded variant has the licence of its origin."""
        origins = {name: source.degrade.source if source.degrade else name for name, source in self.sources.items()}
        return {name: self.sources[name].licence or self.sources[origin].licence for name, origin in origins.items()}

    def compares(self) -> bool:
        """Whether arms are tuned and compared: always after a fit, and with an adopted rule if there is a test set."""
        return any(eval_set.role == "test" for eval_set in self.eval_sets.values())

    def indicator_settings(self) -> dict[str, Any]:
        """The settings of all indicators in use, with base models in full: what a rule is valid for."""
        settings = self.indicators.model_dump(mode="json", exclude_none=True)
        for scorer, name in self.indicators.base_models().items():
            if model := self.models.get(name):
                settings[scorer]["model"] = model.model_dump(mode="json", exclude_none=True)
        return settings

    def rule_indicators(self) -> list[str]:
        """The indicators offered to the fit."""
        return self.quality_rule.indicators or self.indicators.names()


def load_config(values: Mapping[str, Any], root: Path = Path()) -> Config:
    """The config of a parsed YAML file; paths in it are relative to `root`.

    Raises ConfigError with one line per problem: the key, what was found, what is allowed.
    """
    try:
        Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(explain(problem, Config) for problem in error.errors())) from None
    config = Config.model_validate(_in_order(values))
    if missing := [*_missing_files(config, root), *_missing_functions(config, root)]:
        raise ConfigError("\n".join(missing))
    return config


def _in_order(value: Any) -> Any:
    """Values with the keys of every mapping sorted, so that the order in the file changes no result."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(inner) for inner in value] if isinstance(value, list) else value


def _missing_files(config: Config, root: Path) -> list[str]:
    """Files and folders that the config names but that do not exist."""
    tables = {f"indicators.custom.{name}.table": custom.table for name, custom in config.indicators.custom.items()}
    files = {f"sources.{name}.path": source.path for name, source in config.sources.items()} | tables
    files["quality_rule.file"] = config.quality_rule.file
    files |= {f"quality_rule.ratings.{name}.path": each.path for name, each in config.quality_rule.ratings.items()}
    files |= {f"comparison.lists.{name}": path for name, path in config.comparison.lists.items()}
    judge = config.comparison.judge
    files |= {f"comparison.judge.prompts.{name}.path": p.path for name, p in judge.prompts.items()} if judge else {}
    models: dict[str, ModelFiles] = {f"models.{name}": model for name, model in config.models.items()}
    models |= {
        f"indicators.{name}.model": model
        for name, scorer in config.indicators.scorers().items()
        if isinstance(model := getattr(scorer, "model", None), ModelFiles)
    }
    return [
        *(
            f"{key}: file not found: {root / path}"
            for key, path in files.items()
            if path and not (root / path).is_file()
        ),
        *(
            f"{key}.path: folder not found: {root / model.path}"
            for key, model in models.items()
            if model.path and not (root / model.path).is_dir()
        ),
    ]


def _missing_functions(config: Config, root: Path) -> list[str]:
    """Custom indicators whose module is neither in the working directory nor installed."""
    return [
        f"indicators.custom.{name}.function: module {custom.function.partition(':')[0]!r} not found,"
        f" neither in {root.resolve()} nor among the installed packages"
        for name, custom in config.indicators.custom.items()
        if custom.function and code_file(custom.function, root) is None
    ]


def _unknown_names(config: Config) -> list[str]:
    """References to sources, models and pools that are not declared."""
    references: list[tuple[str, str, Mapping[str, Any]]] = [
        *(
            (f"pools.{name}.sources", source, config.sources)
            for name, p in config.pools.items()
            for source in p.sources
        ),
        *((f"eval_sets.{name}.sources", s, config.sources) for name, e in config.eval_sets.items() for s in e.sources),
        *(
            (f"sources.{name}.degrade.source", source.degrade.source, config.sources)
            for name, source in config.sources.items()
            if source.degrade
        ),
        *(("selection.pools", pool, config.pools) for pool in config.selection.pools or []),
        *(
            (f"quality_rule.ratings.{name}.pool", ratings.pool, config.pools)
            for name, ratings in config.quality_rule.ratings.items()
            if ratings.pool
        ),
        *(
            (f"indicators.{scorer}.model", model, config.models)
            for scorer, model in config.indicators.base_models().items()
        ),
    ]
    return [
        f"{key}: {name!r} is not declared; allowed: {', '.join(declared)}"
        for key, name, declared in references
        if name not in declared
    ]


def _pool_problems(config: Config) -> list[str]:
    problems = []
    if "candidates" not in config.pools and not config.quality_rule.adopted:
        problems.append(f"pools: one pool must be named candidates; found {', '.join(config.pools)}")
    if not config.selection_pools():
        problems.append("pools: there is nothing to select from; add a second pool, or set selection.pools")
    return problems


def _degrade_problems(config: Config) -> list[str]:
    """Degraded variants of degraded variants, and parts with a number above the number of parts."""
    problems = [
        f"sources.{name}.degrade.source: {source.degrade.source!r} is itself degraded; name the original"
        for name, source in config.sources.items()
        if source.degrade
        and source.degrade.source in config.sources
        and config.sources[source.degrade.source].degrade is not None
    ]
    for name, eval_set in config.eval_sets.items():
        part, parts = (int(number) for number in (eval_set.part or "1/1").split("/"))
        if part > parts:
            problems.append(f"eval_sets.{name}.part: there is no part {part} of {parts}")
    return problems


def _taken_rule_problems(config: Config) -> list[str]:
    """A published rule needs its indicators, computed by the same models unless `force` is set."""
    settings = config.quality_rule
    if settings.published is None:
        return []
    rule = PUBLISHED[settings.published]
    missing = [name for name in rule["coefficients"] if name not in config.indicators.names()]
    if missing:
        return [
            f"quality_rule.published: {settings.published} needs {', '.join(missing)},"
            " which no scorer under indicators computes"
        ]
    try:
        differences = other_models(rule["coefficients"], rule["indicator_settings"], config.indicator_settings())
        refuse(f"the rule {settings.published}", differences, settings.force)
    except ValueError as error:
        return [f"quality_rule.published: {error}"]
    return []


def _model_problems(config: Config) -> list[str]:
    """Base models named like a scorer, whose own model has that folder."""
    return [f"models.{name}: this is the name of a scorer; choose another" for name in config.models if name in SCORERS]


def _folder_problems(config: Config) -> list[str]:
    """Names whose folder of results is already used for something else."""
    of_subsets = "results/indicators/subsets holds the indicators of subsets"
    of_eval_sets = "results/indicators/eval_sets holds the vectors of eval sets"
    taken: list[tuple[str, Collection[str], str, str]] = [
        ("pools", config.pools, "subsets", of_subsets),
        ("pools", config.pools, "eval_sets", of_eval_sets),
        ("quality_rule.ratings", config.quality_rule.ratings, "subsets", of_subsets),
        ("quality_rule.ratings", config.quality_rule.ratings, "eval_sets", of_eval_sets),
        ("models", config.models, "replies", "results/comparison/replies holds the replies of a judge"),
        ("indicators.custom", config.indicators.custom, "gradients", "their folder holds those of examples"),
    ]
    return [
        f"{key}.{name}: the name {name!r} is reserved: {why}; choose another"
        for key, names, name, why in taken
        if name in names
    ]


def _ratings_problems(config: Config) -> list[str]:
    return [
        f"quality_rule.ratings.{name}: a pool has this name, and ratings become a pool of their own; choose another"
        for name in config.quality_rule.ratings
        if name in config.pools
    ]


def _rule_problems(config: Config) -> list[str]:
    computed = config.indicators.names()
    asked = {"quality_rule": config.quality_rule.indicators, "sampling": config.sampling.indicators}
    replicated = config.sampling.replicated > 0 and config.sampling.seeds > 1
    return [
        f"{key}.indicators: {name!r} is not computed; allowed with these indicators: {', '.join(computed)}"
        for key, names in asked.items()
        for name in names or []
        if name not in computed
    ] + config.quality_rule.problems(len(config.rule_indicators()), replicated)


def _comparison_problems(config: Config) -> list[str]:
    comparison, indicators = config.comparison, config.indicators
    problems = comparison.problems(indicators.names(), indicators.embedding is not None, config.selection_pools())
    if (comparison.judge or comparison.benchmarks) and not config.compares():
        problems.append("comparison: judge and benchmarks compare arms, which needs a test set; found none")
    needed = comparison.match == "steps" or comparison.sizes
    if needed and not comparison.matched_steps(config.training, config.selection.examples):
        problems.append("comparison.steps: required for match: steps and for sizes unless selection.examples is given")
    return problems
