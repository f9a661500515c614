"""What is done, running, failed and why."""

from collections import Counter

from instructmining.jobs.plan import PlannedJob
from instructmining.jobs.status import Event, done_jobs, headline, last_line, read_log, states, waiting_line

LOG = """Select jobs to execute...
localrule score_text:
    output: scores/000.parquet, scores/000.report.json
    log: logs/scores/000.log
    jobid: 3
rule fit:
    output: rule.json
    log: logs/fit.log
    jobid: 4
Finished jobid: 3 (Rule: score_text)
Error in rule fit:
    message: SLURM-job '12' failed, SLURM status is: 'OUT_OF_MEMORY'
    jobid: 4
    output: rule.json
    log: logs/fit.log (check log file(s) for error details)
"""
AGAIN = """Trying to restart job 4.
rule fit:
    output: rule.json
    log: logs/fit.log
    jobid: 4
"""
SUMMARY = """output_file\tdate\trule\tlog-file(s)\tstatus\tplan
a.parquet\tnow\timport_source\ta.log\tok\tno update
a.report.json\tnow\timport_source\ta.log\tok\tno update
b.parquet\t-\timport_source\tb.log\tmissing\tupdate pending
c.json\t-\t-\t-\tmissing\tupdate pending
"""


def test_a_job_is_counted_once_for_all_its_outputs() -> None:
    assert done_jobs(SUMMARY) == Counter({"import_source": 1})


def test_the_last_word_on_a_job_counts() -> None:
    assert {output: event.state for output, event in read_log(LOG).items()} == {
        "scores/000.parquet": "done", "rule.json": "failed",
    }  # fmt: skip
    assert read_log(LOG + AGAIN)["rule.json"].state == "running"


def test_a_failed_job_has_its_log_and_what_slurm_said() -> None:
    failed = read_log(LOG)["rule.json"]
    assert failed.log == "logs/fit.log" and "OUT_OF_MEMORY" in failed.cause


def test_nothing_runs_without_a_snakemake_that_lives() -> None:
    job = PlannedJob("fit", {"output": "rule.json", "log": "logs/fit.log"})
    events = read_log(LOG + AGAIN)
    assert [event.state for event in states([job], events, alive=True)] == ["running"]
    assert [event.state for event in states([job], events, alive=False)] == ["waiting"]


def test_the_reason_of_a_failure_is_the_last_line_of_its_log(tmp_path) -> None:
    (tmp_path / "a.log").write_text("12:00:00 begun\nValueError: no response\n\n")
    assert last_line(tmp_path / "a.log") == "ValueError: no response"
    assert last_line(tmp_path / "b.log") == "(no log yet)"


def test_the_headline_says_how_many_failed() -> None:
    said = headline(Counter({"fit": 3}), [Event("rank", "failed"), Event("select", "waiting")], None)
    assert said.startswith("No run is in progress here: 3 of 5 jobs are done, 1 failed.")


def test_it_says_how_many_jobs_slurm_does_not_take_yet_and_why() -> None:
    assert waiting_line(["AssocMaxSubmitJobLimit"] * 2).endswith("(AssocMaxSubmitJobLimit): 2 wait to be submitted.")
    assert waiting_line([]) == ""


SHARED = """Select jobs to execute...
Group job finetunes-tiny-subsets (jobs in lexicogr. order):
    rule tune:
        output: 000.json
        log: 000.log
        jobid: 7
Error in group finetunes-tiny-subsets
    Error in rule tune:
        message: None
        jobid: 7
        output: 000.json
        log: 000.log (check log file(s) for error details)
"""


def test_jobs_that_share_one_are_read_as_all_others() -> None:
    assert read_log(SHARED) == {"000.json": Event("tune", "failed", "000.log", "000.json")}
