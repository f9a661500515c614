"""Settings of the comparison."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.comparison.arm_kinds import ARMS, kind_of
from instructmining.comparison.benchmarks.settings import Benchmarks
from instructmining.comparison.judge.settings import Judge
from instructmining.settings import Name, Settings, Untracked
from instructmining.training.settings import Training

_ARMS = f"""{", ".join(f"`{name}`" for name in ARMS)}, or names of `lists`; see `docs/method.md` for what each is."""


class Comparison(Settings):
    """Which arms are tuned on, how often, and what is equal among them."""

    arms: Annotated[list[Name], Field(min_length=2, description=_ARMS)] = ["selected", "random", "longest", "full"]
    lists: Annotated[dict[Name, str], Untracked()] = {}
    """Arms of your own: for each a text file with the ID of one example of the pool a line."""
    match: Literal["examples", "steps", "tokens"] = "examples"
    """What is equal among the arms. `examples`: trained as `training` says, so `full` takes longer; `steps`: optimizer
    steps; `tokens`: tokens that go through the model, to within a batch."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """Steps of each arm with `match: steps`; those of `training` on `selection.examples` if not given."""
    tokens: Annotated[int, Field(ge=1)] | None = None
    """Tokens of each arm with `match: tokens`, padding left out."""
    seeds: Annotated[int, Field(ge=2)] = 3
    """Fine-tunes per arm."""
    more_seeds: dict[Name, Annotated[int, Field(ge=2)]] = {}
    """Another number of fine-tunes for some arms, such as `{selected: 5, random: 5}`; differences are taken between
    equal seeds."""
    baseline: Name = "random"
    """The arm that the others are compared with."""
    sizes: list[Annotated[int, Field(ge=1)]] = []
    """Numbers of examples for a curve of the loss over size, of `selected` and the baseline, at constant epochs and at
    constant steps; each size takes four times `seeds` fine-tunes."""
    max_cosine: Annotated[float, Field(gt=0, le=1)] = 0.9
    """`selected_diverse` leaves out an example that is nearer than this to one already taken."""
    judge: Judge | None = None
    """A judge that compares what the tuned models answer to prompts."""
    benchmarks: Benchmarks | None = None
    """Tasks of lm-evaluation-harness that the tuned models are measured on."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        allowed = [*ARMS, *self.lists]
        problems = [
            f"{key}: {name!r} is no arm; allowed: {', '.join(allowed)}"
            for key, names in {"arms": self.arms, "more_seeds": self.more_seeds}.items()
            for name in names
            if name not in allowed
        ]
        problems += [
            f"lists: {name!r} is the name of a built-in arm; take another" for name in self.lists if name in ARMS
        ]
        problems += [f"arms: {name!r} stands twice" for name in sorted(set(self.arms)) if self.arms.count(name) > 1]
        if self.sizes and (len(set(self.sizes)) < 2 or len(set(self.sizes)) < len(self.sizes)):
            problems.append(f"sizes: found {self.sizes}; a curve needs two different sizes or more, each once")
        if self.match == "tokens" and self.tokens is None:
            problems.append("tokens: needed with match: tokens")
        problems += self._measured_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _measured_problems(self) -> list[str]:
        """Judge and benchmarks are for arms and seeds that there are."""
        judge, benchmarks = self.judge, self.benchmarks
        others = [arm for arm in self.arms if arm != self.baseline]
        asked = [("judge", judge.arms, judge.seeds, others)] if judge else []
        asked += [("benchmarks", benchmarks.arms or self.arms, benchmarks.seeds, self.arms)] if benchmarks else []
        problems = [
            f"{key}.arms: found {arm!r}; allowed: {', '.join(allowed)}"
            for key, arms, _, allowed in asked
            for arm in arms
            if arm not in allowed
        ]
        return problems + [
            f"{key}.seeds: found {seeds}, but {arm} is tuned {self.seeds_of(arm)} times"
            for key, arms, seeds, _ in asked
            for arm in dict.fromkeys([self.baseline, *arms])
            if seeds > self.seeds_of(arm)
        ]

    def seeds_of(self, arm: str) -> int:
        """How often an arm is tuned."""
        return self.more_seeds.get(arm, self.seeds)

    def matched_steps(self, training: Training, examples: int | None) -> int | None:
        """Optimizer steps of every arm with `match: steps`; None where neither `steps` nor the number tells."""
        if self.steps or training.steps or not examples:
            return self.steps or training.steps
        return math.ceil(training.epochs * examples / min(training.batch_size, examples))

    def problems(self, indicators: list[str], embeddings: bool, pools: list[str]) -> list[str]:
        """What does not fit the indicators that are computed and the pools that are selected from."""
        problems = [
            f"comparison.arms: {arm} is chosen by the indicator {needed!r}, which is not computed; leave the arm"
            f" out or set up a scorer that gives it; computed: {', '.join(indicators)}"
            for arm in self.arms
            if (needed := kind_of(arm).indicator) and needed not in indicators
        ]
        problems += [
            f"comparison.arms: {arm} is chosen by embeddings, but indicators.embedding is not set"
            for arm in self.arms
            if kind_of(arm).embedded and not embeddings
        ]
        if self.baseline not in self.arms:
            problems.append(f"comparison.baseline: {self.baseline!r} is not among comparison.arms")
        if self.sizes and self.baseline in self.arms and not kind_of(self.baseline).sized:
            problems.append(f"comparison.sizes: the baseline, {self.baseline}, has one size; take another baseline")
        if self.lists and len(pools) > 1:
            problems.append(
                f"comparison.lists: a list names examples of one pool, but {', '.join(pools)} are selected from;"
                " name one in selection.pools"
            )
        return problems
