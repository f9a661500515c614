"""Settings of the benchmarks: tasks of lm-evaluation-harness that the tuned models are measured on."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Name, Settings, Untracked


class BenchmarkTask(Settings):
    """One task or group of tasks."""

    fewshot: Annotated[int, Field(ge=0)] = 0
    """Worked examples in the prompt."""
    metric: Name = "acc"
    """The metric to report, as the task calls it."""


OPEN_LLM = {
    "arc_challenge": BenchmarkTask(fewshot=25, metric="acc_norm"),
    "hellaswag": BenchmarkTask(fewshot=10, metric="acc_norm"),
    "mmlu": BenchmarkTask(fewshot=5, metric="acc"),
    "truthfulqa_mc2": BenchmarkTask(fewshot=0, metric="acc"),
}
"""The four tasks of the first Open LLM leaderboard that the paper reports, with its few-shot numbers and metrics."""


class Benchmarks(Settings):
    """Benchmarks by lm-evaluation-harness, with the adapters of the tuned models."""

    preset: Literal["open_llm"] | None = None
    """`open_llm`: ARC challenge (25-shot), HellaSwag (10), MMLU (5), TruthfulQA mc2 (0)."""
    tasks: dict[Name, BenchmarkTask] = {}
    """Tasks, by the names that lm-evaluation-harness or a file of `include` gives them; they add to the preset."""
    include: Annotated[str | None, Untracked()] = None
    """A folder of task files (YAML) of your own."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """How many questions of each task to ask, from the first on; recorded, as this makes results not comparable."""
    batch_size: Annotated[int, Field(ge=1)] = 8
    """Questions that go through the model at the same time."""
    arms: list[str] | None = None
    """The arms that are measured; all if not given. The baseline is always measured."""
    seeds: Annotated[int, Field(ge=1)] = 1
    """How many fine-tunes of each arm are measured; a difference can be shown from two on."""

    @model_validator(mode="after")
    def _some_task(self) -> Self:
        if not self.all_tasks():
            raise ValueError("found neither preset nor tasks; give one of them")
        return self

    def all_tasks(self) -> dict[str, BenchmarkTask]:
        """The tasks of the preset and of `tasks`, which wins where both name one."""
        return {**(OPEN_LLM if self.preset else {}), **self.tasks}
