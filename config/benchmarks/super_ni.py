"""The questions of single tasks of Super-NaturalInstructions, for the task files beside this one."""

from functools import partial

from datasets import Dataset


def of_task(questions: Dataset, task: str) -> Dataset:
    """The questions of one task."""
    return questions.filter(lambda question: question["task"] == task)


sst2 = partial(of_task, task="task363_sst2_polarity_classification")
emotion = partial(of_task, task="task875_emotion_classification")
