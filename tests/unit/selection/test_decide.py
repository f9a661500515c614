"""A selection follows the rule only where nothing speaks against it; each condition alone refuses it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.files import write_result
from instructmining.quality_rule.rule import Check
from instructmining.selection.decide import decide, main
from instructmining.selection.rank import rank
from instructmining.validation.result import Gain
from tests.unit.quality_rule.made import fit
from tests.unit.simulation import synthetic
from tests.unit.validation.made import choice, validation

FITTED = fit(*synthetic(30), repeats=1).rule
ORDER = Check("order", 0.9, 0.01, False, "The order is shown.")
SHARES = Check("added to source shares", 0.1, 0.01, False, "They add to the shares.")
GOOD = replace(FITTED, checks=(ORDER, SHARES))
HOLDS = validation(choice("ruled"), choice("ifd", observed=0.7), choice("random", observed=0.6))
REFUTED = validation(choice("ruled", p_value=0.001), *HOLDS.choices[1:])


def ranking(offset: float = 0.0) -> pa.Table:
    """Fifty examples around the centre of the fit, or far from it."""
    generator = np.random.default_rng(0)
    values = {term.indicator: term.mean + offset + 0.1 * generator.normal(size=50) for term in FITTED.terms}
    about = {"id": [f"{i:02}" for i in range(50)], "source": ["s"] * 50, "degraded": pa.nulls(50, pa.string())}
    return rank(FITTED, pa.table({**about, **values}))


def test_where_all_holds_the_selection_follows_the_rule() -> None:
    decision = decide(GOOD, ranking(), 20, [HOLDS], "best", "new")
    assert (decision.by, [reason.holds for reason in decision.reasons]) == ("rule", [True] * 4)
    assert decision.sentence == "The selection follows the rule: nothing speaks against it."
    assert decision.choices == HOLDS.choices


SHORT = replace(HOLDS, gain=Gain(0.1, 0.05, 0.15, 0.01, 0.001))
AGAINST = {
    "the order is not shown": (replace(GOOD, checks=(replace(ORDER, warns=True), SHARES)), 0.0, [HOLDS]),
    "the order is not tested": (replace(GOOD, checks=(SHARES,)), 0.0, [HOLDS]),
    "the order may be one of sources": (replace(GOOD, checks=(ORDER, replace(SHARES, warns=True))), 0.0, [HOLDS]),
    "it extrapolates": (GOOD, 9.0, [HOLDS]),
    "its validation refutes it": (GOOD, 0.0, [REFUTED]),
}


@pytest.mark.parametrize("name", AGAINST)
def test_each_condition_alone_refuses_the_rule_and_the_best_that_was_tried_is_taken(name: str) -> None:
    rule, offset, validations = AGAINST[name]
    decision = decide(rule, ranking(offset), 20, validations, "best", "new")
    assert [reason.name for reason in decision.reasons if reason.holds is False] == [name]
    assert decision.sentence == (
        f"The rule is refused ({name}). The selection is random instead, which had the lowest log loss on the eval sets"
        " of role fit of what was tried (random 0.600, ifd 0.700)."
    )


@pytest.mark.parametrize(("fallback", "by"), [("longest", "longest"), ("best", "random")])
def test_without_a_validation_it_is_what_the_config_names_or_random(fallback: str, by: str) -> None:
    assert decide(AGAINST["the order is not shown"][0], ranking(), 20, [], fallback, "new").by == by


def test_a_gain_that_falls_short_refuses_the_rule_by_itself() -> None:
    assert decide(GOOD, ranking(), 20, [SHORT], "best", "new").reasons[3].holds is False


def test_a_draw_from_one_source_is_no_fallback() -> None:
    tried = replace(SHORT, choices=(choice("from_x", observed=0.1), *SHORT.choices))
    assert decide(GOOD, ranking(), 20, [tried], "best", "new").by == "random"


def test_the_last_round_decides_and_what_any_round_tried_may_be_fallen_back_on() -> None:
    assert decide(GOOD, ranking(), 20, [REFUTED, validation(choice("ruled"))], "best", "new").by == "rule"
    assert decide(GOOD, ranking(), 20, [HOLDS, validation(choice("ruled", p_value=0.0))], "best", "new").by == "random"


def test_a_choice_of_the_rule_is_no_fallback() -> None:
    refuted = validation(choice("ruled", p_value=0.0, observed=0.1), choice("ruled_1", observed=0.2), choice("ifd"))
    assert decide(GOOD, ranking(), 20, [refuted], "best", "new").by == "ifd"


def test_subsets_that_all_have_the_same_sources_are_no_reason_against_it() -> None:
    decision = decide(replace(GOOD, checks=(ORDER,)), ranking(), 20, [HOLDS], "best", "new")
    assert (decision.by, decision.reasons[1].holds) == ("rule", None)


def test_the_command_writes_the_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_result(Path("rule.json"), GOOD)
    write_result(Path("validation.json"), REFUTED)
    pq.write_table(ranking().drop_columns(["predicted", "rank"]), "scores.parquet")
    command = ["decide", "--rule", "rule.json", "--scores", "scores.parquet", "--settings", '{"examples": 20}']
    command += ["--pool", "new", "--validations", "validation.json", "--decision", "decision.json"]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert json.loads(Path("decision.json").read_text())["by"] == "random"
