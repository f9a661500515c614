import os
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest

from instructmining.comparison.result import ArmResult, ComparisonResult, Difference, Estimate
from instructmining.files import write_result, write_table
from instructmining.quality_rule.rule import MIXED, Check, QualityRule
from instructmining.quality_rule.term import Term
from instructmining.report.findings import Finding
from instructmining.report.summary import once
from instructmining.selection.decision import Reason
from tests.unit.report.made import decision, judge_result, validation_result

TERM = Term("ppl", 0.5, 0.1, 0.3, 0.7, 0.01, 0.2, 1.0, 3.0, 2.0)
LEFT_OUT = {"mtld": "is 7 in every subset"}
CHECKS = (Check(MIXED, None, None, True, "Made with two versions."), Check("few", None, None, True, "Few subsets."))
RULE = QualityRule(
    *("tiny", "observations", 1.0, (TERM,)),
    *(0.95, 9, 9, 0.5, 0.4, -0.2, 0.6, 0.1, None, LEFT_OUT, {}),
    checks=CHECKS,
    verdict="Does not predict held-out subsets.",
)
LOSS = Estimate(2.0, 0.01, 1.9, 2.1, (1.99, 2.01))
NULL = "selected: no difference from random shown: -0.003 [-0.020, +0.014] (2 seeds)"
DIFFERENCE = Difference(-0.003, -0.020, 0.014, (-0.01, 0.004), 0.004, 0.003, 0.4, 0.8)
ARM = ArmResult("selected", 50, 10, 900.0, LOSS, {"test": LOSS}, DIFFERENCE, NULL)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What the command prints for a rule, a comparison and a ranking."""
    folder = tmp_path_factory.mktemp("summary")
    write_result(folder / "rule.json", RULE)
    about = ("tiny", "mixed", "random", "examples", 0.95, (0, 1), {"test": "test"}, 40)
    comparison = ComparisonResult(*about, (ARM,), "A sentence to quote.")
    write_result(folder / "comparison.json", comparison)
    follows = replace(decision("Falls back."), reasons=(Reason("refuted", False, "A loss is off. Far off."),))
    write_result(folder / "tiny/mixed/decision.json", follows)
    validation = replace(validation_result(), sentences=("A loss is off.", "Far off."))
    write_result(folder / "tiny/mixed/1/validation.json", validation)
    write_result(folder / "tiny/mixed/judge.json", judge_result("A judge's sentence."))
    table = pa.table({"source": ["a", "a"], "degraded": pa.array([None, "words_shuffled"], pa.string())})
    write_table(folder / "tiny/mixed/ranking.parquet", table, table.schema)
    command = [sys.executable, "-m", "instructmining.report.summary", "--settings", '{"examples": 1}']
    names = ("ranking.parquet", "judge.json", "decision.json", "1/validation.json")
    for name in ("rule.json", "comparison.json", *(f"tiny/mixed/{name}" for name in names)):
        command += [f"--{name.split('/')[-1].split('.')[0]}s", str(folder / name)]
    command += ["--report", "results/report.html"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "COLUMNS": "160"})
    return done.stdout


def test_the_rule_is_printed_with_its_interval_and_what_is_left_out(printed):
    assert "ppl" in printed and "0.3 to 0.7" in printed and "is 7 in every subset" in printed


def test_a_rule_is_judged_once_by_its_own_verdict(printed):
    """Its R2 is below zero: a verdict of the summary's own might contradict that of the rule, which is by the order."""
    lines = printed.splitlines()
    assert "R2 -0.20, Spearman 0.60 on each subset left out of the fit by itself" in lines
    assert "Does not predict held-out subsets." in lines


def test_fine_tunes_that_were_not_made_alike_are_told_of(printed):
    assert "Warning: Made with two versions." in printed.splitlines()


def test_a_null_result_is_printed_as_one_with_its_brackets(printed):
    assert "no difference from random shown: -0.003 [-0.020, +0.014]" in " ".join(printed.split())


def test_the_sentence_is_printed_below_the_arms(printed):
    assert "A sentence to quote." in printed.splitlines()


def test_what_a_judge_found_is_printed_and_nothing_of_what_was_not_asked_for(printed):
    assert "Does a judge prefer its answers? (mixed, tiny)\nA judge's sentence." in printed
    assert "benchmarks" not in printed and "choosing cost" not in printed


def test_what_the_selection_follows_is_printed_between_the_rule_and_the_arms(printed):
    lines = printed.splitlines()
    order = ["Falls back.", "Does the rule hold where it is used? (mixed, tiny)", "A sentence to quote."]
    assert sorted(order, key=lines.index) == order
    assert lines.index("Does not predict held-out subsets.") < lines.index("Falls back.")


def test_what_a_validation_found_is_said_once_and_tabled(printed):
    assert printed.count("Far off.") == 1
    assert ["random", "2", "1.004", "(0.965", "to", "1.043)", "1.097", "0.0021"] in map(str.split, printed.splitlines())


def test_what_no_decision_says_is_said_with_the_validation():
    about = ("tiny", "new", ("A loss is off.",), validation_result())
    found = [Finding("validations", "Q", *about[1::-1], *about[2:]) for _ in range(2)]
    assert [each.sentences for each in once(found)] == [("A loss is off.",), ()]


def test_the_degraded_share_and_the_report_close_the_summary(printed):
    assert printed.splitlines()[-2:] == [
        "mixed, tiny: 50.0% of the pool and 0.0% of the selection are degraded",
        "Report: results/report.html",
    ]


def test_nothing_heavy_is_imported():
    code = "import sys, instructmining.report.summary; print({'scipy', 'torch', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
