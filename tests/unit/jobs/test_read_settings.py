"""Which keys of its settings a command depends on."""

import json
from functools import partial

import pytest

from instructmining.comparison.settings import Comparison
from instructmining.data.settings import Source
from instructmining.indicators.settings import RewardScorer
from instructmining.jobs.read_settings import as_json, fields_read, handed, read, tracked
from instructmining.models.settings import BaseModel, ModelFiles
from instructmining.sampling.settings import Sampling
from instructmining.selection.settings import Selection
from instructmining.training.settings import Lora, Training

FINETUNE = partial(fields_read, "instructmining.training.finetune_and_evaluate")
IMPORT = partial(fields_read, "instructmining.data.import_source")
COMPARE = partial(fields_read, "instructmining.comparison.compare")
DRAW = partial(fields_read, "instructmining.sampling.sample_subset")


def test_defaults_and_the_users_files_are_no_dependence_and_the_files_are_handed_on() -> None:
    source = Source(path="data/dolly.jsonl", limit=5, on_bad_row="stop")
    assert read(IMPORT, source) == {"limit": 5}
    assert handed(IMPORT, source) == {"path": "data/dolly.jsonl", "limit": 5}


def test_a_key_that_a_command_does_not_ask_for_is_none_of_its_dependences() -> None:
    assert read(IMPORT, Source(path="a.jsonl", licence="MIT")) == {}
    comparison = Comparison(arms=["selected", "random"], max_cosine=0.5)
    assert read(COMPARE, comparison) == {"arms": ["selected", "random"]}


def test_settings_inside_of_settings_are_read_alike() -> None:
    training = Training(lora=Lora(rank=4), steps=3)
    assert read(FINETUNE, training) == {"lora": {"rank": 4}, "steps": 3}
    assert Training.model_validate_json(as_json(handed(FINETUNE, training))) == training


def test_every_key_of_training_is_read_but_the_one_that_changes_no_result() -> None:
    assert FINETUNE(Training) == set(Training.model_fields)
    assert read(FINETUNE, Training(checkpoint_minutes=3)) == {}


def test_a_subset_depends_on_the_settings_of_its_draw_alone() -> None:
    sampling = Sampling(scheme="fused", subsets=40, examples=20, replicated=3, seeds=5, concentration=0.5)
    assert read(DRAW, sampling.draw_settings) == {
        "examples": 20,
        "concentration": 0.5,
    }


def test_a_figure_depends_on_the_size_of_the_selection_and_gathered_scores_on_no_setting_of_it() -> None:
    found = {
        name: fields_read(f"instructmining.{name}", Selection)
        for name in ("report.figures.draw", "indicators.gather_scores")
    }
    assert found == {"report.figures.draw": {"examples", "fraction", "search"}, "indicators.gather_scores": set()}


def test_what_a_job_may_use_and_where_files_lie_are_tracked_nowhere() -> None:
    model = BaseModel(path="models/llama", template="plain", parameters=7e9)
    assert tracked({"base": model}) == {"base": {"template": "plain"}}
    scorer = RewardScorer(model=ModelFiles(path="models/reward"), prompt="pair", parameters=2e9)
    assert tracked(scorer) == {"model": {}, "prompt": "pair"}


@pytest.mark.parametrize("value", [{"b": 1, "a": {"d": 2, "c": 3}}, [{"b": "ü", "a": 1}]])
def test_json_does_not_depend_on_the_order_of_keys(value: object) -> None:
    assert json.loads(as_json(value)) == value
    assert as_json(value) == as_json(json.loads(json.dumps(value, sort_keys=True)))
