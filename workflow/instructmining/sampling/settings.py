"""Settings of the subsets that the rule is fitted on."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Settings

Scheme = Literal["fused", "single_source", "within", "stratified", "tilted", "d_optimal", "selections"]
OWN_SETTINGS: dict[Scheme, set[str]] = {
    "fused": {"concentration"},
    "single_source": {"concentration"},
    "within": {"concentration", "indicators", "tilt"},
    "stratified": {"indicators", "strata"},
    "tilted": {"indicators", "tilt"},
    "d_optimal": {"indicators", "tilt", "proposals"},
    "selections": {"indicators"},
}
TILT, TILT_WITHIN = 2.0, 0.5
"""How strong a tilt is if none is given: over all candidates, and inside each source."""


class Sampling(Settings):
    """How subsets are drawn from the candidates."""

    scheme: Scheme = "fused"
    """By source: `fused` (random proportions, as in the paper) or `single_source` (subset i from source i alone).
    By both: `within` (random proportions, and inside each source a mild tilt along a random direction).
    By indicators, which spreads their means: `stratified` (one stratum of one indicator), `tilted` (along a random
    direction), `d_optimal` (the tilted subsets that together are most informative), `selections` (the best by one
    indicator, or by random weights of all: what a selection looks like)."""
    concentration: Annotated[float, Field(gt=0)] = 1.0
    """`fused`, `within`: Dirichlet parameter of the proportions; 1 draws them uniformly, less more unequally."""
    indicators: Annotated[list[str], Field(min_length=1)] | None = None
    """All schemes but those by source alone: the indicators to spread the subsets over; they are scored first."""
    strata: Annotated[int, Field(ge=2)] = 5
    """`stratified` only: number of equal shares that the candidates are split into along an indicator."""
    tilt: Annotated[float, Field(gt=0)] | None = None
    """`tilted`, `d_optimal` (2 if not given), `within` (0.5): how strongly a draw prefers one end of its direction; 1
    is mild, 3 is extreme."""
    proposals: Annotated[int, Field(ge=2)] = 500
    """`d_optimal` only: number of tilted subsets to choose from."""
    subsets: Annotated[int, Field(ge=2, le=2000)] = 129
    """Number of subsets; raising it adds subsets and changes none."""
    selections: Annotated[int, Field(ge=0)] = 0
    """So many of the subsets, from the first on, are drawn as `selections`, whatever the scheme of the others."""
    examples: Annotated[int, Field(ge=2)] = 1000
    """Number of examples in a subset."""
    replicated: Annotated[int, Field(ge=0)] = 0
    """How many subsets, from the first on, are tuned on with several seeds, which measures the noise."""
    seeds: Annotated[int, Field(ge=1)] = 2
    """Number of seeds of a replicated subset."""

    @property
    def by_indicators(self) -> bool:
        """Whether examples of some subset are drawn by their scores."""
        return self.selections > 0 or "indicators" in OWN_SETTINGS[self.scheme]

    @property
    def strength(self) -> float:
        """The tilt, as given or as the scheme has it."""
        return self.tilt or (TILT_WITHIN if self.scheme == "within" else TILT)

    def scheme_of(self, number: int) -> Scheme:
        """How subset `number` is drawn."""
        return "selections" if number < self.selections else self.scheme

    @property
    def draw_settings(self) -> "Sampling":
        """The settings that a draw depends on, as if no others were set."""
        names = {"scheme", "examples", *OWN_SETTINGS[self.scheme]} | (
            {"selections", "indicators"} if self.selections else set()
        )
        return Sampling.model_construct(**{name: value for name, value in self if name in names})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.replicated > self.subsets:
            raise ValueError(f"replicated is {self.replicated}, but there are only {self.subsets} subsets")
        if self.selections > self.subsets:
            raise ValueError(f"selections is {self.selections}, but there are only {self.subsets} subsets")
        if self.by_indicators and self.indicators is None:
            raise ValueError(f"scheme {self.scheme_of(0)} needs `indicators`: the ones to spread the subsets over")
        if self.scheme == "d_optimal" and self.proposals < self.subsets:
            raise ValueError(f"proposals is {self.proposals}: too few to choose {self.subsets} subsets from")
        return self
