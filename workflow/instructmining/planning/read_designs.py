"""Read from finished runs what a comparison of their sampling designs needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from instructmining.files import read_table
from instructmining.indicators.tables import SCORES
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.rule import read_fitted_rule


@dataclass(frozen=True)
class Runs:
    """The observations of runs that differ in their sampling, and what they have in common."""

    tables: dict[str, pa.Table]
    """Observations by the name of the run."""
    indicators: list[str]
    """Indicators that are in any of the rules, in order of appearance."""
    scores: pa.Table
    """Scores of the candidates, which all runs share."""


def read_runs(folders: Sequence[Path], names: Sequence[str], model: str | None) -> Runs:
    """Read the results of runs; raises ValueError where they cannot be compared, FileNotFoundError without results."""
    homes = [folder / "quality_rule" / (model or _only_model(folder)) for folder in folders]
    rules = [read_fitted_rule(home / "rule.json") for home in homes]
    candidates = [folder / "indicators/candidates/scores.parquet" for folder in folders]
    _check_same_candidates(folders, [read_table(path, SCORES, columns=["id"]) for path in candidates])
    tables = {
        name: read_table(home / "observations.parquet", observations_schema([]))
        for name, home in zip(names, homes, strict=True)
    }
    indicators = list(dict.fromkeys(name for rule in rules for name in rule.indicators))
    return Runs(tables, indicators, read_table(candidates[0], SCORES))


def name_of(folder: Path) -> str:
    """The name of a run: that of the folder that holds its results."""
    return folder.resolve().parent.name


def _only_model(folder: Path) -> str:
    """The one base model that a run has a rule for."""
    models = sorted(path.parent.name for path in folder.glob("quality_rule/*/rule.json"))
    if len(models) != 1:
        found = ", ".join(models) or "none"
        raise ValueError(
            f"{folder}: found rules for these models: {found}; expected one model: finish the run, or give --model"
        )
    return models[0]


def _check_same_candidates(folders: Sequence[Path], scores: Sequence[pa.Table]) -> None:
    """Raise ValueError where runs drew their subsets from different examples: then not only the sampling differs."""
    expected = set(scores[0]["id"].to_pylist())
    for folder, table in zip(folders, scores, strict=True):
        if set(table["id"].to_pylist()) != expected:
            raise ValueError(
                f"{folder}: its candidates are {len(table)} examples, not the {len(expected)} of {folders[0]};"
                " compare runs that differ only in their sampling"
            )
