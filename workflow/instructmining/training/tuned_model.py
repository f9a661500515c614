"""The tuned model of a run: from an adapter in the store, or by training one.

A kept adapter is used only if its manifest is the one that training would write now, so a stale one is never used.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import set_peft_model_state_dict
from safetensors.torch import load_file

from instructmining.example import Example, read_examples
from instructmining.files import file_hash, read_json
from instructmining.jobs.fingerprint import fingerprint
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.models.settings import Turns
from instructmining.training.checkpoint import Checkpoint
from instructmining.training.finetune import add_adapter, finetune
from instructmining.training.settings import Training, packages_of
from instructmining.training.step import Trained
from instructmining.training.store import WEIGHTS, Entry


@dataclass(frozen=True)
class TrainingTask:
    """What a run trains: a base model on a table of examples."""

    model: Path  # model.json of the prepared base model
    base_model: dict[str, Any]
    settings: Training
    examples: Path
    seed: int
    threads: int

    def manifest(self) -> dict[str, Any]:
        """All that the adapter depends on; of the settings only those given, so that a new key changes nothing."""
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"checkpoint_minutes"}, exclude_unset=True),
            "base_model": {**self.base_model, "hash": read_json(self.model)["hash"]},
            "examples": file_hash(self.examples),
            "seed": self.seed,
            "threads": self.threads,
            "code": fingerprint("instructmining.training.tuned_model", "untrained_model", "train"),
            "packages": packages_of(self.settings),
        }


def tuned_model(task: TrainingTask, entry: Entry, checkpoint_minutes: float) -> tuple[Any, Any, Trained]:
    """The tuned model, its tokenizer, and how it was trained; the adapter is then in the store."""
    model, tokenizer = untrained_model(task)
    checkpoint = Checkpoint(entry.checkpoint, entry.hash, checkpoint_minutes)
    trained = take_kept(model, entry) or train_and_keep(model, tokenizer, task, entry, checkpoint)
    checkpoint.remove()
    return model, tokenizer, trained


def untrained_model(task: TrainingTask) -> tuple[Any, Any]:
    """The base model with a new adapter, and its tokenizer."""
    trust = task.base_model.get("trust_remote_code", False)
    base = load_base_model(task.model.parent, task.settings.dtype, task.settings.quantisation, trust)
    return add_adapter(base, task.settings, task.seed), load_tokenizer(task.model.parent, trust)


def tokens_of(task: TrainingTask, examples: Sequence[Example], tokenizer: Any, turns: Turns = "last") -> list[Tokens]:
    """Examples as token IDs under the base model's template; losses are measured on the last response.

    A function, not a method, so that the code in a manifest reaches it: a method of an argument cannot be followed.
    """
    template, longest = task.base_model.get("template", "alpaca"), task.settings.max_tokens
    return [tokenize(one.messages, tokenizer, template, longest, one.tools, turns) for one in examples]


def take_kept(model: Any, entry: Entry) -> Trained | None:
    """Load the kept adapter's weights into the model, if there is one."""
    trained = entry.find()
    if trained:
        logging.info("%s is the adapter that training would give: evaluating it without training", entry.folder)
        set_peft_model_state_dict(model, load_file(entry.folder / WEIGHTS))
    return trained


def train_and_keep(model: Any, tokenizer: Any, task: TrainingTask, entry: Entry, checkpoint: Checkpoint) -> Trained:
    """Train the adapter and keep it; if another job has kept the same one meanwhile, use that."""
    trained = train(model, tokenizer, task, checkpoint)
    is_ours = entry.keep(model.save_pretrained, trained)
    return trained if is_ours else take_kept(model, entry) or trained


def train(model: Any, tokenizer: Any, task: TrainingTask, checkpoint: Checkpoint) -> Trained:
    """Train the adapter in place, from the last checkpoint if there is one."""
    conversations = tokens_of(task, read_examples(task.examples), tokenizer, task.settings.turns)
    with checkpoint.saving_on_sigterm():
        history = finetune(model, conversations, task.settings, task.seed, tokenizer.pad_token_id, checkpoint)
    truncated = sum(tokens.truncated for tokens in conversations)
    spent = checkpoint.seconds(), checkpoint.seconds_before
    return Trained(len(conversations), truncated, device_name(), history, *spent)


def device_name() -> str:
    """The name of the GPU, or `cpu`."""
    return torch.cuda.get_device_name() if pick_device().type == "cuda" else "cpu"
