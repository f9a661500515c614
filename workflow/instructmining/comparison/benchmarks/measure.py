"""Measure a tuned model on tasks of lm-evaluation-harness.

In: the settings, a finished run with its adapter. Out: for each task its metric with the standard error over questions,
and all that made it: few-shot number, limit, versions.

    python -m instructmining.comparison.benchmarks.measure --settings '{"preset": "open_llm", "limit": 100}' \\
        --record results/training/smollm2/mixed.selected/seed0/record.json \\
        --adapter results/training/smollm2/mixed.selected/seed0/adapter --model results/models/smollm2/model.json \\
        --output seed0.json
"""

import argparse
import logging
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from instructmining.command import run_main
from instructmining.comparison.adapters import TunedModel, load_tuned
from instructmining.comparison.benchmarks.result import Measure, ModelMeasures
from instructmining.comparison.benchmarks.settings import Benchmarks, BenchmarkTask
from instructmining.comparison.benchmarks.tasks import task_manager
from instructmining.files import write_result
from instructmining.models.device import lease_gpu
from instructmining.progress import start_log
from instructmining.training.tuned_model import device_name

PACKAGES = ("lm_eval", "torch", "transformers", "peft", "datasets")


def measure(tuned: TunedModel, settings: Benchmarks, manager: TaskManager) -> dict[str, Measure]:
    """The result of each task, by name."""
    model = HFLM(pretrained=tuned.model, tokenizer=tuned.tokenizer, batch_size=settings.batch_size)
    results = {}
    for name, task in settings.all_tasks().items():
        logging.info("%s, %d-shot, limit %s", name, task.fewshot, settings.limit)
        found = simple_evaluate(
            model,
            tasks=[name],
            num_fewshot=task.fewshot,
            limit=settings.limit,
            task_manager=manager,
            bootstrap_iters=1000,
            log_samples=False,
        )
        results[name] = to_measure(found, name, task)
    return results


def to_measure(found: dict[str, Any], name: str, task: BenchmarkTask) -> Measure:
    """What lm-evaluation-harness found on one task or group; raises ValueError where it measured something else."""
    values = found["results"][name]
    keys = [key for key in values if key.split(",")[0] == task.metric]
    if len(keys) != 1:
        raise ValueError(f"{name}: expected one value of {task.metric}; found {sorted(values)}")
    shots = {found["n-shot"][leaf] for leaf in found["n-samples"]}
    if shots != {task.fewshot}:
        raise ValueError(
            f"{name}: {task.fewshot}-shot is asked for (comparison.benchmarks.tasks.{name}.fewshot), but the task"
            f" itself sets {sorted(shots)}; ask for that"
        )
    error = values.get(keys[0].replace(task.metric, f"{task.metric}_stderr", 1))
    return Measure(
        metric=task.metric,
        value=float(values[keys[0]]),
        stderr=float(error) if isinstance(error, int | float) else None,
        fewshot=task.fewshot,
        questions=sum(count["effective"] for count in found["n-samples"].values()),
        of=sum(count["original"] for count in found["n-samples"].values()),
        version=str(found["versions"].get(name)),
        higher_is_better=bool(found["higher_is_better"][name][task.metric]),
    )


def main() -> None:
    """Load the model, measure, write."""
    start_log()
    started = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=Benchmarks.model_validate_json, required=True)
    for name in ("record", "adapter", "model", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    lease_gpu()
    torch.set_num_threads(arguments.threads)
    tuned, settings = load_tuned(arguments.record, arguments.adapter, arguments.model), arguments.settings
    result = ModelMeasures(
        tuned_model=tuned.origin,
        limit=settings.limit,
        batch_size=settings.batch_size,
        tasks=measure(tuned, settings, task_manager(settings)),
        device=device_name(),
        packages={name: version(name) for name in PACKAGES},
        seconds=time.monotonic() - started,
    )
    write_result(arguments.output, result)
    for name, found in result.tasks.items():
        logging.info("%s: %s %.4f (standard error %s)", name, found.metric, found.value, found.stderr)


if __name__ == "__main__":
    run_main(main)
