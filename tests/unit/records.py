"""Records of fine-tunes that nobody made."""

from dataclasses import replace
from typing import Any

from instructmining.data.settings import Role
from instructmining.training.record import AdapterTraining, EvalLoss, Record, Timing
from instructmining.training.step import Step

RECORD = Record(
    model="tiny",
    run="mixed.random",
    seed=0,
    settings={"epochs": 1},
    base_model={"hash": "b" * 64},
    training=AdapterTraining(20, 0, "e" * 64, "c" * 64, "m" * 64, "cpu"),
    eval_sets={"test": "f" * 64},
    code="d" * 64,
    packages={"torch": "2.13.0", "transformers": "5.23.0", "peft": "0.21.2", "bitsandbytes": "0.48.0"},
    python="3.11.2",
    device="cpu",
    threads=1,
    steps=10,
    tokens=800,
    history=(Step(2.0, 80, 1e-4),) * 10,
    losses={"test": EvalLoss("test", 9, 90, 2.0, 2.1)},
    timing=Timing(7200.0, 3600.0, None, None, 2048.0, None),
)


def made_record(run: str = RECORD.run, examples: int = RECORD.training.examples, **changes: Any) -> Record:
    """A record with these values, the others being those of RECORD."""
    return replace(RECORD, run=run, training=replace(RECORD.training, examples=examples), **changes)


def eval_loss(role: Role, token_loss: float) -> EvalLoss:
    """A loss on an eval set of nine examples."""
    return EvalLoss(role, 9, 90, token_loss, token_loss)
