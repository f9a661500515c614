"""The config: what is wrong is said before anything runs, with the key and what is allowed."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from instructmining.config import Config, load_config
from instructmining.config_error import ConfigError
from instructmining.embedded import DEFAULT
from instructmining.training.finetune import count_steps
from tests.conftest import ROOT


def set_key(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    """A change to one key of a config, named with dots."""

    def change(config: dict[str, Any]) -> None:
        *parents, last = key.split(".")
        for parent in parents:
            config = config[parent]
        config[last] = value

    return change


WRONG = [
    (set_key("sampling.subset", 3), r"sampling\.subset: unknown key; did you mean subsets\? allowed: scheme, concentration, indicators"),
    (set_key("sources.python.fromat", "x"), r"sources\.python\.fromat: unknown key; .*allowed: path, hub"),
    (set_key("indicators.text.modle", "x"), r"indicators\.text\.modle: unknown key; did you mean model\?"),
    (set_key("training.lora", {"rnak": 4}), r"training\.lora\.rnak: unknown key; did you mean rank\?"),
    (set_key("typo", 3), r"typo: unknown key; allowed: seed, sources, pools"),
    (set_key("seed", "many"), r"seed: found 'many'; input should be a valid integer"),
    (set_key("training.schedule", "cosinus"), r"training\.schedule: found 'cosinus'; input should be 'cosine'"),
    (set_key("sources.a/b", {"path": "x"}), r"sources\.a/b: found 'a/b'; allowed: letters, digits"),
    (set_key("models", {"-base": {"hub": "x/y", "parameters": 1}}), r"models\.-base: found '-base'; allowed: letters, digits, '_', and '-' but not first"),
    (set_key("comparison.arms", ["random", "-full"]), r"comparison: arms: '-full' is no arm; allowed: selected"),
    (set_key("comparison.lists", {"full@64": "README.md"}), r"comparison\.lists\.full@64: found 'full@64'; allowed: letters"),
    (set_key("pools.subsets", {"sources": ["python"]}), r"pools\.subsets: the name 'subsets' is reserved: results/indicators/subsets holds"),
    (set_key("quality_rule", {"ratings": {"subsets": {"path": "README.md"}}}), r"quality_rule\.ratings\.subsets: the name 'subsets' is reserved"),
    (set_key("pools.eval_sets", {"sources": ["python"]}), r"pools\.eval_sets: the name 'eval_sets' is reserved: results/indicators/eval_sets"),
    (set_key("indicators.custom", {"gradients": {"function": "json:loads"}}), r"indicators\.custom\.gradients: the name 'gradients' is reserved"),
    (set_key("indicators.influence", {"model": "nemo"}), r"indicators\.influence\.model: 'nemo' is not declared; allowed: smollm2"),
    (set_key("pools.replies", {"sources": ["python"]}), r"pools\.replies: the name 'replies' is reserved: results/indicators/replies"),
    (set_key("models.replies", {"hub": "x/y", "parameters": 1}), r"models\.replies: the name 'replies' is reserved: results/comparison/replies"),
    (set_key("pools.candidates.sources", ["nowhere"]), r"pools\.candidates\.sources: 'nowhere' is not declared; allowed: python"),
    (set_key("sources.python.path", "x.json"), r"sources\.python: needs exactly one of path, hub.*found path, documentation"),
    (set_key("sources.local", {"path": "no/such.json"}), r"sources\.local\.path: file not found: .*no/such\.json"),
    (set_key("eval_sets.test.part", "1/3"), r"eval_sets\.test: source (numpy|more_tasks) is already in eval_sets\.fit \(role fit\)"),
    (set_key("eval_sets.test.part", "4/3"), r"eval_sets\.test\.part: there is no part 4 of 3"),
    (set_key("eval_sets.test.role", "fit"), r"eval_sets: no eval set has the role test"),
    (set_key("eval_sets.test.role", ["fit", "test"]), r"eval_sets\.test\.role: found \['fit', 'test'\]"),
    (set_key("eval_sets.test.sources", ["tasks"]), r"eval_sets\.test\.sources: source tasks is also in pools\.candidates"),
    (set_key("sources.python_half_scrambled.degrade.source", "pandas_half_truncated"), r"'pandas_half_truncated' is itself degraded; name the original"),
    (set_key("pools", {"candidates": {"sources": ["python"]}}), r"there is nothing to select from"),
    (set_key("selection", {}), r"selection: needs exactly one of examples, fraction"),
    (set_key("quality_rule", {"effects": "within", "choice": "bic"}), r"quality_rule: effects: within needs choice: given"),
    (set_key("quality_rule", {"effects": "between"}), r"quality_rule\.effects: found 'between'; .*'together', 'within' or 'shares'"),
    (set_key("quality_rule", {"winsorise": 0.5}), r"quality_rule\.winsorise: found 0\.5"),
    (set_key("quality_rule.indicators", ["reward"]), r"quality_rule\.indicators: 'reward' is not computed; allowed .*len_in"),
    (set_key("comparison.baseline", "random"), None),
    (set_key("validation.choices", ["full"]), r"validation\.choices: found 'full'; allowed with these indicators: random, longest, shortest_ppl, ifd$"),
    (set_key("validation.choices", ["influence"]), r"validation\.choices: found 'influence'; allowed with these indicators: random, longest"),
    (set_key("selection.fallback", "ruled"), r"selection\.fallback: found 'ruled'; allowed with these indicators: random, longest"),
    (set_key("selection.fallback", "rule"), None),
    (set_key("validation", None), None),
    (set_key("comparison.arms", ["selected", "full"]), r"comparison\.baseline: 'random' is not among comparison\.arms"),
    (set_key("comparison.arms", ["random", "reward_only"]), r"comparison\.arms: reward_only is chosen by the indicator 'reward', which is not computed"),
    (set_key("comparison.arms", ["random", "shortest"]), r"comparison: arms: 'shortest' is no arm; allowed: selected, ruled, random, longest, shortest_ppl"),
    (set_key("comparison.arms", ["random", "full", "full"]), r"comparison: arms: 'full' appears twice"),
    (set_key("comparison", {"arms": ["random", "mine"], "lists": {"mine": "no/such.txt"}}), r"comparison\.lists\.mine: file not found: .*no/such\.txt"),
    (set_key("comparison.lists", {"full": "README.md"}), r"comparison: lists: 'full' is the name of a built-in arm"),
    (set_key("comparison.match", "tokens"), r"comparison: tokens: needed with match: tokens"),
    (set_key("comparison.match", "steps"), None),
    (set_key("comparison.sizes", [8]), r"comparison: sizes: found \[8\]; a curve needs two different sizes"),
    (set_key("comparison", {"baseline": "full", "sizes": [8, 16]}), r"comparison\.sizes: the baseline, full, has one size"),
    (set_key("selection", {"examples": 9, "search": {"low": 1, "high": 9}}), r"selection: needs exactly one of examples, fraction, search"),
    (set_key("selection", {"search": {"low": 9, "high": 9}}), r"selection\.search: low is 9, but must be below high, which is 9"),
    (set_key("sampling.replicated", 99), r"sampling: replicated is 99, but there are only 24 subsets"),
    (set_key("models.reward", {"hub": "x/y", "parameters": 1}), r"models\.reward: this is the name of a scorer"),
    (set_key("indicators.custom", {"mine": {"function": "no_such:f"}}), r"indicators\.custom\.mine\.function: module 'no_such' not found"),
    (set_key("indicators.custom", {"mine": {"table": "no.parquet"}}), r"indicators\.custom\.mine\.table: file not found: .*no\.parquet"),
    (set_key("indicators.custom", {"mine": {"function": "a:b", "table": "c"}}), r"indicators\.custom\.mine: needs exactly one of function, table"),
    (set_key("indicators.embedding.model", {"path": "no/such"}), r"indicators\.embedding\.model\.path: folder not found: .*no/such"),
    (set_key("quality_rule", {"published": "v3"}), r"quality_rule\.published: v3 needs reward, und, nat, coh, which no scorer"),
    (set_key("quality_rule", {"published": "v3", "file": "rule.json"}), r"quality_rule: give either published or file"),
    (set_key("quality_rule", {"file": "no/rule.json"}), r"quality_rule\.file: file not found: .*no/rule\.json"),
    (set_key("quality_rule.ratings", {"people": {"path": "no/pairs.csv"}}), r"quality_rule\.ratings\.people\.path: file not found: .*no/pairs\.csv"),
    (set_key("quality_rule", {"ratings": {"unseen": {"path": "README.md"}}}), r"quality_rule\.ratings\.unseen: a pool has this name"),
    (set_key("quality_rule", {"ratings": {"people": {"path": "README.md", "pool": "unseen"}}}), r"pool is for ratings by ID only; name the column of the rating"),
    (set_key("quality_rule", {"ratings": {"people": {"path": "README.md", "rating": "stars", "pool": "gone"}}}), r"quality_rule\.ratings\.people\.pool: 'gone' is not declared"),
    (set_key("sources.-x", {"path": "in.jsonl"}), r"sources\.-x: found '-x'; allowed: letters, digits, '_', and '-' but not first"),
    (set_key("sources.x", {"path": ""}), r"^sources\.x\.path: is empty$"),
    (set_key("comparison.lists", {"mine": ""}), r"^comparison\.lists\.mine: is empty; give the path of a file$"),
    (set_key("indicators.custom", {"mine": {"table": ""}}), r"^indicators\.custom\.mine\.table: is empty"),
    (set_key("quality_rule", {"file": ""}), r"quality_rule\.file: is empty"),
    (set_key("indicators.embedding.model", {"path": ""}), r"^indicators\.embedding\.model\.path: is empty; give the path of a folder$"),
    (set_key("comparison.benchmarks", {"include": "no/such", "tasks": {"mine": {}}}), r"^comparison\.benchmarks\.include: folder not found: no/such$"),
    (set_key("sources.x", {"path": "in.jsonl", "split": "test", "revision": "abc"}), r"^sources\.x: found revision, split beside path; hub only, so leave them out$"),
    (set_key("sources.x", {"tasks": {"count": 3}, "configuration": "a"}), r"^sources\.x: found configuration beside tasks; hub only"),
    (set_key("pools.unseen.sources", ["pandas_clean", "pandas_clean"]), r"pools\.unseen\.sources: 'pandas_clean' appears 2 times; name each source once"),
    (set_key("eval_sets.test.sources", ["numpy", "numpy"]), r"eval_sets\.test\.sources: 'numpy' appears 2 times"),
    (set_key("selection.examples", 201), r"^selection\.examples: 201 examples are asked for, but the sources of pools\.unseen give at most 200; ask for fewer"),
    (set_key("comparison.sizes", [8, 1000]), r"^comparison\.sizes: 1,000 examples are asked for"),
    (set_key("models.smollm2.hub", "x/y"), r"models\.smollm2: needs exactly one of hub, path, package; found hub, package"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_a_wrong_config_is_explained(change: Callable[[dict[str, Any]], None], message: str | None) -> None:
    values = copy.deepcopy(DEFAULT)
    change(values)
    if message is None:
        load_config(values)
        return
    with pytest.raises(ConfigError, match=message):
        load_config(values)


def test_a_rule_with_shares_needs_subsets_for_each_source_but_one() -> None:
    values = copy.deepcopy(DEFAULT)
    values["quality_rule"] = {"effects": "shares"}
    shares = len(values["pools"]["candidates"]["sources"]) - 1
    values["sampling"] = {"subsets": 3}
    with pytest.raises(ConfigError, match=rf"3 subsets are too few for {shares} shares of sources"):
        load_config(values)


def test_indicators_of_a_set_are_not_winsorised() -> None:
    values = copy.deepcopy(DEFAULT)
    assert load_config(values).winsorised() == []
    values |= {"quality_rule": {"winsorise": 0.05}, "sampling": {"subsets": 20, "examples": 64}}
    found = load_config(values)
    assert set(found.rule_indicators()) - set(found.winsorised()) == {"knn_6"}


def test_steps_of_a_share_of_a_pool_are_not_known_beforehand() -> None:
    values = copy.deepcopy(DEFAULT) | {"selection": {"fraction": 0.1}, "comparison": {"match": "steps"}}
    with pytest.raises(ConfigError, match=r"comparison\.steps: required for match: steps"):
        load_config(values)


def test_an_arm_that_is_chosen_by_embeddings_needs_them() -> None:
    values = copy.deepcopy(DEFAULT) | {"quality_rule": {}, "comparison": {"arms": ["random", "diverse"]}}
    del values["indicators"]["embedding"]
    with pytest.raises(ConfigError, match=r"diverse is chosen by embeddings, but indicators\.embedding is not set"):
        load_config(values)


@pytest.mark.parametrize("examples", [3, 40, 41, 199])
def test_arms_are_matched_by_the_steps_that_the_selection_takes(examples: int) -> None:
    values = copy.deepcopy(DEFAULT) | {"selection": {"examples": examples}}
    config = load_config(values)
    assert config.comparison.matched_steps(config.training, examples) == count_steps(examples, config.training)


def test_all_problems_are_told_at_once() -> None:
    values = copy.deepcopy(DEFAULT) | {"seed": "x", "typo": 1}
    with pytest.raises(ConfigError, match=r"(?s)seed.*typo"):
        load_config(values)


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda path: path.name)
def test_every_worked_config_is_valid_but_for_files_to_be_put_there(path: Path) -> None:
    config = Config.model_validate(yaml.safe_load(path.read_text()))
    assert "candidates" in config.pools or config.quality_rule.adopted


ADDITIONS = [path for kind in ("designs", "judges", "models", "ratings") for path in (ROOT / "config" / kind).iterdir()]


@pytest.mark.parametrize("path", sorted(ADDITIONS), ids=lambda path: path.name)
def test_every_addition_is_valid_over_the_config_of_public_data(path: Path) -> None:
    base = yaml.safe_load((ROOT / "config" / "public-data.yaml").read_text())
    changed = copy.deepcopy(base)
    update_config(changed, yaml.safe_load(path.read_text()))
    assert Config.model_validate(changed) != Config.model_validate(base)


def test_a_design_is_laid_over_another_config() -> None:
    base, design = (
        yaml.safe_load((ROOT / "config" / name).read_text()) for name in ("public-data.yaml", "designs/tilted.yaml")
    )
    sampling = Config.model_validate({**base, "sampling": {**base["sampling"], **design["sampling"]}}).sampling
    assert (sampling.scheme, sampling.subsets) == ("tilted", base["sampling"]["subsets"])


def test_the_order_of_keys_is_no_part_of_a_config() -> None:
    def reordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reordered(value[key]) for key in reversed(value)}
        return value

    assert load_config(reordered(DEFAULT), ROOT).model_dump_json() == load_config(DEFAULT, ROOT).model_dump_json()


def test_a_degraded_source_is_under_the_licence_of_its_origin() -> None:
    config = copy.deepcopy(DEFAULT)
    config["sources"]["python"]["licence"] = "PSF-2.0"
    degraded = next(
        name for name, source in config["sources"].items() if source.get("degrade", {}).get("source") == "python"
    )
    licences = load_config(config, ROOT).licences()
    assert licences["python"] == licences[degraded] == "PSF-2.0"
