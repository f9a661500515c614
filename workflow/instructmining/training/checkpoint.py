"""Checkpoints of a fine-tune: a job that is stopped early resumes where it was, and ends with the same losses.

One safetensors file holds everything that the next step depends on: adapter, optimizer, schedule, random state and
position. It is written every few minutes, and once more on SIGTERM, which Slurm sends before it ends or preempts a job;
the process then exits with code 143, and the retry resumes. The file is in the store, because declared outputs are
deleted before a retry; it is deleted once the adapter is kept.
"""

import json
import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from instructmining.files import replacing
from instructmining.training.step import Step

STOPPED = 128 + signal.SIGTERM  # the exit code of a process that SIGTERM ended


@dataclass
class State:
    """Everything that the next step depends on."""

    parameters: dict[str, torch.nn.Parameter]  # the trained ones, by name
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    history: list[Step] = field(default_factory=list)
    mean: dict[str, Tensor] = field(default_factory=dict)  # of the parameters over the last steps so far, by name

    def add_to_mean(self, before: int) -> None:
        """Count the parameters into their mean, which is of `before` steps so far."""
        for name, parameter in self.parameters.items():
            mean = self.mean.setdefault(name, torch.zeros_like(parameter))
            mean += (parameter.detach() - mean) / (before + 1)

    def take_mean(self) -> None:
        """Replace the parameters by their mean."""
        for name, parameter in self.parameters.items():
            parameter.data.copy_(self.mean[name])

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state, by name, on the CPU."""
        found = {f"parameter/{name}": parameter.data for name, parameter in self.parameters.items()}
        for name, parameter in self.parameters.items():
            found |= {f"optimizer/{name}/{key}": value for key, value in self.optimizer.state[parameter].items()}
        found |= {f"mean/{name}": mean for name, mean in self.mean.items()}
        found["random/cpu"] = torch.get_rng_state()
        if torch.cuda.is_available():
            found["random/cuda"] = torch.cuda.get_rng_state()
        return {name: tensor.detach().cpu().contiguous() for name, tensor in found.items()}

    def restore(self, tensors: dict[str, Tensor], schedule: dict[str, Any], history: list[Step]) -> None:
        """Become the state that was saved."""
        for name, parameter in self.parameters.items():
            parameter.data.copy_(tensors[f"parameter/{name}"])
            start = f"optimizer/{name}/"
            saved = {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}
            # AdamW keeps its step count on the CPU and its moments beside the parameter.
            self.optimizer.state[parameter] = {
                key: value if key == "step" else value.to(parameter.device) for key, value in saved.items()
            }
            if f"mean/{name}" in tensors:
                self.mean[name] = tensors[f"mean/{name}"].to(parameter.device)
        self.schedule.load_state_dict(schedule)
        for group, rate in zip(self.optimizer.param_groups, self.schedule.get_last_lr(), strict=True):
            group["lr"] = rate
        self.history[:] = history
        torch.set_rng_state(tensors["random/cpu"])
        if torch.cuda.is_available() and "random/cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random/cuda"])


class Checkpoint:
    """The checkpoint file of one run; `manifest` is the hash of everything that the run's training depends on."""

    def __init__(self, path: Path, manifest: str, every_minutes: float) -> None:
        self.path, self.manifest, self.every_minutes = path, manifest, every_minutes
        self.seconds_before = 0.0  # of jobs that were stopped early, up to their last checkpoint
        self._started = self._saved = time.monotonic()
        self._stopped = False

    def resume(self, state: State) -> None:
        """Restore the saved state, if there is one and it belongs to this same training."""
        try:
            with safe_open(self.path, framework="pt") as file:
                about = file.metadata()
                if about["manifest"] != self.manifest:
                    logging.info("%s belongs to other settings, data or code: training from the start", self.path)
                    return
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        except FileNotFoundError:
            return
        except (SafetensorError, OSError, KeyError, TypeError) as error:
            logging.info("%s cannot be read (%s): training from the start", self.path, error)
            return
        history = [Step(**step) for step in json.loads(about["history"])]
        state.restore(tensors, json.loads(about["schedule"]), history)
        self.seconds_before = float(about["seconds"])
        logging.info("resuming after step %d from %s", len(history), self.path)

    def seconds(self) -> float:
        """Wall time of the training so far in seconds, including the time before an interruption."""
        return self.seconds_before + time.monotonic() - self._started

    def after_step(self, state: State) -> None:
        """Save if it is time to; after SIGTERM, save and exit."""
        if self._stopped or time.monotonic() - self._saved >= self.every_minutes * 60:
            self.save(state)
        if self._stopped:
            logging.info("stopped by SIGTERM; step %d is saved in %s", len(state.history), self.path)
            raise SystemExit(STOPPED)

    def save(self, state: State) -> None:
        """Write the file, whole or not at all."""
        about = {
            "manifest": self.manifest,
            "schedule": json.dumps(state.schedule.state_dict()),
            "history": json.dumps([asdict(step) for step in state.history]),
            "seconds": str(self.seconds()),
        }
        try:
            with replacing(self.path) as temporary:
                save_file(state.tensors(), temporary, metadata=about)
        except FileNotFoundError:
            logging.info("%s is not written: another job has finished the same training and deleted it", self.path)
        self._saved = time.monotonic()

    def remove(self) -> None:
        """Delete the file, and the temporary files of a process that was killed while writing."""
        for path in (self.path, *self.path.parent.glob(f".{self.path.name}.*.tmp")):
            path.unlink(missing_ok=True)

    @contextmanager
    def saving_on_sigterm(self) -> Iterator[None]:
        """SIGTERM ends the process after the current step, not at once."""

        def stop(number: int, frame: object) -> None:
            self._stopped = True

        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
