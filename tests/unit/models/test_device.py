"""One GPU for one job."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from instructmining.models.device import lease_gpu


def test_a_gpu_is_leased_to_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    code = f"from pathlib import Path; from instructmining.models.device import lease_gpu; print(lease_gpu(folder=Path({str(tmp_path)!r})))"
    assert lease_gpu(folder=tmp_path) == "0"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "CUDA_VISIBLE_DEVICES": "0,1"}
    )
    assert other.stdout.strip() == "1"


def test_inside_slurm_nothing_is_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    assert lease_gpu(["0"]) is None


def test_without_a_gpu_nothing_is_leased_and_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert lease_gpu(folder=tmp_path) is None
