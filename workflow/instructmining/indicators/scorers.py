"""The scorers that a config names, and which of them gives an indicator; all of it follows from what they declare."""

from collections.abc import Collection
from typing import Any, Self, cast, get_args

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from instructmining.indicators.declaration import Indicator, ScorerSettings
from instructmining.indicators.settings import SCORERS, CustomIndicator
from instructmining.models.settings import ModelFiles
from instructmining.settings import Name, Settings


def find_indicator(name: str) -> Indicator | None:
    """What is declared about an indicator; None for one of the user's own."""
    return next((found for kind in SCORERS.values() for found in kind.gives if found.covers(name)), None)


def of_a_set(indicator: str) -> bool:
    """Whether an indicator is a property of the set that an example is in."""
    found = find_indicator(indicator)
    return found is not None and found.of_set


def scorer_of(indicator: str) -> str:
    """The scorer that gives an indicator; for one of the user's own it has the indicator's name."""
    found = (scorer for scorer, kind in SCORERS.items() if any(each.covers(indicator) for each in kind.gives))
    return next(found, indicator)


def own_models(converted: bool) -> list[str]:
    """The scorers with a model of their own: those whose weights may need converting, or the others."""
    keys = {name: model_key(kind) for name, kind in SCORERS.items()}
    own = [name for name, key in keys.items() if key and ModelFiles in (key.annotation, *get_args(key.annotation))]
    return [name for name in own if SCORERS[name].converts_weights == converted]


def runs_here(scorer: Any) -> bool:
    """Whether the model of a scorer with these settings runs in its jobs, not behind an endpoint."""
    return getattr(scorer, "endpoint", None) is None


def needs_gpu(scorer: Any) -> bool:
    """Whether the jobs of a scorer with these settings ask for a GPU."""
    return bool(scorer.gpu) and runs_here(scorer)


def model_key(kind: type[ScorerSettings]) -> FieldInfo | None:
    """The key of a scorer's settings that names its model; None if it takes what others have computed."""
    return cast(type[Settings], kind).model_fields.get("model")


def is_aimed(scorer: str) -> bool:
    """Whether a scorer looks at the eval sets of role `fit`."""
    return scorer in SCORERS and any(each.aimed for each in SCORERS[scorer].gives)


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

    def aim_problems(self, roles: Collection[str]) -> list[str]:
        """Aimed scorers, if no eval set has the role `fit`, the only one that they may look at."""
        return [
            f"indicators.{scorer}: it looks at the eval sets of role fit, and there is none; add one to eval_sets"
            for scorer in self.scorers()
            if is_aimed(scorer) and "fit" not in roles
        ]

    @model_validator(mode="after")
    def _similarity_of_embeddings(self) -> Self:
        if self.similarity and not self.embedding:
            raise ValueError("similarity compares embeddings, which the scorer embedding gives; add it")
        return self

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        for name in self.custom:
            if name in SCORERS or find_indicator(name):
                raise ValueError(f"custom.{name}: the workflow has an indicator or scorer of this name; choose another")
        return self
