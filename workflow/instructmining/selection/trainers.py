"""Configs for axolotl and LLaMA-Factory that tune on an exported selection as `training` of the config says.

Both are run in the folder of the export. A comment at the top says what they have no key for.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from instructmining.data.forms.write import ExportForm
from instructmining.models.settings import BaseModel
from instructmining.training.settings import Training

DATA_SET = "selection"
TURNS = {
    "messages": {"list": "messages", "role": "role", "content": "content", "user": "user", "assistant": "assistant"},
    "sharegpt": {"list": "conversations", "role": "from", "content": "value", "user": "human", "assistant": "gpt"},
}
"""The field of a form that lists its turns, and the names of their parts and roles."""


@dataclass(frozen=True)
class Handover:
    """What the config of a trainer is made from."""

    form: ExportForm
    """The form that it reads, from {form}.jsonl."""
    fields: tuple[str, ...]
    """The fields of its rows."""
    several_turns: int
    """Number of examples with more than one exchange."""
    model: str
    """The base model: a name on the hub, or a folder relative to the export's."""
    base_model: BaseModel
    training: Training


def axolotl(handover: Handover) -> str:
    """A config for `axolotl train`."""
    training, notes = handover.training, [f"Run in this folder: axolotl train axolotl.yaml. {_SAME}"]
    values: dict[str, Any] = {
        "base_model": handover.model,
        **({"revision_of_model": handover.base_model.revision} if handover.base_model.revision else {}),
        "trust_remote_code": handover.base_model.trust_remote_code,
        **({"chat_template": "tokenizer_default_fallback_chatml"} if handover.form in TURNS else {}),
        "datasets": [{"path": f"{handover.form}.jsonl", "ds_type": "json", **_axolotl_form(handover.form)}],
        "val_set_size": 0,
        "output_dir": "axolotl",
        "sequence_len": training.max_tokens,
        "sample_packing": False,
        "train_on_inputs": False,
        **_axolotl_adapter(training),
        "micro_batch_size": 1,
        "gradient_accumulation_steps": training.batch_size,
        **({"max_steps": training.steps} if training.steps else {"num_epochs": training.epochs}),
        "optimizer": "adamw_torch",
        "learning_rate": training.learning_rate,
        "lr_scheduler": training.schedule,
        "warmup_ratio": training.warmup,
        "weight_decay": training.weight_decay,
        "max_grad_norm": training.max_grad_norm,
        "bf16": training.dtype == "bf16",
        "fp16": training.dtype == "fp16",
        "gradient_checkpointing": training.gradient_checkpointing,
        "logging_steps": 1,
    }
    if handover.form == "alpaca" and handover.several_turns:
        notes.append(
            f"{handover.several_turns} examples have several turns, of which axolotl's alpaca type reads only the last;"
            " to train on all of them, put messages first in selection.exports."
        )
    return _write(notes, values)


def llama_factory(handover: Handover) -> str:
    """A config for `llamafactory-cli train`; the data set is described in dataset_info.json."""
    training = handover.training
    notes = [f"Run in this folder: llamafactory-cli train llama_factory.yaml. {_SAME}"]
    values = {
        "model_name_or_path": handover.model,
        **({"model_revision": handover.base_model.revision} if handover.base_model.revision else {}),
        "trust_remote_code": handover.base_model.trust_remote_code,
        "stage": "sft",
        "do_train": True,
        **_llama_factory_adapter(training),
        "dataset_dir": ".",
        "dataset": DATA_SET,
        **({"template": "alpaca"} if handover.base_model.template == "alpaca" else {}),
        "cutoff_len": training.max_tokens,
        "output_dir": "llama_factory",
        "per_device_train_batch_size": 1,
        "gradient_accumulation_steps": training.batch_size,
        **({"max_steps": training.steps} if training.steps else {"num_train_epochs": training.epochs}),
        "learning_rate": training.learning_rate,
        "lr_scheduler_type": training.schedule,
        "warmup_ratio": training.warmup,
        "weight_decay": training.weight_decay,
        "max_grad_norm": training.max_grad_norm,
        "bf16": training.dtype == "bf16",
        "fp16": training.dtype == "fp16",
        "logging_steps": 1,
        "report_to": "none",
    }
    if handover.base_model.template != "alpaca":
        notes.append(
            "Without `template`, the tokenizer's own is used; if it has none, set `template` to your model's family."
        )
    return _write(notes, values)


def dataset_info(handover: Handover) -> dict[str, Any]:
    """What LLaMA-Factory reads about the data set."""
    file = {"file_name": f"{handover.form}.jsonl"}
    if handover.form == "alpaca":
        columns = {"prompt": "instruction", "query": "input", "response": "output"}
        columns |= {name: name for name in ("system", "history") if name in handover.fields}
        return {DATA_SET: {**file, "columns": columns}}
    turns = TURNS[handover.form]
    tags = {f"{name}_tag": turns[name] for name in ("role", "content", "user", "assistant")} | {"system_tag": "system"}
    return {DATA_SET: {**file, "formatting": "sharegpt", "columns": {"messages": turns["list"]}, "tags": tags}}


_SAME = (
    "The values are those of `training` in the config. The trainer has its own prompt template and its own choice of"
    " the turns to learn, so expect other losses than in the comparison."
)


def _axolotl_form(form: ExportForm) -> dict[str, Any]:
    if form == "alpaca":
        return {"type": "alpaca"}
    turns = TURNS[form]
    return {
        "type": "chat_template",
        "field_messages": turns["list"],
        "message_property_mappings": {"role": turns["role"], "content": turns["content"]},
        "roles_to_train": ["assistant"],
    }


def _axolotl_adapter(training: Training) -> dict[str, Any]:
    every = training.lora.targets == "all-linear"
    return {
        "adapter": "qlora" if training.quantisation == "nf4" else "lora",
        "load_in_4bit": training.quantisation == "nf4",
        "load_in_8bit": training.quantisation == "int8",
        "lora_r": training.lora.rank,
        "lora_alpha": training.lora.alpha,
        "lora_dropout": training.lora.dropout,
        **({"lora_target_linear": True} if every else {"lora_target_modules": _targets(training)}),
    }


def _llama_factory_adapter(training: Training) -> dict[str, Any]:
    return {
        "finetuning_type": "lora",
        "lora_rank": training.lora.rank,
        "lora_alpha": training.lora.alpha,
        "lora_dropout": training.lora.dropout,
        "lora_target": "all" if training.lora.targets == "all-linear" else ",".join(_targets(training)),
        **({"quantization_bit": {"nf4": 4, "int8": 8}[training.quantisation]} if training.quantisation else {}),
    }


def _targets(training: Training) -> list[str]:
    targets = training.lora.targets
    return [targets] if isinstance(targets, str) else targets


def _write(notes: list[str], values: dict[str, Any]) -> str:
    head = "".join(f"# {note}\n" for note in notes)
    return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
