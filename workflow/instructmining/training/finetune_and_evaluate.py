"""Tune a base model on a subset or an arm, and measure the loss on every eval set, loading it once.

In: a table of examples, the prepared base model, the eval sets. Out: `record.json` (the losses and everything that
produced them), `losses.parquet` (one row per eval example), and the adapter as safetensors. If the store already has
the adapter that training would give, it is only evaluated; training that was stopped early is resumed.

    python -m instructmining.training.finetune_and_evaluate --model-name smollm2 --run 007 --seed 0 \
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --settings '{"dtype": "fp32"}' \
        --examples results/sampling/007.parquet --eval-sets results/data/eval/*.parquet --roles '{"docs": "fit"}' \
        --record record.json --losses losses.parquet --adapter adapter --store store
"""

import argparse
import json
import logging
import os
import platform
import resource
import signal
import time
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from instructmining.command import run_main
from instructmining.example import Example, read_examples
from instructmining.files import file_hash, write_json, write_table
from instructmining.jobs.fingerprint import fingerprint
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_tokenizer
from instructmining.models.template_parts import refuse_unknown_parts
from instructmining.progress import start_log
from instructmining.training.evaluate import ResponseLoss, evaluate, summarise
from instructmining.training.kept_losses import KeptLosses
from instructmining.training.losses import LOSSES
from instructmining.training.settings import Training
from instructmining.training.step import Trained
from instructmining.training.store import Entry
from instructmining.training.tuned_model import TrainingTask, device_name, tokens_of, tuned_model

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "tokenizers", "numpy")


def main() -> None:
    """Tune, evaluate, write."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the shell that starts a job ignores it, and so would this process
    start_log()
    started = time.monotonic()
    arguments = parse_arguments()
    device = lease_gpu()
    torch.set_num_threads(arguments.threads)
    task = to_task(arguments)
    entry = Entry(arguments.store, task.manifest())
    kept = KeptLosses(entry, {**conditions(arguments), **run_and_roles(arguments)})
    if kept.give(arguments.record, arguments.losses, arguments.adapter):
        logging.info("%s seed %d was finished before its job was repeated", arguments.run, arguments.seed)
        return
    eval_sets = {path.stem: read_examples(path) for path in arguments.eval_sets}
    check_parts(task, chain(read_examples(arguments.examples), *eval_sets.values()), arguments.model_name)
    logging.info("%s seed %d: tuning %s", arguments.run, arguments.seed, arguments.model_name)
    model, tokenizer, trained = tuned_model(task, entry, arguments.checkpoint_minutes)
    entry.link_to(arguments.adapter)
    losses = {name: measure(model, name, members, tokenizer, task) for name, members in eval_sets.items()}
    write_table(arguments.losses, to_table(eval_sets, losses), LOSSES)
    record = run_record(arguments, entry, trained, losses)
    write_json(arguments.record, {**record, "timing": timing(started, device, trained)})
    kept.keep(arguments.record, arguments.losses)


def parse_arguments() -> argparse.Namespace:
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--run", required=True, help="a subset ID, or an arm of a pool")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--model", required=True, type=Path, help="model.json of the prepared base model")
    parser.add_argument("--base-model", required=True, type=json.loads, help="settings of the base model")
    parser.add_argument("--settings", required=True, type=Training.model_validate_json)
    parser.add_argument("--examples", required=True, type=Path)
    parser.add_argument("--eval-sets", required=True, nargs="+", type=Path)
    parser.add_argument("--roles", required=True, type=json.loads, help="role of each eval set")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--record", required=True, type=Path)
    parser.add_argument("--losses", required=True, type=Path)
    parser.add_argument("--adapter", required=True, type=Path, help="folder for the adapter")
    parser.add_argument("--store", required=True, type=Path, help="folder that keeps adapters and checkpoints")
    parser.add_argument("--checkpoint-minutes", type=float, default=10, help="time between two checkpoints")
    return parser.parse_args()


def to_task(arguments: argparse.Namespace) -> TrainingTask:
    """What is to be trained."""
    return TrainingTask(
        model=arguments.model,
        base_model=arguments.base_model,
        settings=arguments.settings,
        examples=arguments.examples,
        seed=arguments.seed,
        threads=arguments.threads,
    )


def check_parts(task: TrainingTask, examples: Iterable[Example], name: str) -> None:
    """Raise ValueError where examples have parts that the template of the base model `name` does not write."""
    template, trust = task.base_model.get("template", "alpaca"), task.base_model.get("trust_remote_code", False)
    refuse_unknown_parts(examples, lambda: load_tokenizer(task.model.parent, trust), template, name)


def measure(model: Any, name: str, members: list[Example], tokenizer: Any, task: TrainingTask) -> list[ResponseLoss]:
    """The losses on one eval set."""
    conversations = tokens_of(task, members, tokenizer)
    return evaluate(model, conversations, task.settings.micro_batch_tokens, tokenizer.pad_token_id, name)


def to_table(eval_sets: dict[str, list[Example]], losses: dict[str, list[ResponseLoss]]) -> pa.Table:
    """The loss of every eval example."""
    rows = [
        {"eval_set": name, "id": example.id, **asdict(loss)}
        for name, members in eval_sets.items()
        for example, loss in zip(members, losses[name], strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=LOSSES)


def conditions(arguments: argparse.Namespace) -> dict[str, Any]:
    """What losses depend on beside the adapter: eval sets, code, versions and device."""
    return {
        "eval_sets": {path.stem: file_hash(path) for path in arguments.eval_sets},
        "code": fingerprint("instructmining.training.finetune_and_evaluate"),
        "packages": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "device": device_name(),
        "threads": arguments.threads,
    }


def run_and_roles(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a record says of a run and of the eval sets in words of the config."""
    return {"model": arguments.model_name, "run": arguments.run, "seed": arguments.seed, "roles": arguments.roles}


def run_record(
    arguments: argparse.Namespace, entry: Entry, trained: Trained, losses: dict[str, list[ResponseLoss]]
) -> dict[str, Any]:
    """The record of a run, which is the same whether its adapter was in the store or has just been trained."""
    manifest = entry.manifest
    return {
        "model": arguments.model_name,
        "run": arguments.run,
        "seed": arguments.seed,
        "settings": manifest["settings"],
        "base_model": manifest["base_model"],
        "training": {
            "examples": trained.examples,
            "truncated": trained.truncated,
            "hash": manifest["examples"],
            "code": manifest["code"],
            "manifest": entry.hash,
            "device": trained.device,
        },
        **conditions(arguments),
        "steps": len(trained.history),
        "tokens": sum(step.tokens for step in trained.history),
        "history": [asdict(step) for step in trained.history],
        "losses": {name: summarise(items, arguments.roles[name]) for name, items in losses.items()},
    }


def timing(started: float, device: str | None, trained: Trained) -> dict[str, Any]:
    """Wall time, including that of earlier jobs that trained, and peak memory: these differ from run to run."""
    cuda = torch.cuda.is_available()
    return {
        "seconds": time.monotonic() - started + trained.seconds_before,
        "training_seconds": trained.seconds,
        "leased_gpu": device,
        "visible_gpus": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_gpu_memory_mb": torch.cuda.max_memory_allocated() / 2**20 if cuda else None,
    }


if __name__ == "__main__":
    run_main(main)
