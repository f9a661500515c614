"""A rule that exists already is adopted, or refused where the indicators come from other models."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from instructmining.config import Config
from instructmining.files import write_result
from instructmining.quality_rule.adopt import adopt
from instructmining.quality_rule.card import evidence
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.published import PublishedRule, read_rule
from instructmining.quality_rule.published_rules import PUBLISHED
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.conftest import ROOT
from tests.unit.simulation import observations, synthetic

REWARD = {
    "model": {"hub": "OpenAssistant/oasst-rm-2.1-pythia-1.4b-epoch-2.5", "revision": "main"},
    "prompt": "open_assistant",
}
UNIEVAL = {"model": {"hub": "MingZhong/unieval-dialog"}}
OTHER = {"model": {"hub": "OpenAssistant/reward-model-deberta-v3-large-v2"}, "prompt": "pair"}


def v3(**settings: Any) -> QualityRuleSettings:
    return QualityRuleSettings.model_validate({"published": "v3", **settings})


def test_a_rule_is_taken_with_the_models_that_it_belongs_to() -> None:
    assert adopt(v3(), {"reward": REWARD, "unieval": UNIEVAL}) == PublishedRule(**PUBLISHED["v3"])


def test_a_rule_is_refused_with_another_model_and_the_reason() -> None:
    with pytest.raises(
        ValueError,
        match=r"(?s)reward: the rule was fitted with model hub OpenAssistant/oasst.*here it is hub .*deberta.*force",
    ):
        adopt(v3(), {"reward": OTHER, "unieval": UNIEVAL})


def test_a_rule_that_is_forced_says_so_among_its_evidence(tmp_path: Path) -> None:
    rule = adopt(v3(force=True), {"reward": OTHER, "unieval": UNIEVAL})
    write_result(tmp_path / "rule.json", rule)
    assert read_rule(tmp_path / "rule.json") == rule
    assert [note for note in evidence(rule) if "Forced on other indicator models" in note and "deberta" in note]


def test_the_rule_of_another_run_is_taken_or_refused_in_the_same_way(tmp_path: Path) -> None:
    y, x = synthetic(12)
    settings = {"likelihood": {"model": {"hub": "a"}}, "text": {"model": {"hub": "a"}}}
    fitted = fit_rule(observations(y, x), ["ppl", "mtld"], QualityRuleSettings(), settings).rule
    write_result(tmp_path / "rule.json", fitted)
    taken = QualityRuleSettings(file=str(tmp_path / "rule.json"))
    assert adopt(taken, settings) == fitted
    with pytest.raises(ValueError, match="ppl: the rule was fitted with model hub a, here it is hub b"):
        adopt(taken, {**settings, "likelihood": {"model": {"hub": "b"}}})
    forced = adopt(taken.model_copy(update={"force": True}), {**settings, "likelihood": {"model": {"hub": "b"}}})
    assert "Forced on other indicator models" in evidence(forced)[-1]


def test_the_config_refuses_a_published_rule_with_another_reward_model() -> None:
    values = yaml.safe_load((ROOT / "config" / "published-v3.yaml").read_text())
    values["indicators"]["reward"] |= OTHER
    with pytest.raises(ValueError, match=r"quality_rule\.published: the rule v3 does not hold here"):
        Config.model_validate(values)
    values["quality_rule"]["force"] = True
    assert Config.model_validate(values).quality_rule.adopted
