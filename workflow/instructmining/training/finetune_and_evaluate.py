"""Tune a base model on a subset or an arm, and measure the loss on every eval set: one process, one loading.

In: a table of examples, the prepared base model, the eval sets. Out: `record.json` (all that made the losses, and the
losses), `losses.parquet` (one row per eval example), and the adapter as safetensors.

    python -m instructmining.training.finetune_and_evaluate --model-name smollm2 --run 007 --seed 0 \
        --model results/models/smollm2/model.json --base-model '{"template": "plain"}' --settings '{"dtype": "fp32"}' \
        --examples results/sampling/007.parquet --eval-sets results/data/eval/*.parquet --roles '{"docs": "fit"}' \
        --record record.json --losses losses.parquet --adapter adapter
"""

import argparse
import json
import logging
import platform
import resource
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from instructmining.example import Example, read_examples
from instructmining.files import file_hash, read_json, write_json, write_table
from instructmining.fingerprint import fingerprint
from instructmining.models.device import lease_gpu
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.progress import start_log
from instructmining.training.evaluate import LOSSES, ResponseLoss, evaluate, summarise
from instructmining.training.finetune import Step, add_adapter, count_steps, finetune
from instructmining.training.settings import Training

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "tokenizers", "numpy")


def main() -> None:
    """Tune, evaluate, write."""
    start_log()
    started = time.monotonic()
    arguments = parse_arguments()
    device = lease_gpu()
    torch.set_num_threads(arguments.threads)
    examples = read_examples(arguments.examples)
    eval_sets = {path.stem: read_examples(path) for path in arguments.eval_sets}
    logging.info(
        "%s seed %d: tuning %s on %d examples in %d steps",
        *(arguments.run, arguments.seed, arguments.model_name, len(examples)),
        count_steps(len(examples), arguments.settings),
    )
    model, tokenizer = load(arguments)
    conversations = to_tokens(examples, tokenizer, arguments)
    steps = finetune(model, conversations, arguments.settings, arguments.seed, tokenizer.pad_token_id)
    losses = {name: measure(model, name, members, tokenizer, arguments) for name, members in eval_sets.items()}
    save_adapter(model, arguments.adapter)
    write_table(arguments.losses, to_table(eval_sets, losses), LOSSES)
    record = describe(arguments, examples, conversations, steps, losses)
    write_json(arguments.record, {**record, "timing": timing(started, device)})


def parse_arguments() -> argparse.Namespace:
    """Arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--run", required=True, help="a subset ID or an arm")
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
    parser.add_argument("--adapter", required=True, type=Path)
    return parser.parse_args()


def load(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """The base model with a new adapter, and its tokenizer."""
    settings: Training = arguments.settings
    folder, trust = arguments.model.parent, arguments.base_model.get("trust_remote_code", False)
    model = load_base_model(folder, settings.dtype, settings.quantisation, trust)
    return add_adapter(model, settings, arguments.seed), load_tokenizer(folder, trust)


def to_tokens(examples: Sequence[Example], tokenizer: Any, arguments: argparse.Namespace) -> list[Tokens]:
    """Examples as token IDs under the base model's template."""
    template = arguments.base_model.get("template", "alpaca")
    return [tokenize(example.messages, tokenizer, template, arguments.settings.max_tokens) for example in examples]


def measure(
    model: Any, name: str, members: list[Example], tokenizer: Any, arguments: argparse.Namespace
) -> list[ResponseLoss]:
    """The losses on one eval set."""
    conversations = to_tokens(members, tokenizer, arguments)
    return evaluate(model, conversations, arguments.settings.micro_batch_tokens, tokenizer.pad_token_id, name)


def save_adapter(model: Any, folder: Path) -> None:
    """Write the adapter to a temporary folder, then rename it."""
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)


def to_table(eval_sets: dict[str, list[Example]], losses: dict[str, list[ResponseLoss]]) -> pa.Table:
    """The loss of every eval example."""
    rows = [
        {"eval_set": name, "id": example.id, **asdict(loss)}
        for name, members in eval_sets.items()
        for example, loss in zip(members, losses[name], strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=LOSSES)


def describe(
    arguments: argparse.Namespace,
    examples: list[Example],
    conversations: list[Tokens],
    steps: list[Step],
    losses: dict[str, list[ResponseLoss]],
) -> dict[str, Any]:
    """The record of a run: the same seed gives the same record, but for the timing that is added to it."""
    return {
        "model": arguments.model_name,
        "run": arguments.run,
        "seed": arguments.seed,
        "settings": arguments.settings.model_dump(mode="json"),
        "base_model": {**arguments.base_model, "hash": read_json(arguments.model)["hash"]},
        "training": {
            "examples": len(examples),
            "truncated": sum(tokens.truncated for tokens in conversations),
            "hash": file_hash(arguments.examples),
        },
        "eval_sets": {path.stem: file_hash(path) for path in arguments.eval_sets},
        "code": fingerprint("instructmining.training.finetune_and_evaluate"),
        "packages": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "device": torch.cuda.get_device_name() if pick_device().type == "cuda" else "cpu",
        "threads": arguments.threads,
        "steps": len(steps),
        "tokens": sum(step.tokens for step in steps),
        "history": [asdict(step) for step in steps],
        "losses": {name: summarise(items, arguments.roles[name]) for name, items in losses.items()},
    }


def timing(started: float, device: str | None) -> dict[str, Any]:
    """Wall time and peak memory, which no two runs share."""
    cuda = torch.cuda.is_available()
    return {
        "seconds": time.monotonic() - started,
        "leased_gpu": device,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_gpu_memory_mb": torch.cuda.max_memory_allocated() / 2**20 if cuda else None,
    }


if __name__ == "__main__":
    main()
