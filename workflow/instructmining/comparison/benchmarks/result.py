"""The results of benchmarks: what each task is, what a tuned model reaches on it, and what arms differ in."""

from dataclasses import dataclass
from typing import Literal

from instructmining.comparison.result import ModelOrigin

Variation = Literal["seeds", "questions"]


@dataclass(frozen=True)
class TaskRecord:
    """What a task or a group of tasks is."""

    version: str
    """Its version, as the task gives it."""
    parts: int
    """Tasks in it; 1 for a single task."""
    questions: int
    """Questions of all parts."""
    hash: str
    """SHA-256 of all questions."""


@dataclass(frozen=True)
class TaskRecords:
    """All tasks that are measured."""

    tasks: dict[str, TaskRecord]
    """Each task, by name."""


@dataclass(frozen=True)
class Measure:
    """What a tuned model reaches on one task."""

    metric: str
    """The metric, as the task calls it."""
    value: float
    """Its value."""
    stderr: float | None
    """Its standard error over questions; None where the task gives none."""
    fewshot: int
    """Worked examples in the prompt."""
    questions: int
    """Questions asked."""
    of: int
    """Questions that the task has."""
    version: str
    """Version of the task."""
    higher_is_better: bool
    """Whether a higher value is a better one."""


@dataclass(frozen=True)
class ModelMeasures:
    """What a tuned model reaches on every task, and how that was measured."""

    tuned_model: ModelOrigin
    """What was measured."""
    limit: int | None
    """Questions of each task at most; None for all."""
    batch_size: int
    """Questions that went through the model at once."""
    tasks: dict[str, Measure]
    """Each task, by name."""
    device: str
    """The GPU, or `cpu`."""
    packages: dict[str, str]
    """Versions of the packages that numbers may depend on."""
    seconds: float
    """Wall time."""


@dataclass(frozen=True)
class TaskDifference:
    """An arm's value minus the baseline's."""

    mean: float
    """Mean over seeds."""
    low: float | None
    """Lower end of its interval; None where neither seeds nor questions give one."""
    high: float | None
    """Upper end of that interval."""
    over: tuple[Variation, ...]
    """What the interval is over: `seeds` where several were measured, `questions` where the task gives an error."""
    p_value: float | None
    """How often a mean as far from zero would be found if the true one were zero; None where the interval is not over
    both, or where nothing varies."""
    p_adjusted: float | None
    """The same, corrected for the number of arms and tasks (Holm); the interval excludes zero exactly where this is
    below 1 minus the confidence."""


@dataclass(frozen=True)
class ArmOnTask:
    """One arm on one task."""

    task: str
    """The task or group of tasks."""
    arm: str
    """The arm."""
    metric: str
    """The metric, as the task calls it."""
    value: float
    """Its mean over seeds."""
    stderr: float | None
    """Standard error of that mean over questions; None where the task gives none."""
    seeds: int
    """Fine-tunes measured."""
    fewshot: int
    """Worked examples in the prompt."""
    questions: int
    """Questions asked."""
    difference: TaskDifference | None
    """Its difference from the baseline; None for the baseline itself."""
    sentence: str
    """All this in words."""


@dataclass(frozen=True)
class BenchmarksResult:
    """The benchmarks of all arms of one pool and base model."""

    model: str
    """The base model, as named in the config."""
    pool: str
    """The pool that the arms are chosen from."""
    baseline: str
    """The arm that the others are compared with."""
    confidence: float
    """Confidence level of the intervals, which are widened for the number of arms and tasks."""
    results: tuple[ArmOnTask, ...]
    """Each arm on each task."""
