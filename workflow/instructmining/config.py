"""The config file as one typed value; every mistake in it is reported before any job starts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from instructmining.comparison.settings import Comparison
from instructmining.config_amounts import selection_problems, subset_problems
from instructmining.config_error import ConfigError, explain
from instructmining.config_names import name_problems, order_problems
from instructmining.data.eval_sets import eval_set_problems
from instructmining.data.reading.paths import path_problem
from instructmining.data.settings import EvalSet, Pool, Role, Source
from instructmining.indicators.custom_code import code_file
from instructmining.indicators.scorers import Indicators, of_a_set
from instructmining.models.settings import BaseModel, ModelFiles
from instructmining.quality_rule.other_models import other_models, refuse
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.settings import Report
from instructmining.sampling.settings import Sampling
from instructmining.selection.settings import Selection
from instructmining.settings import Name, Settings
from instructmining.training.settings import Training
from instructmining.validation.settings import Validation


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
    validation: Validation | None = Validation()
    """How the rule is tried on selections before it is believed; `null` leaves that out."""
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
            *name_problems(self.pools, self.eval_sets, self.models, self.quality_rule.ratings, self.indicators.custom),
            *_pool_problems(self),
            *eval_set_problems(self.sources, self.pools, self.eval_sets, self.needed_roles()),
            *_degrade_problems(self),
            *self.indicators.aim_problems({eval_set.role for eval_set in self.eval_sets.values()}),
            *_rule_problems(self),
            *_taken_rule_problems(self),
            *_comparison_problems(self),
            *order_problems(self.validation, self.selection.fallback, self.indicators.names()),
            *_amount_problems(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def needed_roles(self) -> tuple[Role, ...]:
        """The roles that need an eval set: `fit` where a rule is fitted, `search` where a size is searched."""
        if self.quality_rule.adopted:
            return ("search", "test") if self.selection.search else ()
        return ("fit", "search", "test") if self.selection.search else ("fit", "test")

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

    def validates(self) -> bool:
        """Whether the rule is tried on selections; one that is adopted was fitted elsewhere."""
        return self.validation is not None and not self.quality_rule.adopted

    def may_refuse(self) -> bool:
        """Whether a selection may follow something else than the rule."""
        return self.selection.fallback != "rule" and not self.quality_rule.adopted

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

    def winsorised(self) -> list[str]:
        """The indicators of the fit that are held within limits; one of a set is no mean of scores, and is not."""
        return [name for name in self.rule_indicators() if self.quality_rule.winsorise and not of_a_set(name)]


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
    files = {"quality_rule.file": config.quality_rule.file} | tables
    files |= {f"comparison.lists.{name}": path for name, path in config.comparison.lists.items()}
    models: dict[str, ModelFiles] = {f"models.{name}": model for name, model in config.models.items()}
    models |= {
        f"indicators.{name}.model": model
        for name, scorer in config.indicators.scorers().items()
        if isinstance(model := getattr(scorer, "model", None), ModelFiles)
    }
    folders = {f"{key}.path": model.path for key, model in models.items()}
    if benchmarks := config.comparison.benchmarks:
        folders["comparison.benchmarks.include"] = benchmarks.include
    return [
        *_missing_data(config, root),
        *_not_there(files, "file", lambda path: (root / path).is_file()),
        *_not_there(folders, "folder", lambda path: (root / path).is_dir()),
    ]


def _not_there(paths: Mapping[str, str | None], kind: str, there: Callable[[str], bool]) -> list[str]:
    """Paths that name nothing, by their keys; a key without a value is none of them."""
    return [
        f"{key}: {kind} not found: {path}" if path else f"{key}: is empty; give the path of a {kind}"
        for key, path in paths.items()
        if path is not None and not (path and there(path))
    ]


def _missing_data(config: Config, root: Path) -> list[str]:
    """Paths of data that lead to no data file."""
    prompts = config.comparison.judge.prompts if config.comparison.judge else {}
    paths = {f"sources.{name}.path": source.path for name, source in config.sources.items() if source.path}
    paths |= {f"quality_rule.ratings.{name}.path": each.path for name, each in config.quality_rule.ratings.items()}
    paths |= {f"comparison.judge.prompts.{name}.path": each.path for name, each in prompts.items()}
    return [f"{key}: {problem}" for key, path in paths.items() if (problem := path_problem(path, root))]


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


def _amount_problems(config: Config) -> list[str]:
    """Numbers of examples that the sources cannot give."""
    candidates = None if config.quality_rule.adopted else config.pools.get("candidates")
    selected = {name: config.pools[name] for name in config.selection_pools() if name in config.pools}
    return [
        *subset_problems(config.sources, candidates, config.sampling.examples),
        *selection_problems(config.sources, selected, config.selection, config.comparison),
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


def _rule_problems(config: Config) -> list[str]:
    computed = config.indicators.names()
    asked = {"quality_rule": config.quality_rule.indicators, "sampling": config.sampling.indicators}
    replicated = config.sampling.replicated > 0 and config.sampling.seeds > 1
    sources = len(config.pools["candidates"].sources) if "candidates" in config.pools else 1
    numbers = len(config.rule_indicators()), config.sampling.subsets, replicated, sources
    return [
        f"{key}.indicators: {name!r} is not computed; allowed with these indicators: {', '.join(computed)}"
        for key, names in asked.items()
        for name in names or []
        if name not in computed
    ] + config.quality_rule.problems(*numbers)


def _comparison_problems(config: Config) -> list[str]:
    comparison, indicators = config.comparison, config.indicators
    problems = comparison.problems(indicators.names(), indicators.embedding is not None, config.selection_pools())
    if (comparison.judge or comparison.benchmarks) and not config.compares():
        problems.append("comparison: judge and benchmarks compare arms, which needs a test set; found none")
    needed = comparison.match == "steps" or comparison.sizes
    if needed and not comparison.matched_steps(config.training, config.selection.examples):
        problems.append("comparison.steps: required for match: steps and for sizes unless selection.examples is given")
    return problems
