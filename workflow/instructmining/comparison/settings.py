"""Settings of the comparison."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.comparison.arm_kinds import (
    ARMS,
    FROM,
    is_length_matched,
    kind_of,
    length_matched_arms,
    source_of,
)
from instructmining.comparison.benchmarks.settings import Benchmarks
from instructmining.comparison.judge.settings import Judge
from instructmining.settings import Name, Settings, Untracked
from instructmining.training.settings import Training

_ARMS = f"""{", ".join(f"`{name}`" for name in ARMS)}, or names of `lists`; for most of them also a variant with
responses as long as the baseline's, such as `selected~length`. See `docs/method.md` for what each is."""

Match = Literal["examples", "steps", "tokens"]


class Comparison(Settings):
    """Which arms are tuned on, how often, and what is equal among them."""

    arms: Annotated[list[str], Field(min_length=2, description=_ARMS)] = ["selected", "random", "longest", "full"]
    lists: Annotated[dict[Name, str], Untracked()] = {}
    """Arms of your own: for each, a text file with the ID of one example of the pool per line."""
    match: Match = "examples"
    """What is equal among the arms. `examples`: trained as `training` says, so `full` takes longer; `steps`: optimizer
    steps; `tokens`: tokens that go through the model, to within a batch."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """Steps of each arm with `match: steps`; if not given, the steps of `training` on `selection.examples`."""
    tokens: Annotated[int, Field(ge=1)] | None = None
    """Tokens of each arm with `match: tokens`, padding left out."""
    seeds: Annotated[int, Field(ge=2)] = 3
    """Fine-tunes per arm."""
    more_seeds: dict[str, Annotated[int, Field(ge=2)]] = {}
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
        problems = [
            f"{key}: {problem}"
            for key, names in {"arms": self.arms, "more_seeds": self.more_seeds}.items()
            for name in names
            if (problem := self._no_arm(name))
        ]
        problems += [
            f"lists: {name!r} is the name of a built-in arm; take another" for name in self.lists if name in ARMS
        ]
        problems += [
            f"lists: {name!r} is a name for draws from one source, as it begins with {FROM!r}; take another"
            for name in self.lists
            if source_of(name)
        ]
        problems += [f"arms: {name!r} appears twice" for name in sorted(set(self.arms)) if self.arms.count(name) > 1]
        if self.sizes and (len(set(self.sizes)) < 2 or len(set(self.sizes)) < len(self.sizes)):
            problems.append(f"sizes: found {self.sizes}; a curve needs two different sizes or more, each once")
        if self.match == "tokens" and self.tokens is None:
            problems.append("tokens: needed with match: tokens")
        problems += self._measured_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _no_arm(self, name: str) -> str | None:
        """Why there is no arm of this name; None if there is one."""
        if name in [*ARMS, *self.lists, *length_matched_arms()]:
            return None
        if is_length_matched(name):
            return (
                f"{name!r} is no arm: only one that is the first of an order, other than that of the lengths, can have"
                f" the lengths of the baseline; allowed: {', '.join(length_matched_arms())}"
            )
        return f"{name!r} is no arm; allowed: {', '.join([*ARMS, *self.lists])}"

    def _measured_problems(self) -> list[str]:
        """What judge and benchmarks ask for that is not tuned: other arms, or too many seeds."""
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
        """How many times an arm is tuned."""
        return self.more_seeds.get(arm, self.seeds)

    def matched_steps(self, training: Training, examples: int | None) -> int | None:
        """Optimizer steps of every arm with `match: steps`; None if neither steps nor a number of examples is known."""
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
        if not kind_of(self.baseline).sized and (matched := [arm for arm in self.arms if is_length_matched(arm)]):
            problems.append(
                f"comparison.arms: {matched[0]} has the lengths of the baseline, but {self.baseline} is not as large as"
                " the selection; take another baseline"
            )
        if self.lists and len(pools) > 1:
            problems.append(
                f"comparison.lists: a list names examples of one pool, but {', '.join(pools)} are selected from;"
                " name one in selection.pools"
            )
        return problems
