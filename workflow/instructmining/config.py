"""The config file as one typed value; whatever is wrong with it is said before any job starts."""

import difflib
from collections.abc import Hashable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Self, get_args

import yaml
from pydantic import Field, ValidationError, model_validator

from instructmining.comparison.settings import Comparison
from instructmining.data.settings import EvalSet, Pool, Role, Source
from instructmining.indicators.settings import Indicators
from instructmining.models.settings import BaseModel
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.settings import Report
from instructmining.sampling.settings import Sampling
from instructmining.selection.settings import Selection
from instructmining.settings import Name, Settings
from instructmining.training.settings import Training


class ConfigError(ValueError):
    """The config is wrong; the message names every key at fault and what is allowed there."""


class Config(Settings):
    """The whole run."""

    seed: Annotated[int, Field(ge=0)] = 0
    """Everything random is drawn from this seed."""
    sources: dict[Name, Source]
    """The data sets, by name."""
    pools: dict[Name, Pool]
    """`candidates`, which the rule is fitted on, and any other, which is selected from."""
    eval_sets: dict[Name, EvalSet]
    """Eval sets by name; each has one role, and no two share examples."""
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
    """What is kept of a pool."""
    comparison: Comparison = Comparison()
    """What the selection is compared with."""
    report: Report = Report()
    """What the report shows."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [
            *_unknown_names(self),
            *_pool_problems(self),
            *_eval_set_problems(self),
            *_degrade_problems(self),
            *_rule_problems(self),
            *_measure_problems(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def selection_pools(self) -> list[str]:
        """The pools that are selected from."""
        return self.selection.pools or [name for name in self.pools if name != "candidates"]

    def rule_indicators(self) -> list[str]:
        """The indicators offered to the fit."""
        return self.quality_rule.indicators or self.indicators.names()


def load_config(values: Mapping[str, Any], root: Path = Path()) -> Config:
    """The config of a parsed YAML file; paths in it are relative to `root`.

    Raises ConfigError with one line per problem: the key, what was found, what is allowed.
    """
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(problem) for problem in error.errors())) from None
    missing = [
        f"sources.{name}.path: there is no file {root / source.path}"
        for name, source in config.sources.items()
        if source.path and not (root / source.path).is_file()
    ] + [
        f"models.{name}.path: there is no folder {root / model.path}"
        for name, model in config.models.items()
        if model.path and not (root / model.path).is_dir()
    ]
    missing += [
        f"comparison.judge.prompts.{name}.path: there is no file {root / prompts.path}"
        for name, prompts in (config.comparison.judge.prompts if config.comparison.judge else {}).items()
        if not (root / prompts.path).is_file()
    ]
    if missing:
        raise ConfigError("\n".join(missing))
    return config


def reject_duplicate_keys(path: Path) -> None:
    """Raise ConfigError where a mapping of a YAML file names a key twice: the parser would keep the last in silence."""
    waiting: list[tuple[yaml.Node | None, str]] = [(yaml.compose(path.read_text(encoding="utf-8")), "")]
    while waiting:
        node, prefix = waiting.pop()
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[Hashable] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigError(f"{path}:{line}: key {prefix}{key.value} stands twice; give each key once")
            seen.add(key.value)
            waiting.append((value, f"{prefix}{key.value}."))


def _explain(problem: Any) -> str:
    """One line for one pydantic error."""
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key; {_allowed_keys(problem['loc'])}"
    if problem["type"] == "value_error":
        message = str(problem["ctx"]["error"])
        return f"{key}: {message}" if key else message
    if problem["type"] == "string_pattern_mismatch":
        allowed = "letters, digits, '_' and '-'" if problem["loc"][-1] == "[key]" else problem["ctx"]["pattern"]
        return f"{key}: found {problem['input']!r}; allowed: {allowed}"
    if problem["type"] == "missing":
        return f"{key}: this key is required"
    return f"{key}: found {problem['input']!r}; {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _allowed_keys(location: tuple[int | str, ...]) -> str:
    """What may stand where an unknown key stands, and what was probably meant."""
    settings: Any = Config
    for part in location[:-1]:
        settings = _inside(settings, part)
    fields = list(settings.model_fields) if settings is not None else []
    close = difflib.get_close_matches(str(location[-1]), fields, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}allowed: {', '.join(fields)}"


def _inside(settings: Any, part: int | str) -> Any:
    """The settings class one step down: a field of a class, or the value of a mapping by name."""
    fields = getattr(settings, "model_fields", {})
    annotation = fields[part].annotation if part in fields else settings
    waiting = [annotation]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, type) and issubclass(found, Settings):
            return found
        waiting.extend(get_args(found))
    return None


def _unknown_names(config: Config) -> list[str]:
    """References to sources, models, pools that are not declared."""
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
            (f"indicators.{scorer}.model", getattr(config.indicators, scorer).model, config.models)
            for scorer in ("text", "likelihood")
            if getattr(config.indicators, scorer)
        ),
    ]
    return [
        f"{key}: {name!r} is not declared; allowed: {', '.join(declared)}"
        for key, name, declared in references
        if name not in declared
    ]


def _pool_problems(config: Config) -> list[str]:
    problems = []
    if "candidates" not in config.pools:
        problems.append(f"pools: one must be named candidates; found {', '.join(config.pools)}")
    if not config.selection_pools():
        problems.append("pools: there is nothing to select from; name a second pool, or set selection.pools")
    return problems


def _eval_set_problems(config: Config) -> list[str]:
    """Every role is taken, roles are disjoint, and no eval set shares a source with a pool."""
    roles = {eval_set.role for eval_set in config.eval_sets.values()}
    problems = [f"eval_sets: none has the role {role}" for role in get_args(Role) if role not in roles]
    for (a, first), (b, second) in combinations(config.eval_sets.items(), 2):
        shared = sorted(set(first.sources) & set(second.sources))
        if shared and not _disjoint_parts(first.part, second.part):
            problems.append(
                f"eval_sets.{b}: source {shared[0]} is already in eval_sets.{a} (role {first.role});"
                " an eval set has one role: take another source, or different parts of it, such as part: 1/2 and 2/2"
            )
    for name, pool in config.pools.items():
        for other, eval_set in config.eval_sets.items():
            problems += [
                f"eval_sets.{other}.sources: {source!r} is also in pools.{name}; a source is for one or the other"
                for source in sorted(set(pool.sources) & set(eval_set.sources))
            ]
    return problems


def _disjoint_parts(first: str | None, second: str | None) -> bool:
    """Whether `1/2` and `2/2` are named: different parts of the same division."""
    if first is None or second is None:
        return False
    (part, parts), (other_part, other_parts) = first.split("/"), second.split("/")
    return parts == other_parts and part != other_part


def _degrade_problems(config: Config) -> list[str]:
    """A degraded source is made from a source that is not itself degraded, and a part is not beyond the parts."""
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


def _rule_problems(config: Config) -> list[str]:
    computed = config.indicators.names()
    asked = {"quality_rule": config.quality_rule.indicators, "sampling": config.sampling.indicators}
    problems = [
        f"{key}.indicators: {name!r} is not computed; allowed with these indicators: {', '.join(computed)}"
        for key, names in asked.items()
        for name in names or []
        if name not in computed
    ]
    if config.comparison.baseline not in config.comparison.arms:
        problems.append(f"comparison.baseline: {config.comparison.baseline!r} is not among comparison.arms")
    return problems


def _measure_problems(config: Config) -> list[str]:
    """Judge and benchmarks are for arms and seeds that there are."""
    comparison, judge, benchmarks = config.comparison, config.comparison.judge, config.comparison.benchmarks
    others = [arm for arm in comparison.arms if arm != comparison.baseline]
    asked = [("judge", judge.arms, judge.seeds, others)] if judge else []
    asked += [("benchmarks", benchmarks.arms or [], benchmarks.seeds, list(comparison.arms))] if benchmarks else []
    problems = [
        f"comparison.{key}.arms: found {arm!r}; allowed: {', '.join(allowed)}"
        for key, arms, _, allowed in asked
        for arm in arms
        if arm not in allowed
    ]
    return problems + [
        f"comparison.{key}.seeds: found {seeds}; allowed: up to comparison.seeds, {comparison.seeds}"
        for key, _, seeds, _ in asked
        if seeds > comparison.seeds
    ]
