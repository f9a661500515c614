"""Settings of the fit."""

from typing import Annotated, Literal

from pydantic import Field

from instructmining.settings import Settings


class QualityRuleSettings(Settings):
    """How the quality rule is fitted."""

    indicators: Annotated[list[str], Field(min_length=1)] | None = None
    """The indicators in the rule; all that are computed if not given."""
    fit: Literal["auto", "ols", "weighted_means", "mixed"] = "auto"
    """How subsets count: alike (`ols`), by their seeds (`weighted_means`, `auto`), or by a mixed model (`mixed`)."""
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Level of all intervals."""
