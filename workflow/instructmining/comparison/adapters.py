"""The tuned model of a finished run, from the adapter that the run kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import PeftModel

from instructmining.files import read_json
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.settings import Template
from instructmining.training.settings import Training
from instructmining.training.store import check_adapter


@dataclass(frozen=True)
class TunedModel:
    """A base model with the adapter of a run, in evaluation mode, on the device of this job."""

    model: Any
    tokenizer: Any
    template: Template
    origin: dict[str, Any]
    """What names it in a result: run, seed, base model, and the hash of the adapter's weights."""


def load_tuned(record: Path, adapter: Path, model: Path) -> TunedModel:
    """The model that a run has tuned; `model` is the `model.json` of its base model.

    Raises ValueError where the adapter is not the one that the record tells of.
    """
    run = read_json(record)
    try:
        weights = _check(run, adapter, model)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"{adapter}: not the adapter, or {model} not the base model, that {record} tells of ({error});"
            f" delete {record}, and the run is made again"
        ) from error
    base_model, settings = run["base_model"], Training.model_validate(run["settings"])
    trust = base_model.get("trust_remote_code", False)
    base = load_base_model(model.parent, settings.dtype, settings.quantisation, trust)
    return TunedModel(
        PeftModel.from_pretrained(base, adapter).eval(),
        load_tokenizer(model.parent, trust),
        base_model.get("template", "alpaca"),
        {
            **{name: run[name] for name in ("model", "run", "seed", "base_model")},
            "adapter": weights,
        },
    )


def _check(run: dict[str, Any], adapter: Path, model: Path) -> str:
    """The hash of the adapter's weights; raises ValueError where record, adapter and base model are not of one run."""
    about = check_adapter(adapter, run["training"]["manifest"])
    tuned_with, recorded = (Training.model_validate(each["settings"]) for each in (about["manifest"], run))
    if tuned_with != recorded:
        raise ValueError(f"found the settings {recorded}, expected {tuned_with}")
    if (found := read_json(model)["hash"]) != run["base_model"]["hash"]:
        raise ValueError(f"{model} has the hash {found[:12]}, expected {run['base_model']['hash'][:12]}")
    return str(about["weights"])
