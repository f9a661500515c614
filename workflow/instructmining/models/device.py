"""One GPU for one job on a workstation, where GPUs are counted but not assigned to jobs; Slurm assigns them itself."""

import fcntl
import os
import tempfile
import time
from pathlib import Path

_held: list[int] = []  # open lock files; the kernel frees them with the process, also after kill -9


def lease_gpu(devices: list[str] | None = None, folder: Path | None = None, poll_seconds: float = 1.0) -> str | None:
    """Wait for a free GPU and make it the only visible one; call before torch starts CUDA.

    `devices` defaults to CUDA_VISIBLE_DEVICES or to all GPUs. Returns the device, or None where there is nothing to
    lease: inside Slurm, or without a GPU.
    """
    if "SLURM_JOB_ID" in os.environ:
        return None
    devices = _devices() if devices is None else devices
    folder = folder or Path(tempfile.gettempdir())
    while devices:
        for device in devices:
            if _lock(folder / f"instructmining-gpu-{device}.lock"):
                os.environ["CUDA_VISIBLE_DEVICES"] = device
                return device
        time.sleep(poll_seconds)
    return None


def _devices() -> list[str]:
    """The GPUs that this process may see."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [device for device in visible.split(",") if device]
    return sorted(path.name.removeprefix("nvidia") for path in Path("/dev").glob("nvidia[0-9]*"))


def _lock(path: Path) -> bool:
    """Whether the lock was acquired; it is then held until the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _held.append(descriptor)
    return True
