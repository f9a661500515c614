"""The scorers that a config names, and which of them gives an indicator; all of it follows from what they declare."""

from typing import Any, Self, cast

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from instructmining.indicators.declaration import Indicator, ScorerSettings
from instructmining.indicators.settings import SCORERS, CustomIndicator
from instructmining.models.settings import ModelFiles
from instructmining.settings import Name, Settings


def find_indicator(name: str) -> Indicator | None:
    """What is declared about an indicator; None for one of the user's own."""
    return next((found for kind in SCORERS.values() for found in kind.gives if found.covers(name)), None)


def scorer_of(indicator: str) -> str:
    """The scorer that gives an indicator; for one of the user's own it has the indicator's name."""
    found = (scorer for scorer, kind in SCORERS.items() if any(each.covers(indicator) for each in kind.gives))
    return next(found, indicator)


def own_models(converted: bool) -> list[str]:
    """The scorers with a model of their own: those whose weights may need converting, or the others."""
    own = [name for name, kind in SCORERS.items() if model_key(kind).annotation is ModelFiles]
    return [name for name in own if SCORERS[name].converts_weights == converted]


def model_key(kind: type[ScorerSettings]) -> FieldInfo:
    """The key of a scorer's settings that names its model."""
    return cast(type[Settings], kind).model_fields["model"]


_KEYS: dict[str, Any] = {
    scorer: (kind | None, Field(None, description=", ".join(f"`{each.name}`" for each in kind.gives) + "."))
    for scorer, kind in SCORERS.items()
}
_Scorers: Any = create_model("_Scorers", __base__=Settings, **_KEYS)


class Indicators(_Scorers, Settings):  # type: ignore[misc]
    """Which scorers run; set one to null to leave it out."""

    custom: dict[Name, CustomIndicator] = {}
    """Indicators of your own, by name."""

    def scorers(self) -> dict[str, Any]:
        """The settings of the scorers that run, by name; each of the user's own indicators is a scorer of its name."""
        return {name: getattr(self, name) for name in SCORERS if getattr(self, name) is not None} | self.custom

    def base_models(self) -> dict[str, str]:
        """The scorers that use a base model of the config, each with the name of that model."""
        models = {name: getattr(scorer, "model", None) for name, scorer in self.scorers().items()}
        return {name: model for name, model in models.items() if isinstance(model, str)}

    def names(self) -> list[str]:
        """Names of all indicators that these scorers give."""
        return [name for scorer in self.scorers() for name in self.given_by(scorer)]

    def given_by(self, scorer: str) -> list[str]:
        """Names of the indicators that a scorer gives; a property of a set gives one for each of `neighbours`."""
        if scorer in self.custom:
            return [scorer]
        numbers = getattr(getattr(self, scorer), "neighbours", [])
        gives = SCORERS[scorer].gives
        return [name for each in gives for name in (map(each.numbered, numbers) if each.of_set else [each.name])]

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        for name in self.custom:
            if name in SCORERS or find_indicator(name):
                raise ValueError(f"custom.{name}: the workflow has an indicator or scorer of this name; choose another")
        return self
