"""The workflow itself on a real Slurm, from the data to the comparison, with models small enough for a test."""

import json
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.slurm.slurm_cluster import PROFILE, Cluster, Finished, wait_until
from tests.workflow.conftest import CONFIG, Run, lay_out

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slurm")]  # one cluster for all of them

SMALLER: dict[str, Any] = {
    **CONFIG,
    "sources": {name: CONFIG["sources"][name] for name in ("first", "second", "new", "evaluation", "final")},
    "pools": {"candidates": {"sources": ["first", "second"], "shards": 1}, "new": {"sources": ["new"]}},
    # Few tokens at once, as memory is asked for by them: two such jobs have to fit on the node.
    "indicators": {
        "text": {"model": "tiny"},
        "likelihood": {**CONFIG["indicators"]["likelihood"], "batch_tokens": 256},
    },
    "training": {**CONFIG["training"], "micro_batch_tokens": 256},
    "sampling": {"subsets": 5, "examples": 12, "replicated": 0, "seeds": 1},
    "quality_rule": {"indicators": ["len_out"]},
    "comparison": {"arms": ["selected", "random"], "seeds": 2},
}
LIMIT = 3600  # seconds for a run that takes three minutes on an idle machine
SCORING_JOBS = 2  # score_likelihood of two pools
GPU_JOBS = SCORING_JOBS + 5 + 2 * 2  # subsets, arms with two seeds


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Run:
    """The workflow, its data and models, with nothing run yet."""
    run = Run(tmp_path_factory.mktemp("workflow"))
    lay_out(run.folder, tiny_tokenizer)
    run.set_config(SMALLER)
    return run


@pytest.fixture(scope="module")
def finished(run: Run, cluster: Cluster) -> Run:
    """The same, after a run on the cluster."""
    done = cluster.snakemake(run.folder, "--configfile", "config.yaml", seconds=LIMIT)
    assert done.code == 0, done.output[-8000:]
    return run


def slurm_jobs(cluster: Cluster, folder: Path) -> list[dict[str, str]]:
    """What the cluster remembers of the jobs of a run."""
    columns = ("Comment", "State", "Partition", "tres-per-job", "TimeLimit", "StartTime", "EndTime", "WorkDir")
    wide = ",".join(f"{column}:300" for column in columns)
    rows = cluster.shell("squeue", "--states=all", "--noheader", f"--Format={wide}").splitlines()
    jobs = [dict(zip(columns, row.split(), strict=True)) for row in rows]
    return [job for job in jobs if job["WorkDir"] == str(folder)]


def gpu_jobs(cluster: Cluster, folder: Path) -> list[dict[str, str]]:
    """Those that had a GPU, all of them."""
    jobs = [job for job in slurm_jobs(cluster, folder) if job["tres-per-job"] == "gres:gpu:1"]
    assert len(jobs) == GPU_JOBS, jobs
    return jobs


def test_it_comes_to_its_end_and_a_second_run_has_nothing_to_do(finished: Run, cluster: Cluster) -> None:
    comparison = finished.folder / "results/comparison/tiny/new/comparison.json"
    assert json.loads(comparison.read_text())
    again = cluster.snakemake(finished.folder, "--configfile", "config.yaml", "--dry-run", seconds=LIMIT)
    assert "Nothing to be done" in again.output, again.output


def test_every_job_is_done_at_the_first_attempt(finished: Run, cluster: Cluster) -> None:
    jobs = slurm_jobs(cluster, finished.folder)
    assert {job["State"] for job in jobs} == {"COMPLETED"}
    assert len({job["Comment"] for job in jobs}) == len(jobs)


def test_each_gpu_job_has_exactly_one_device_and_sees_it(finished: Run, cluster: Cluster) -> None:
    assert {job["Partition"] for job in gpu_jobs(cluster, finished.folder)} == {"gpu"}
    records = finished.folder.glob("results/training/tiny/*/*/record.json")
    seen = [json.loads(path.read_text())["timing"]["visible_gpus"] for path in records]
    assert set(seen) == {"0", "1"} and len(seen) == GPU_JOBS - SCORING_JOBS


def test_never_more_gpu_jobs_ran_than_there_are_gpus(finished: Run, cluster: Cluster) -> None:
    for three in combinations(gpu_jobs(cluster, finished.folder), 3):
        assert max(job["StartTime"] for job in three) >= min(job["EndTime"] for job in three)


def test_a_training_that_makes_room_for_another_job_resumes_and_comes_to_the_same_losses(
    finished: Run, cluster: Cluster, tmp_path: Path
) -> None:
    """Pre-emption as Slurm does it: SIGTERM to all of the job's processes, and SIGKILL some seconds later."""
    own = finished.copy(tmp_path / "run")
    config = own.config()
    config["training"] |= {"steps": 600, "checkpoint_minutes": 0, "lora": {"dropout": 0.1}}
    own.set_config(config)
    target = "results/training/tiny/000/seed0/record.json"
    folder, store = (own.folder / target).parent, own.folder / "results/store"
    process = cluster.start_snakemake(own.folder, target, "--configfile", "config.yaml")
    wait_until(lambda: any(store.glob("*.checkpoint.safetensors")), process)
    cluster.shell("sbatch", "--partition=urgent", "--gpus=2", "--mem=50", "--output=/dev/null", "--wrap=true")
    done = cluster.finish(process, seconds=LIMIT)
    assert done.code == 0, done.output
    log = (own.folder / "results/logs/training/tiny/000/seed0.log").read_text()
    assert "resuming after step" in log
    assert sorted(path.name for path in folder.iterdir()) == ["adapter", "losses.parquet", "record.json"]
    assert not any(store.glob("*.checkpoint.safetensors"))
    interrupted = json.loads((own.folder / target).read_text())
    whole = uninterrupted(own, target)
    del interrupted["timing"], whole["timing"]
    assert interrupted == whole


