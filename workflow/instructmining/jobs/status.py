"""What is done, running, or failed and why: from Snakemake's summary, its dry run, its last log and the logs of jobs.

{ snakemake --dry-run; snakemake --summary; } | python -m instructmining.jobs.status
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from instructmining.command import run_main
from instructmining.jobs.benchmarks import benchmark_of
from instructmining.jobs.plan import LINE, START, PlannedJob, job_lines, job_seconds, read_dry_run
from instructmining.jobs.slurm_jobs import Job, left_over_jobs, running_snakemake
from instructmining.jobs.submission import reasons_to_wait

LOGS = ".snakemake/log/*.snakemake.log"
BEGUN = "Select jobs to execute..."
ERROR = re.compile(r"^Error in rule (\w+):$")
FINISHED = re.compile(r"^Finished jobid: (\d+) ")
STATES = ("done", "running", "waiting", "failed")


@dataclass
class Event:
    """The latest news of a job in the log of a run."""

    rule: str
    state: str  # running, done or failed
    log: str = ""
    output: str = ""
    cause: str = ""  # what the executor said, such as that the job ran out of memory


def main() -> None:
    """Print the state of the run in the working directory."""
    text, root = sys.stdin.read(), Path()
    finished = done_jobs(text)
    waiting = [] if "Nothing to be done" in text else read_dry_run(text)
    if not waiting and not finished:
        sys.exit(f"{text}\nNo status: Snakemake printed neither a dry run nor a summary; it says above why.")
    process = running_snakemake(root)
    console = Console(highlight=False)
    console.print(overview(finished, states(waiting, last_events(root), bool(process)), process, root))
    for line in filter(None, (queue_line(left_over_jobs(root)), waiting_line(reasons_to_wait(root)))):
        console.print(line)


def done_jobs(text: str) -> Counter[str]:
    """Jobs whose results are up to date, by rule, from what `--summary` printed; a job counts once."""
    rows = [line.split("\t") for line in text.splitlines() if line.count("\t") == 5]
    jobs = {(rule, log if log != "-" else output) for output, _, rule, log, _, plan in rows if plan == "no update"}
    return Counter(rule for rule, _ in jobs if rule != "-")


def last_events(root: Path) -> dict[str, Event]:
    """The latest news of each job in the newest log, by the job's first output; empty if nothing ever ran."""
    for path in sorted(root.glob(LOGS), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        if BEGUN in text:
            return read_log(text)
    return {}


def read_log(text: str) -> dict[str, Event]:
    """The latest news of each job in a run's log, by the job's first output."""
    events: dict[str, Event] = {}
    by_number: dict[str, Event] = {}
    event: Event | None = None
    for line in job_lines(text):
        if begun := START.match(line):
            event = Event(begun[1], "running")
        elif error := ERROR.match(line):
            event = Event(error[1], "failed")
        elif (finished := FINISHED.match(line)) and finished[1] in by_number:
            by_number[finished[1]].state = "done"
        elif event and (about := LINE.match(line)):
            _note(event, about[1], about[2])
            if about[1] == "jobid":
                by_number[about[2]] = event
            if about[1] == "output":
                events[event.output] = event
    return events


def _note(event: Event, name: str, value: str) -> None:
    """Keep what a line of a job's block says."""
    if name in ("log", "output"):
        setattr(event, name, value.split(", ")[0].split(" (")[0])
    elif name == "message" and value != "None":
        event.cause = value


def states(waiting: list[PlannedJob], events: dict[str, Event], alive: bool) -> list[Event]:
    """The state of every job that is not done; if no Snakemake is running, no job is."""
    found = []
    for job in waiting:
        output = job.about.get("output", "").split(", ")[0].split(" ")[0]
        last = events.get(output)
        is_known = last is not None and (last.state == "failed" or (alive and last.state == "running"))
        found.append(
            last if last and is_known else Event(job.rule, "waiting", job.about.get("log", "").split(", ")[0], output)
        )
    return found


def overview(finished: Counter[str], jobs: list[Event], process: int | None, root: Path) -> Group:
    """The counts by rule, then each running job with the last line of its log, then each failed one with its reason."""
    parts: list[RenderableType] = [Text(headline(finished, jobs, process), style="bold"), counts(finished, jobs)]
    for state, title in (("running", "Running"), ("failed", "Failed")):
        members = [job for job in jobs if job.state == state]
        if members:
            parts += [Text(f"\n{title}", style="bold"), *(_job(job, root) for job in members)]
    left = work_left(jobs, root)
    return Group(*parts, *([Text(f"\n{left}")] if left else []))


def headline(finished: Counter[str], jobs: list[Event], process: int | None) -> str:
    """One sentence."""
    count = f"{finished.total()} of {finished.total() + len(jobs)} jobs are done"
    if process:
        return f"A run is in progress (process {process}): {count}."
    if not jobs:
        return f"The run is complete: {count}. Open results/report.html, or print the results with `make report`."
    failed = sum(job.state == "failed" for job in jobs)
    why = f", {failed} failed" if failed else ""
    return f"No run is in progress here: {count}{why}. To resume, give the command that started the run again."


def counts(finished: Counter[str], jobs: Iterable[Event]) -> Table:
    """Jobs by rule and state."""
    by_state = {"done": finished} | {
        state: Counter(job.rule for job in jobs if job.state == state) for state in STATES[1:]
    }
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("rule")
    for state in STATES:
        table.add_column(state, justify="right")
    for rule in dict.fromkeys(name for state in STATES for name in by_state[state]):
        table.add_row(rule, *(str(by_state[state][rule] or "") for state in STATES))
    return table


def _job(job: Event, root: Path) -> Text:
    """One job: its output, the last line of its log, and the path of the log."""
    said = [line for line in (job.cause, last_line(root / job.log) if job.log else "") if line]
    style = "red" if job.state == "failed" else ""
    return Text("\n    ".join([f"  {job.rule}: {job.output}", *said, f"log: {job.log or 'none'}"]), style=style)


def last_line(path: Path) -> str:
    """The last line of a log that is not empty: if the job failed, it says why."""
    if not path.is_file():
        return "(no log yet)"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "(the log is empty)")


def work_left(jobs: Iterable[Event], root: Path) -> str | None:
    """The time left, one job after another, going by earlier jobs of the kind; None if there are none."""
    left = [job for job in jobs if job.state != "failed"]
    seconds = [job_seconds(benchmark_of(job.log), root) for job in left]
    known = [value for value in seconds if value is not None]
    if not known:
        return None
    unknown = len(left) - len(known)
    beyond = f", plus {unknown} jobs of a kind not run yet" if unknown else ""
    return f"Left: {sum(known) / 60:.0f} minutes, one job after another, going by earlier jobs{beyond}."


def queue_line(jobs: Iterable[Job]) -> str:
    """How many of the run's jobs are in Slurm's queue, by state; empty if none is."""
    by_state = Counter(job.state.lower() for job in jobs)
    return f"In Slurm's queue: {', '.join(f'{n} {state}' for state, n in by_state.items())}." if by_state else ""


def waiting_line(reasons: list[str]) -> str:
    """How many jobs wait to be submitted, and why; empty if none does."""
    why = ", ".join(sorted(set(reasons)))
    return f"Slurm takes no more jobs at the moment ({why}): {len(reasons)} wait to be submitted." if reasons else ""


if __name__ == "__main__":
    run_main(main)
