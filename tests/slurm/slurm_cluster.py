"""What the tests know of the cluster that `cluster.sh` starts: how to run commands on it, Snakemake among them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PROFILE = REPOSITORY / "profiles" / "slurm"
SCRIPT = Path(__file__).with_name("cluster.sh")

# The profile is made for jobs of many minutes on a network file system; a test waits for neither.
QUICK_SNAKEMAKE = SCRIPT.parent / "quick" / "snakemake"
NO_NETWORK_FILE_SYSTEM = ["--latency-wait", "5"]

SECONDS_TO_GIVE_UP = 60


@dataclass(frozen=True)
class Finished:
    """How a run of Snakemake ended: its exit code, and all it said."""

    code: int
    output: str


@dataclass(frozen=True)
class Cluster:
    """One cluster, in one folder; `options` are the variables that `cluster.sh` lists in its first lines."""

    folder: Path
    options: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """The caller's variables, with Snakemake's own Python first on the path: jobs inherit it."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "SLURM_TEST_CLUSTER": str(self.folder), **dict(self.options)}

    def manage(self, *arguments: str) -> str:
        """Call `cluster.sh` (start, stop, status, ...) and return what it printed; an error shows what it said."""
        done = subprocess.run([SCRIPT, *arguments], env=self.environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"cluster.sh {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def shell(self, *command: str) -> str:
        """Run a command where the cluster can be seen, and return what it printed."""
        return self.manage("shell", *command)

    def start_snakemake(
        self, folder: Path, *options: str, python: Sequence[str] = (sys.executable,), profile: Path = PROFILE
    ) -> subprocess.Popen[str]:
        """Start the Snakefile in `folder` with the Slurm profile, as the leader of a process group of its own."""
        command = [*python, str(QUICK_SNAKEMAKE), "--profile", str(profile), *NO_NETWORK_FILE_SYSTEM, *options]
        return subprocess.Popen(
            [SCRIPT, "shell", *command],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def snakemake(self, folder: Path, *options: str, seconds: float, profile: Path = PROFILE) -> Finished:
        """Run the Snakefile in `folder` with the Slurm profile; after `seconds` it is interrupted and the test fails."""
        return self.finish(self.start_snakemake(folder, *options, profile=profile), seconds)

    def finish(self, process: subprocess.Popen[str], seconds: float) -> Finished:
        """Wait for a run that was started; after `seconds` it is interrupted and the test fails.

        Snakemake can wait for ever for a job that Slurm has forgotten, without a word; hence the limit.
        """
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"not done after {seconds} s:\n{self._end(process)}") from None
        return Finished(process.returncode, output)

    def _end(self, process: subprocess.Popen[str]) -> str:
        """Interrupt a run, so that it cancels its jobs; kill it if it does not end. Returns what it had said."""
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=SECONDS_TO_GIVE_UP)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.shell("scancel", "--user=root")
            return process.communicate()[0]


def small_workflow(folder: Path, rules: str) -> Path:
    """A folder with a Snakefile of a few rules, which finds sbatch and sacct where the workflow itself does."""
    folder.mkdir(exist_ok=True)
    first = f'import os\nos.environ["PATH"] = "{REPOSITORY}/workflow/slurm:" + os.environ["PATH"]\n'
    (folder / "Snakefile").write_text(first + rules)
    return folder


def site_profile(folder: Path, **values: str) -> Path:
    """The Slurm profile with other values in the block of the site, as a file in `folder`."""
    text = (PROFILE / "profile.yaml").read_text()
    for name, value in values.items():
        text, found = re.subn(rf"^  {name}: [^ ?\n][^ \n]*", f"  {name}: {value}", text, flags=re.MULTILINE)
        assert found == 1, f"the profile has no {name}"
    (folder / "profile.yaml").write_text(text)
    return folder / "profile.yaml"


def python_of(user: str, home: Path) -> list[str]:
    """The command that runs Python with the packages of the tests as another Unix user, who owns `home` from then on.

    Skips the test where that user may run no such Python: the one in use often lies below a private folder.
    """
    others_may_pass(home)
    for path in (home, *home.iterdir()):
        shutil.chown(path, user)
    packages = sysconfig.get_path("purelib")
    command = ["runuser", "-u", user, "--", "env", f"HOME={home}", "PATH=/usr/bin:/bin", f"PYTHONPATH={packages}"]
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        tried = [*command, python, str(QUICK_SNAKEMAKE), "--version"]
        if subprocess.run(tried, capture_output=True).returncode == 0:
            return [*command, python]
    pytest.skip(f"the user {user} may run neither {sys.executable} nor a Python of the system with these packages")


def others_may_pass(folder: Path) -> None:
    """Let other Unix users come by a folder; those that pytest makes are private."""
    temporary = Path(tempfile.gettempdir())
    for step in (folder, *folder.parents):
        if step.is_relative_to(temporary) and step != temporary:
            step.chmod(step.stat().st_mode | 0o011)


def lines(path: Path) -> list[str]:
    """The lines of a file; none where it is missing."""
    return path.read_text().splitlines() if path.exists() else []


def slurm_logs(folder: Path) -> str:
    """Slurm's own logs of the jobs of a run."""
    return "\n".join(log.read_text() for log in folder.glob(".snakemake/slurm_logs/**/*.log"))


def wait_until(condition: Callable[[], object], *runs: subprocess.Popen[str], seconds: float = 1800) -> None:
    """Wait for a condition, and fail where it does not come true in time, or one of the runs ends before."""
    deadline = time.monotonic() + seconds
    while not condition():
        for run in runs:
            assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.2)


def reason_not_to_start() -> str | None:
    """Why no cluster can be started on this machine, or None if one can."""
    if os.geteuid() != 0:
        return "a Slurm test cluster needs root (devices, a mount namespace)"
    if not Path("/etc/debian_version").exists():
        return "tests/slurm/cluster.sh knows Debian's packages only"
    if Path("/run/systemd/system").exists() and not shutil.which("slurmctld"):
        return "installing Slurm here would start its services: run tests/slurm/cluster.sh install yourself"
    return None


def free_ports(count: int = 4) -> int:
    """The first of `count` ports in a row that nothing listens on, so that clusters of several sessions can coexist."""
    for first in range(20_000 + os.getpid() % 1_000 * 10, 32_000, count):
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise RuntimeError(f"no {count} free ports in a row")


def is_free(port: int) -> bool:
    """Whether a port of the loopback interface can be bound."""
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
