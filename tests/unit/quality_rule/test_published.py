"""A published rule is applied, read and shown like a fitted one."""

from pathlib import Path

import pyarrow as pa
import pytest

from instructmining.files import write_json, write_result
from instructmining.quality_rule.published import PublishedRule, Rule, read_rule, with_warning
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.report.explorer.ranking import rule_values
from instructmining.selection.rank import rank
from tests.unit.quality_rule.made import RULE

V3 = PublishedRule(**PUBLISHED["v3"])


def test_a_published_rule_ranks_a_pool() -> None:
    scores = {"reward": [0.0, 10.0], "und": [0.5, 0.5], "nat": [0.5, 0.5], "coh": [0.5, 0.5]}
    table = pa.table(
        {"id": ["a", "b"], "source": ["s", "s"], "degraded": pa.array([None, None], pa.string()), **scores}
    )
    assert rank(V3, table)["id"].to_pylist() == ["b", "a"]


def test_the_explorer_shows_a_published_rule_without_ranges_that_nobody_knows() -> None:
    values = rule_values(V3)
    assert (values["centre"], values["start"]) == (0.0274, "the intercept")
    assert values["terms"][0] == {"indicator": "reward", "coefficient": -0.0078}


@pytest.mark.parametrize("rule", [V3, RULE])
def test_a_rule_of_either_kind_is_read_from_its_file(rule: Rule, tmp_path: Path) -> None:
    write_result(tmp_path / "rule.json", rule)
    assert read_rule(tmp_path / "rule.json") == rule


def test_a_file_that_holds_no_rule_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "rule.json", {"coefficients": {"reward": "low"}})
    with pytest.raises(ValueError, match=r"rule\.json is not a PublishedRule: name: Field required"):
        read_rule(tmp_path / "rule.json")


def test_a_warning_joins_what_is_known_of_a_rule_of_either_kind() -> None:
    assert with_warning(V3, "Mind this.").notes[-1] == "Mind this."
    assert [(check.sentence, check.warns) for check in with_warning(RULE, "Mind this.").checks] == [
        ("Mind this.", True)
    ]
