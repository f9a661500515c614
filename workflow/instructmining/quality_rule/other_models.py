"""A rule holds for the models that its indicators came from: scores of other models are on another scale."""

from collections.abc import Iterable, Mapping
from typing import Any

from instructmining.command import UserError
from instructmining.indicators.scorers import scorer_of

COMPARED = ("model", "prompt", "metric", "function", "table")
IDENTITY = ("hub", "path", "package", "revision", "gguf_file", "template")


def other_models(indicators: Iterable[str], fitted: Mapping[str, Any], applied: Mapping[str, Any]) -> list[str]:
    """Where the settings of indicators differ from those that a rule was fitted with, a sentence each.

    Settings are by scorer, base models in full. Where the rule names several values, any of them will do; what it does
    not name is not compared.
    """
    return [
        f"{indicator}: the rule was fitted with {key} {_show(was[key])}, here it is {_show(now.get(key))}"
        for indicator in indicators
        for was, now in [(_of_scorer(indicator, fitted), _of_scorer(indicator, applied))]
        for key in COMPARED
        if was.get(key) is not None and not _same(was[key], now.get(key))
    ]


def refuse(rule: str, differences: list[str], force: bool) -> None:
    """Raise UserError where a rule would be applied to scores of other models, unless this is forced."""
    if differences and not force:
        raise UserError(
            f"{rule} does not hold here: its coefficients belong to the scale of other indicator models.\n  "
            + "\n  ".join(differences)
            + "\n  use those models, fit a rule here, or set quality_rule.force: true"
        )


def _of_scorer(indicator: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    scorer = scorer_of(indicator)
    found = settings.get(scorer) or (settings.get("custom") or {}).get(scorer) or {}
    return found if isinstance(found, Mapping) else {}


def _same(was: Any, now: Any) -> bool:
    if isinstance(was, Mapping):
        found = now if isinstance(now, Mapping) else {}
        return all(_same(was[key], found.get(key)) for key in IDENTITY if was.get(key) is not None)
    return now in was if isinstance(was, list | tuple) else bool(now == was)


def _show(value: Any) -> str:
    if isinstance(value, Mapping):
        named = [f"{key} {_show(value[key])}" for key in IDENTITY if value.get(key) is not None]
        return ", ".join(named) or "none"
    return " or ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
