"""The definitions of the container, for Docker and for Apptainer: one list of steps, which installs the locks.

    python -m instructmining.container_files        # writes them; a test fails where they have drifted

The steps check the hashes of the locks, so that an image is never built from other locks than its definition was.
"""

import hashlib
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import write_text

ENVS = Path(__file__).parents[2] / "envs"
DOCKERFILE, APPTAINER = ENVS / "Dockerfile", ENVS / "apptainer.def"
LOCKS = ("cpu.lock", "cuda.lock", "embedded.lock")
BASE = "debian:bookworm-slim"
"""Debian 12: its Python is the 3.11 of the locks, and a folder made by debootstrap can stand in for it."""
ENVIRONMENT = {"PATH": "/opt/instructmining/bin:$PATH", "PYTHONNOUSERSITE": "1"}

HEADER = """\
# The container of the workflow: its environment; the code is that of the checkout. docs/cluster.md says how to run it.
# Made by `make config` from the locks. LOCK says which: cuda, or cpu for machines without a GPU.
#
# Build it in the folder of the checkout, for the CPU with --build-arg LOCK=cpu:
#   {build}
"""


def main() -> None:
    """Write both."""
    write_text(DOCKERFILE, dockerfile(lock_hashes(ENVS)))
    write_text(APPTAINER, apptainer_definition(lock_hashes(ENVS)))


def lock_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each lock."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in LOCKS}


def steps(hashes: dict[str, str]) -> list[str]:
    """The commands that install everything, for a shell in which LOCK says which lock."""
    pip, checks = (
        "/opt/instructmining/bin/pip install --no-cache-dir",
        " ".join(f"'{digest}  {name}'" for name, digest in hashes.items()),
    )
    return [
        f"cd /opt/locks && printf '%s\\n' {checks} | sha256sum --check --strict",
        "apt-get update"
        " && apt-get install --yes --no-install-recommends ca-certificates git make python3.11 python3.11-venv"
        " && rm -rf /var/lib/apt/lists/*",
        "python3.11 -m venv /opt/instructmining",
        f'{pip} --requirement "/opt/locks/$LOCK.lock"',
        f"{pip} --no-deps --requirement /opt/locks/embedded.lock",
    ]


def dockerfile(hashes: dict[str, str]) -> str:
    """The definition for Docker and what understands its files."""
    lines = [
        HEADER.format(build="docker build --file envs/Dockerfile --tag instructmining ."),
        f"FROM {BASE}",
        "ARG LOCK=cuda",
        f"COPY {' '.join(f'envs/{name}' for name in hashes)} /opt/locks/",
        *(f"RUN {step}" for step in steps(hashes)),
        *(f'ENV {name}="{value}"' for name, value in ENVIRONMENT.items()),
    ]
    return "\n".join(lines) + "\n"


def apptainer_definition(hashes: dict[str, str]) -> str:
    """The definition for Apptainer, from 1.2 on."""
    sections = {
        "arguments": ["LOCK=cuda"],
        "files": [f"envs/{name} /opt/locks/{name}" for name in hashes],
        "post": ["set -e", "export LOCK={{ LOCK }}", *steps(hashes)],
        "environment": [f'export {name}="{value}"' for name, value in ENVIRONMENT.items()],
    }
    parts = [f"%{name}\n" + "".join(f"    {line}\n" for line in lines) for name, lines in sections.items()]
    header = HEADER.format(build="apptainer build envs/instructmining.sif envs/apptainer.def")
    return "\n".join([f"Bootstrap: docker\nFrom: {BASE}\n", header, *parts])


if __name__ == "__main__":
    run_main(main)
