"""Stops jobs whose config or code was edited after the run was started: Snakemake records those of its own start.

A job reads both again when it starts. If one was edited in between, the job would not do what is recorded, and its
result would pass for up to date once the edit is undone. The plan of the run reaches jobs in an environment variable.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "INSTRUCTMINING_PLAN"
PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Plan:
    """What the jobs of a run are expected to run."""

    files: str
    """The hash of all files of code: if it is the same, nothing was edited."""
    config: str
    """The hash of the config and of the rules."""
    commands: dict[str, str]
    """The fingerprint of each command, and of each function of the user's."""

    def hand_on(self) -> None:
        """Put the plan into the environment, which jobs inherit."""
        os.environ[VARIABLE] = json.dumps(asdict(self))


def plan_at_hand() -> Plan | None:
    """The plan that this process was started with, if there is one."""
    text = os.environ.get(VARIABLE)
    return Plan(**json.loads(text)) if text else None


def files_hash() -> str:
    """The hash of all files of code of this package."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def rules_hash(folder: Path) -> str:
    """The hash of a Snakefile and the rules that it includes, without empty lines and comments."""
    digest = hashlib.blake2b(digest_size=16)
    for path in [folder / "Snakefile", *sorted(folder.rglob("*.smk"))]:
        lines = path.read_text(encoding="utf-8").splitlines()
        digest.update("\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#")).encode())
    return digest.hexdigest()


def config_problem(plan: Plan | None, config: str) -> str | None:
    """What is wrong if the config or the rules are not those of the plan."""
    if plan is None or plan.config == config:
        return None
    return f"The config or the rules were edited after this run was started. {ADVICE}"


def hold_to_plan() -> None:
    """End this process, before it has done anything, if its code is not what was planned."""
    plan = plan_at_hand()
    if plan is None or plan.files == files_hash():
        return
    from instructmining.jobs.fingerprint import fingerprint

    hold_code_to_plan(started_module(), fingerprint)


def hold_code_to_plan(name: str, fingerprint: Callable[[str], str]) -> None:
    """End this process if a command, or a function of the user's, does not have the planned fingerprint."""
    plan = plan_at_hand()
    if plan and name in plan.commands and fingerprint(name) != plan.commands[name]:
        sys.exit(f"The code of {name} was edited after this run was started. {ADVICE}")


def started_module() -> str:
    """The module that Python was started with, by `-m`."""
    options = sys.orig_argv[1:]
    return options[options.index("-m") + 1] if "-m" in options[:-1] else ""


ADVICE = (
    "This job would not do what is recorded, so it stops. Undo the edit, or stop the run and start it again:"
    " finished results stay, and those that the edit changes are made again."
)
