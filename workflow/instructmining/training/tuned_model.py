"""The tuned model of a run: from the adapter that an earlier job kept, or by training it.

An adapter is kept beside `manifest.json`: all that training depends on (settings, seed, base model, template, examples,
code, versions), the hash of the weights, and what training went through. It is loaded again only where this manifest is
the one that training would write now, so that a new eval set costs an evaluation, and a stale adapter is never used.
The folder is no declared output of its rule: Snakemake deletes those before it runs a job again.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from peft import set_peft_model_state_dict
from safetensors.torch import load_file

from instructmining.example import Example, read_examples
from instructmining.files import file_hash, read_json, write_json
from instructmining.jobs.fingerprint import fingerprint
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prompt import Tokens, tokenize
from instructmining.training.checkpoint import Checkpoint
from instructmining.training.finetune import add_adapter, finetune
from instructmining.training.settings import Training
from instructmining.training.step import Step

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "tokenizers", "numpy")
WEIGHTS, MANIFEST = "adapter_model.safetensors", "manifest.json"


@dataclass(frozen=True)
class Task:
    """What a run trains: a base model on a table of examples."""

    model: Path  # model.json of the prepared base model
    base_model: dict[str, Any]
    settings: Training
    examples: Path
    seed: int
    threads: int

    def manifest(self) -> dict[str, Any]:
        """All that the adapter depends on."""
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"checkpoint_minutes"}),
            "base_model": {**self.base_model, "hash": read_json(self.model)["hash"]},
            "examples": file_hash(self.examples),
            "seed": self.seed,
            "threads": self.threads,
            "code": fingerprint("instructmining.training.tuned_model"),
            "packages": {name: version(name) for name in PACKAGES},
        }

    def tokens(self, examples: Sequence[Example], tokenizer: Any) -> list[Tokens]:
        """Examples as token IDs under the base model's template."""
        template = self.base_model.get("template", "alpaca")
        return [tokenize(example.messages, tokenizer, template, self.settings.max_tokens) for example in examples]


@dataclass(frozen=True)
class Trained:
    """What training went through."""

    examples: int
    truncated: int
    device: str
    history: list[Step]
    seconds: float
    seconds_before: float  # of these, in earlier jobs: of one that kept the adapter, or of those that were ended early


def manifest_hash(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest, in hex."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def tuned_model(task: Task, folder: Path, checkpoint_minutes: float) -> tuple[Any, Any, Trained]:
    """The tuned model, its tokenizer, and what training went through; `folder` keeps the adapter."""
    manifest, trust = task.manifest(), task.base_model.get("trust_remote_code", False)
    tokenizer = load_tokenizer(task.model.parent, trust)
    base = load_base_model(task.model.parent, task.settings.dtype, task.settings.quantisation, trust)
    model = add_adapter(base, task.settings, task.seed)
    checkpoint = Checkpoint(folder.with_name("checkpoint.safetensors"), manifest_hash(manifest), checkpoint_minutes)
    trained = find_kept(folder, manifest)
    if trained:
        logging.info("%s is what training would give: evaluating it, without training", folder)
        set_peft_model_state_dict(model, load_file(folder / WEIGHTS))
    else:
        trained = train(model, tokenizer, task, checkpoint)
        keep_adapter(model, folder, manifest, trained)
    checkpoint.remove()
    return model, tokenizer, trained


def train(model: Any, tokenizer: Any, task: Task, checkpoint: Checkpoint) -> Trained:
    """Train the adapter in place, from the last checkpoint on where there is one."""
    conversations = task.tokens(read_examples(task.examples), tokenizer)
    with checkpoint.saving_on_sigterm():
        history = finetune(model, conversations, task.settings, task.seed, tokenizer.pad_token_id, checkpoint)
    truncated = sum(tokens.truncated for tokens in conversations)
    spent = checkpoint.seconds(), checkpoint.seconds_before
    return Trained(len(conversations), truncated, device_name(), history, *spent)


def device_name() -> str:
    """The name of the GPU, or `cpu`."""
    return torch.cuda.get_device_name() if pick_device().type == "cuda" else "cpu"


def keep_adapter(model: Any, folder: Path, manifest: dict[str, Any], trained: Trained) -> None:
    """Write adapter and manifest to a temporary folder, then rename it: an adapter in its place is whole."""
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary)
    about = {"manifest": manifest, "weights": file_hash(temporary / WEIGHTS), "trained": asdict(trained)}
    write_json(temporary / MANIFEST, about)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)


def find_kept(folder: Path, manifest: dict[str, Any]) -> Trained | None:
    """What the training of the kept adapter went through; None where it is not exactly what training would give now."""
    try:
        about = read_json(folder / MANIFEST)
        if about["manifest"] != manifest or about["weights"] != file_hash(folder / WEIGHTS):
            logging.info("%s belongs to other settings, data or code, or is not whole: training anew", folder)
            return None
        trained = about["trained"]
        history = [Step(**step) for step in trained["history"]]
        return Trained(**{**trained, "history": history, "seconds_before": trained["seconds"]})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        logging.info("%s cannot be read (%s): training anew", folder / MANIFEST, error)
        return None
