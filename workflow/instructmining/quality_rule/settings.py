"""Settings of the fit."""

from math import ceil
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.data.settings import Ratings
from instructmining.settings import Name, Settings, Untracked

FitKind = Literal["auto", "ols", "weighted_means", "mixed"]
ChoiceMethod = Literal["given", "paper", "bic", "cv", "elastic_net"]
Effects = Literal["together", "within", "shares"]
CONFIDENCE = 0.95
"""Level of all intervals, unless the config sets another."""
MOST_INDICATORS = 12
"""Most indicators of which a choice tries all combinations."""
MIXED_NEEDS_SEEDS = "quality_rule.fit: mixed needs subsets with several seeds; set sampling.replicated"


def fewest_subsets(indicators: int, folds: int | None = None) -> int:
    """With fewer subsets, a fit without the largest fold has no residual degree of freedom, so no interval."""
    parameters, count = indicators + 1, indicators + 3
    while folds and count - ceil(count / min(folds, count)) <= parameters:
        count += 1
    return count


def too_few(subsets: int, indicators: int, folds: int | None = None, shares: int = 0) -> str | None:
    """Why so many indicators, beside so many shares of sources, cannot be fitted and checked; None if they can."""
    needed = fewest_subsets(indicators + shares, folds)
    if subsets >= needed:
        return None
    fits = [count for count in range(1, indicators) if fewest_subsets(count + shares, folds) <= subsets]
    fewer = f", or name at most {max(fits)} in quality_rule.indicators" if fits else ""
    terms = " and ".join(
        f"{count} {name}" for count, name in ((indicators, "indicators"), (shares, "shares of sources")) if count
    )
    left_out = f"{folds} folds (quality_rule.folds)" if folds else "each subset left out in turn"
    return (
        f"{subsets} subsets are too few for {terms} with {left_out}: at least {needed} are needed, or a fit without"
        f" those left out has no degrees of freedom; raise sampling.subsets to {needed} or more (several times the"
        f" number of {'terms' if shares else 'indicators'} is better){fewer}"
    )


class QualityRuleSettings(Settings):
    """How the quality rule is fitted."""

    indicators: Annotated[list[str], Field(min_length=1)] | None = None
    """The indicators in the rule; all that are computed if not given."""
    fit: FitKind = "auto"
    """How subsets count: alike (`ols`), by their seeds (`weighted_means`), or by a mixed model (`mixed`, `auto`)."""
    choice: ChoiceMethod = "given"
    """Which are kept: all (`given`), by R2 and p-values (`paper`), or by `bic`, `cv`, or stability (`elastic_net`)."""
    effects: Effects = "together"
    """What explains the log loss: the indicators (`together`); they and the sources' shares, so that slopes are those
    inside a source (`within`); or `shares` alone."""
    winsorise: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    """An example's value beyond this quantile at either end, such as 0.05, counts as the quantile, in subsets and in
    rankings; if not given, as it is."""
    folds: Annotated[int, Field(ge=2)] = 5
    """Folds of every cross-validation."""
    repeats: Annotated[int, Field(ge=1)] = 20
    """Random divisions into folds that held-out figures are averaged over."""
    confidence: Annotated[float, Field(gt=0, lt=1)] = CONFIDENCE
    """Level of all intervals."""
    published: Literal["v1", "v3"] | None = None
    """Take a rule of the paper instead of fitting one: nothing is tuned, and no candidates are needed."""
    file: Annotated[str | None, Untracked()] = None
    """Take the `rule.json` of another run instead of fitting one."""
    force: bool = False
    """Apply such a rule even where the indicators come from other models than those that it was fitted with."""
    mixed: Literal["warn", "stop"] = "warn"
    """Fine-tunes made with other versions, devices, number formats or code than the rest: warn of them, or stop."""
    ratings: dict[Name, Ratings] = {}
    """What people thought of examples, by name: the rule and each indicator are compared with them."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.published and self.file:
            raise ValueError("give either published or file, not both")
        return self

    @model_validator(mode="after")
    def _nothing_to_choose(self) -> Self:
        if self.effects != "together" and self.choice != "given":
            raise ValueError(
                f"effects: {self.effects} needs choice: given, as a share of a source is no indicator to choose"
            )
        return self

    def problems(self, offered: int, subsets: int, replicated: bool, sources: int = 1) -> list[str]:
        """What does not go together with the numbers of indicators, subsets and sources, or with one seed each."""
        problems = []
        shares = 0 if self.effects == "together" else sources - 1
        indicators = 0 if self.effects == "shares" else offered
        if not self.adopted and self.effects != "together" and not shares:
            problems.append(f"quality_rule.effects: {self.effects} needs several sources in pools.candidates; found 1")
        elif not self.adopted and (problem := too_few(subsets, indicators, self.folds, shares)):
            problems.append(f"sampling.subsets: {problem}")
        if self.choice in ("paper", "bic", "cv") and offered > MOST_INDICATORS:
            problems.append(
                f"quality_rule.choice: {self.choice} tries all models, {2**offered:,} of {offered} indicators; name at"
                f" most {MOST_INDICATORS} in quality_rule.indicators, or take elastic_net"
            )
        if self.fit == "mixed" and not replicated:
            problems.append(MIXED_NEEDS_SEEDS)
        return problems

    @property
    def adopted(self) -> bool:
        """Whether the rule is there already, so that none is fitted."""
        return self.published is not None or self.file is not None
