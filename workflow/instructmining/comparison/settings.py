"""Settings of the comparison."""

from typing import Annotated, Literal

from pydantic import Field

from instructmining.comparison.benchmark_settings import Benchmarks
from instructmining.comparison.judge_settings import Judge
from instructmining.settings import Settings

Arm = Literal["selected", "random", "longest", "full"]


class Comparison(Settings):
    """Which arms are tuned on, and how often."""

    arms: Annotated[list[Arm], Field(min_length=2)] = ["selected", "random", "longest", "full"]
    """`selected`, `random` (drawn anew for each seed), `longest`: equal examples and steps; `full`: the whole pool."""
    seeds: Annotated[int, Field(ge=2)] = 3
    """Fine-tunes per arm."""
    baseline: Arm = "random"
    """The arm that the others are compared with."""
    judge: Judge | None = None
    """A judge that compares what the tuned models answer to prompts."""
    benchmarks: Benchmarks | None = None
    """Tasks of lm-evaluation-harness that the tuned models are measured on."""