BROKEN, WHOLE = ("001", "003"), ("000", "002", "004")
RECORDS = [f"results/training/tiny/{subset}/seed0/record.json" for subset in (*BROKEN, *WHOLE)]


@pytest.fixture(scope="module")
def shared(finished: Run, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A copy in which all fine-tunes on subsets were begun again in one job, but two of them failed, twice."""
    run = finished.copy(tmp_path_factory.mktemp("shared") / "run")
    for folder in ("results/training", "results/store"):
        shutil.rmtree(run.folder / folder)
    (run.folder / "profile.yaml").write_text(with_shared_jobs(fine_tunes=5))
    for subset in BROKEN:
        (run.folder / f"results/sampling/{subset}.parquet").write_text("broken")
    done = tune_in_one_job(run, cluster, "--retries", "1")
    assert done.code != 0, done.output
    return run


def with_shared_jobs(fine_tunes: int) -> str:
    """The profile with its line on shared jobs, for so many fine-tunes in each."""
    text, line = (PROFILE / "profile.yaml").read_text(), "# group-components: finetunes=8\n"
    assert line in text
    return text.replace(line, f"group-components: finetunes={fine_tunes}\n")


def tune_in_one_job(run: Run, cluster: Cluster, *options: str) -> Finished:
    """Tune on all subsets."""
    options = ("--configfile", "config.yaml", "--profile", str(run.folder / "profile.yaml"), *options)
    return cluster.snakemake(run.folder, *options, "--", *RECORDS, seconds=LIMIT)


def log_of(run: Run, subset: str) -> str:
    return (run.folder / f"results/logs/training/tiny/{subset}/seed0.log").read_text()


def test_fine_tunes_that_share_a_job_ask_for_one_gpu_and_for_the_sum_of_their_times(
    shared: Run, cluster: Cluster
) -> None:
    jobs = slurm_jobs(cluster, shared.folder)
    assert [(job["State"], job["tres-per-job"], job["TimeLimit"]) for job in jobs] == [
        ("FAILED", "gres:gpu:1", time) for time in ("2:30:00", "5:00:00")
    ]


def test_of_fine_tunes_that_share_a_job_one_that_fails_stops_and_repeats_no_other(shared: Run) -> None:
    assert all("damaged" in log_of(shared, subset) for subset in BROKEN)
    assert all(log_of(shared, subset).endswith("was finished before its job was repeated\n") for subset in WHOLE)


def test_fine_tunes_that_share_a_job_come_to_the_same_losses_as_in_jobs_of_their_own(
    finished: Run, shared: Run, cluster: Cluster
) -> None:
    for subset in BROKEN:
        shutil.copy(finished.folder / f"results/sampling/{subset}.parquet", shared.folder / "results/sampling")
    done = tune_in_one_job(shared, cluster)
    assert done.code == 0, done.output
    assert all(log_of(shared, subset).endswith("was finished before its job was repeated\n") for subset in WHOLE)
    for losses in (Path(record).with_name("losses.parquet") for record in RECORDS):
        assert (shared.folder / losses).read_bytes() == (finished.folder / losses).read_bytes()


def uninterrupted(run: Run, target: str) -> dict[str, Any]:
    """The record of the same run, made here and in one go."""
    for folder in ((run.folder / target).parent, run.folder / "results/store"):
        shutil.rmtree(folder)
    done = run.snakemake(target)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads((run.folder / target).read_text())
    return record


def test_a_job_whose_config_was_edited_after_the_start_stops_and_is_still_to_do(
    finished: Run, cluster: Cluster, tmp_path: Path
) -> None:
    """The indicator of one's own edits the config, as someone may while a run goes on; a fine-tune comes after it."""
    run, record = finished.copy(tmp_path / "edited"), "results/training/tiny/new.random/seed0/record.json"
    (run.folder / "mine.py").write_text(
        "from pathlib import Path\n\n\ndef brevity(examples):\n    config = Path('config.yaml')\n"
        "    config.write_text(config.read_text().replace('learning_rate: 0.01', 'learning_rate: 0.02'))\n"
        "    return [-len(e.response) for e in examples]\n"
    )
    config = run.config()
    config["indicators"]["custom"] = {"brevity": {"function": "mine:brevity"}}
    run.set_config(config)
    done = cluster.snakemake(run.folder, "--configfile", "config.yaml", "--retries", "0", record, seconds=LIMIT)
    assert done.code != 0
    assert run.config()["training"]["learning_rate"] == 0.02
    logs = [path.read_text() for path in (run.folder / ".snakemake" / "slurm_logs").rglob("*.log")]
    assert any("The config or the rules were edited after this run was started." in log for log in logs), done.output
    run.set_config(config)
    again = cluster.snakemake(run.folder, "--configfile", "config.yaml", "--dry-run", record, seconds=LIMIT)
    assert "finetune_and_evaluate" in again.output, again.output
