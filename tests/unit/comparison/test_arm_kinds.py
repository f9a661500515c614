"""A row of the table of arms is all that the config and the docs need; the recipe "Add an arm" is followed."""

import copy
import subprocess
import sys

import pytest

from instructmining import config_files
from instructmining.comparison import arm_kinds, arms
from instructmining.comparison.arm_kinds import ArmKind, kind_of, table_of_arms
from instructmining.comparison.settings import Comparison
from instructmining.config import load_config
from instructmining.config_error import ConfigError
from instructmining.embedded import DEFAULT
from instructmining.selection.orders import Draw, lowest_ppl
from tests.conftest import ROOT
from tests.unit.comparison.test_choose_arm import choose_arm


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """An arm that was added by the recipe: a row, and a function that chooses."""
    monkeypatch.setitem(arm_kinds.ARMS, "hardest", ArmKind("those with the highest perplexity", indicator="ppl"))
    monkeypatch.setitem(arms.CHOICES, "hardest", lambda pool, draw: lowest_ppl(pool, Draw(3))[-draw.size :])


@pytest.mark.usefixtures("added")
def test_an_added_arm_may_be_named_in_the_config() -> None:
    assert "hardest" in Comparison(arms=["random", "hardest"]).arms


@pytest.mark.usefixtures("added")
def test_an_added_arm_is_refused_without_the_indicator_that_it_is_chosen_by() -> None:
    values = copy.deepcopy(DEFAULT)
    values["comparison"]["arms"] = ["random", "hardest"]
    values["indicators"].pop("likelihood", None)
    with pytest.raises(ConfigError, match=r"hardest is chosen by the indicator 'ppl', which is not computed"):
        load_config(values)


@pytest.mark.usefixtures("added")
def test_an_added_arm_is_chosen_by_the_command(tmp_path, monkeypatch) -> None:
    assert choose_arm(tmp_path, monkeypatch, "hardest", "--examples", 1) == [1]


@pytest.mark.usefixtures("added")
def test_an_added_arm_is_in_the_table_of_the_docs() -> None:
    assert "| `hardest` | those with the highest perplexity |" in config_files.method(config_files.METHOD.read_text())


def test_the_table_in_the_docs_has_not_drifted() -> None:
    page = config_files.METHOD.read_text()
    assert page == config_files.method(page), "run: make config"


def test_the_config_says_which_arms_there_are() -> None:
    said = Comparison.model_fields["arms"].description or ""
    assert [name for name in arm_kinds.ARMS if f"`{name}`" not in said] == []


def test_a_name_that_is_not_in_the_table_is_a_list_with_a_size_of_its_own() -> None:
    assert kind_of("mine") == arm_kinds.LIST and not kind_of("mine").sized
    assert table_of_arms().splitlines()[-1].startswith("| a name of `comparison.lists` |")


def test_the_rules_may_import_the_table_as_it_is_light() -> None:
    heavy = "{'numpy', 'pandas', 'pyarrow', 'torch'} & set(sys.modules)"
    command = f"import sys, instructmining.comparison.arm_kinds; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT / "workflow").returncode == 0
