"""The tuned model of a finished run, from the adapter that the run kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import PeftModel

from instructmining.files import read_json
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.settings import Template
from instructmining.training.settings import Training
from instructmining.training.tuned_model import MANIFEST, find_kept


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
    if find_kept(adapter, _manifest(run)) is None or read_json(model)["hash"] != run["base_model"]["hash"]:
        raise ValueError(
            f"{adapter}: not the adapter, or {model} not the base model, that {record} tells of;"
            f" delete {record}, and the run is made again"
        )
    base_model, settings = run["base_model"], Training.model_validate(run["settings"])
    trust = base_model.get("trust_remote_code", False)
    base = load_base_model(model.parent, settings.dtype, settings.quantisation, trust)
    return TunedModel(
        PeftModel.from_pretrained(base, adapter).eval(),
        load_tokenizer(model.parent, trust),
        base_model.get("template", "alpaca"),
        {
            **{name: run[name] for name in ("model", "run", "seed", "base_model")},
            "adapter": read_json(adapter / MANIFEST)["weights"],
        },
    )


def _manifest(run: dict[str, Any]) -> dict[str, Any]:
    """The manifest of the adapter, as far as the record of its run tells: all of it."""
    same = {name: run[name] for name in ("settings", "base_model", "seed", "threads", "packages")}
    return {**same, "examples": run["training"]["hash"], "code": run["training"]["code"]}
