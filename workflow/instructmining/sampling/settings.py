"""Settings of the subsets that the rule is fitted on."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Settings

Scheme = Literal["fused", "single_source", "stratified", "tilted", "d_optimal"]
OWN_SETTINGS: dict[Scheme, set[str]] = {
    "fused": {"concentration"},
    "single_source": {"concentration"},
    "stratified": {"indicators", "strata"},
    "tilted": {"indicators", "tilt"},
    "d_optimal": {"indicators", "tilt", "proposals"},
}


class Sampling(Settings):
    """How subsets are drawn from the candidates."""

    scheme: Scheme = "fused"
    """By source: `fused` (random proportions, as in the paper) or `single_source` (subset i from source i alone).
    By indicators, which spreads their means: `stratified` (one stratum of one indicator), `tilted` (along a random
    direction), `d_optimal` (the tilted subsets that together are most informative)."""
    concentration: Annotated[float, Field(gt=0)] = 1.0
    """`fused` only: Dirichlet parameter of the proportions; 1 draws them uniformly, less makes them more unequal."""
    indicators: Annotated[list[str], Field(min_length=1)] | None = None
    """`stratified`, `tilted`, `d_optimal`: the indicators to spread the subsets over; they are scored first."""
    strata: Annotated[int, Field(ge=2)] = 5
    """`stratified` only: number of equal shares that the candidates are split into along an indicator."""
    tilt: Annotated[float, Field(gt=0)] = 2.0
    """`tilted`, `d_optimal`: how strongly a draw prefers one end of its direction; 1 is mild, 3 is extreme."""
    proposals: Annotated[int, Field(ge=2)] = 500
    """`d_optimal` only: number of tilted subsets to choose from."""
    subsets: Annotated[int, Field(ge=2, le=2000)] = 129
    """Number of subsets; raising it adds subsets and changes none."""
    examples: Annotated[int, Field(ge=2)] = 1000
    """Number of examples in a subset."""
    replicated: Annotated[int, Field(ge=0)] = 0
    """How many subsets, from the first on, are tuned on with several seeds, which measures the noise."""
    seeds: Annotated[int, Field(ge=1)] = 2
    """Number of seeds of a replicated subset."""

    @property
    def by_indicators(self) -> bool:
        """Whether examples are drawn by their scores rather than by their sources."""
        return "indicators" in OWN_SETTINGS[self.scheme]

    @property
    def draw_settings(self) -> "Sampling":
        """The settings that a draw depends on, as if no others were set."""
        names = {"scheme", "examples", *OWN_SETTINGS[self.scheme]}
        return Sampling.model_construct(**{name: value for name, value in self if name in names})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.replicated > self.subsets:
            raise ValueError(f"replicated is {self.replicated}, but there are only {self.subsets} subsets")
        if self.by_indicators and self.indicators is None:
            raise ValueError(f"scheme {self.scheme} needs `indicators`: the ones to spread the subsets over")
        if self.scheme == "d_optimal" and self.proposals < self.subsets:
            raise ValueError(f"proposals is {self.proposals}: too few to choose {self.subsets} subsets from")
        return self
