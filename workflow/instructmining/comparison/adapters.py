"""The tuned model of a finished run, from the adapter that was kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import PeftModel

from instructmining.comparison.result import ModelOrigin
from instructmining.files import read_json, read_result
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.settings import BaseModel, Template
from instructmining.training.record import Record
from instructmining.training.settings import Training
from instructmining.training.store import check_adapter


@dataclass(frozen=True)
class TunedModel:
    """A base model with the adapter of a run, in evaluation mode, on the device of this job."""

    model: Any
    """A `PeftModel`."""
    tokenizer: Any
    """The tokenizer of the base model."""
    template: Template
    """How a conversation is written for it."""
    origin: ModelOrigin
    """What names it in a result."""


def load_tuned(record: Path, adapter: Path, model: Path) -> TunedModel:
    """The model that a run has tuned; `model` is the `model.json` of its base model.

    Raises ValueError where adapter or base model are not those of the record.
    """
    run = read_result(Record, record)
    try:
        weights = _check(run, adapter, model)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"{adapter} and {model} are not the adapter and the base model of {record} ({error});"
            f" delete {record} and run again"
        ) from error
    settings, trust = Training.model_validate(run.settings), _given_or_default(run.base_model, "trust_remote_code")
    base = load_base_model(model.parent, settings.dtype, settings.quantisation, trust)
    return TunedModel(
        PeftModel.from_pretrained(base, adapter).eval(),
        load_tokenizer(model.parent, trust),
        _given_or_default(run.base_model, "template"),
        ModelOrigin(run.model, run.run, run.seed, run.base_model, weights),
    )


def _given_or_default(base_model: dict[str, Any], setting: str) -> Any:
    """A setting of a base model, of which the record has those that were given."""
    return base_model.get(setting, BaseModel.model_fields[setting].default)


def _check(run: Record, adapter: Path, model: Path) -> str:
    """The hash of the adapter's weights; raises ValueError unless record, adapter and base model belong together."""
    about = check_adapter(adapter, run.training.manifest)
    tuned_with, recorded = (Training.model_validate(each) for each in (about["manifest"]["settings"], run.settings))
    if tuned_with != recorded:
        raise ValueError(f"found the settings {recorded}, expected {tuned_with}")
    found, expected = read_json(model)["hash"], run.base_model["hash"]
    if found != expected:
        raise ValueError(f"{model} has the hash {found[:12]}, expected {expected[:12]}")
    return str(about["weights"])
