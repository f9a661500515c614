"""Settings of the subsets that the rule is fitted on."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Settings


class Sampling(Settings):
    """How subsets are drawn from the candidates."""

    scheme: Literal["fused", "single_source"] = "fused"
    """`fused`: random proportions of the sources, as in the paper; `single_source`: subset i from source i alone."""
    concentration: Annotated[float, Field(gt=0)] = 1.0
    """`fused` only: Dirichlet parameter of the proportions; 1 draws them uniformly, less makes subsets more unequal."""
    subsets: Annotated[int, Field(ge=2, le=2000)] = 129
    """Number of subsets; raising it adds subsets and changes none."""
    examples: Annotated[int, Field(ge=2)] = 1000
    """Examples in a subset."""
    replicated: Annotated[int, Field(ge=0)] = 0
    """The first so many subsets are tuned on with several seeds, which measures the noise."""
    seeds: Annotated[int, Field(ge=1)] = 2
    """Seeds of a replicated subset."""

    @model_validator(mode="after")
    def _enough_subsets(self) -> Self:
        if self.replicated > self.subsets:
            raise ValueError(f"replicated is {self.replicated}, but there are only {self.subsets} subsets")
        return self
