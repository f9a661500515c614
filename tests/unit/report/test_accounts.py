"""The accounts of a run for its report."""

from dataclasses import replace

import pytest

from instructmining.files import write_json, write_result
from instructmining.indicators.results import ShardReport, Timing
from instructmining.report.accounts import (
    Account,
    account,
    account_warnings,
    arm_mixtures,
    losses_in_words,
    scoring_costs,
    training_costs,
    truncation_warnings,
    truncations,
)
from tests.unit.records import RECORD, made_record

COUNTS = {"rows_in": 5, "kept": 5, "dropped": {}, "not_read": {}, "trimmed": 0}
SOURCE = {"source": "b", "form": "dolly", "origin": "b.jsonl", **COUNTS}


def test_a_pool_has_an_account_for_each_of_its_sources(tmp_path) -> None:
    counts = {"rows_in": 5, "kept": 3, "degraded": 0, "dropped": {"contaminated": 2}}
    write_json(tmp_path / "new.report.json", {"pool": "new", **counts, "sources": {"a": counts, "b": counts}})
    assert account(tmp_path / "new.report.json", {}) == [
        Account("pool", "new", source, 5, 3, {"contaminated": 2}) for source in ("a", "b")
    ]


def test_a_degraded_source_has_no_form_to_tell(tmp_path) -> None:
    write_json(tmp_path / "b.report.json", {**SOURCE, "form": None, "origin": "a, words_shuffled"})
    (found,) = account(tmp_path / "b.report.json", {"b": None})
    assert found.note == "licence not given, from a, words_shuffled"


def test_a_source_has_the_licence_that_the_config_gives(tmp_path) -> None:
    write_json(tmp_path / "b.report.json", SOURCE)
    (found,) = account(tmp_path / "b.report.json", {"a": "MIT", "b": "CC0"})
    assert found.note == "dolly, CC0, from b.jsonl"


def test_a_source_says_what_of_it_was_not_read(tmp_path) -> None:
    report = {**SOURCE, "form": {"instruction": "q"}, "not_read": {"tools": 3800, "context": 703}, "trimmed": 2}
    write_json(tmp_path / "b.report.json", report)
    (found,) = account(tmp_path / "b.report.json", {"b": "CC0"})
    not_read = "not read: tools 3,800, context 703"
    assert found.note == f"mapped fields, CC0, from b.jsonl; {not_read}; cut after the last answer: 2"


def test_truncation_is_summed_over_shards(tmp_path) -> None:
    for shard, cut in (("000", {"a": 1}), ("001", {})):
        report = ShardReport(("ppl",), {"a": 10}, {"ppl": cut}, Timing(1800))
        write_result(tmp_path / "new" / "likelihood" / f"{shard}.report.json", report)
    reports = sorted(tmp_path.rglob("*.report.json"))
    (found,) = truncations(reports)
    assert (found.indicator, found.pool, found.source, found.examples, found.truncated) == ("ppl", "new", "a", 20, 1)
    assert found.share == 0.05 and truncation_warnings([found]) == []
    assert [cost.hours for cost in scoring_costs(reports)] == [1.0]


def test_fine_tunes_for_the_rule_and_for_each_arm_are_counted_apart() -> None:
    timing = replace(RECORD.timing, seconds=3600)
    rule, arm = training_costs(made_record(run, tokens=7, timing=timing) for run in ("000", "001", "new.random"))
    assert (rule.jobs, rule.hours, rule.tokens, rule.peak_memory_gb, rule.peak_gpu_memory_gb) == (2, 2.0, 14, 2.0, None)
    assert (arm.what, arm.jobs) == ("fine-tunes: arm new.random", 1)


def test_arms_that_were_not_made_alike_are_warned_of_and_subsets_are_left_to_the_rule() -> None:
    runs = {"000": "2.11.0", "001": "2.12.0", "new.random": "2.13.0", "new.selected": "2.13.0", "new.full": "2.12.0"}
    records = [made_record(run, packages={**RECORD.packages, "torch": torch}) for run, torch in runs.items()]
    assert arm_mixtures(records[:4]) == []
    assert arm_mixtures(records) == [
        "Arms of tiny: The fine-tunes were made with different versions of torch: 2 with 2.13.0, 1 with 2.12.0."
    ]


@pytest.mark.parametrize(("reason", "warned"), [("no response", 1), ("over limit", 0), ("other part", 0)])
def test_a_large_loss_that_nobody_asked_for_is_warned_of(reason: str, warned: int) -> None:
    assert len(account_warnings([Account("source", "a", "", 100, 50, {reason: 50})])) == warned


def test_each_step_on_the_way_to_a_selection_is_a_sentence() -> None:
    accounts = [
        Account("source", "a", "", 10, 8, {"over limit": 2}),
        Account("source", "b", "", 5, 5, {}),
        Account("eval set", "test", "", 9, 1, {"other part": 8}),
        Account("selection", "new, tiny", "a", 8, 3, {"ranked below the cut": 5}),
    ]
    assert losses_in_words(accounts) == [
        "Import: 13 of 15 kept; left out: 2 over limit.",
        "Selection from new, tiny: 3 of 8 kept; left out: 5 ranked below the cut.",
    ]
