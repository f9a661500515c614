"""Rules of several models, eval sets and seeds: simulated ones whose likeness is known."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.files import read_json, write_json, write_table
from instructmining.quality_rule.across.compare import Observed, by_eval_set, by_seed, compare_rules, main
from instructmining.quality_rule.across.words import markdown, sentences
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.losses import EVAL_LOSSES, losses_table
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.figures.across import draw_rules
from instructmining.report.figures.draw import main as draw

NAMES = ["ppl", "mtld"]
SCORES = pa.table(
    {
        "id": [f"{i:016x}" for i in range(200)],
        "source": ["made"] * 200,
        "degraded": pa.nulls(200, pa.string()),
        **{name: np.random.default_rng(number).normal(size=200) for number, name in enumerate(NAMES)},
    }
)


def observed(slopes, model="tiny", subsets=20, replicated=10, seed=0):
    """What a model shows that loses log 1 + x . slopes on `fit`, and the same with the slopes turned round on `test`."""
    x = np.random.default_rng(99).normal(size=(subsets, 2))
    rng = np.random.default_rng(seed)
    rows = [(i, s) for i in range(subsets) for s in range(2 if i < replicated else 1)]
    x = x[[i for i, _ in rows]]
    fit = 1 + x @ np.array(slopes) + 0.02 * rng.normal(size=len(rows))
    test = 1 - x @ np.array(slopes) + 0.02 * rng.normal(size=len(rows))
    keys = {"model": [model] * len(rows), "subset": [f"{i:03}" for i, _ in rows], "seed": [s for _, s in rows]}
    values = {
        **keys,
        "loss": np.exp(fit),
        "log_loss": fit,
        "sources": [[("made", 64)]] * len(rows),
        "made_with": [{}] * len(rows),
        "ppl": x[:, 0],
        "mtld": x[:, 1],
    }
    losses = [
        pa.table(
            {**keys, "eval_set": [name] * len(rows), "role": [name] * len(rows), "loss": np.exp(y)}, schema=EVAL_LOSSES
        )
        for name, y in (("fit", fit), ("test", test))
    ]
    return Observed(pa.table(values, schema=observations_schema(NAMES)), pa.concat_tables(losses))


def compared(**models):
    return compare_rules(models, NAMES, SCORES, 0.95)


def comparison(result, over):
    return next(row for row in result["comparisons"] if row["over"] == over)


def test_models_with_the_same_rule_are_not_told_apart():
    row = comparison(compared(small=observed((0.2, -0.1)), large=observed((0.2, -0.1), seed=1)), "models")
    assert row["equal_coefficients"]["p_value"] > 0.05
    assert row["agreement"][0]["examples"] > 0.99 and row["agreement"][0]["best"] > 0.9
    across = next(t for t in row["transfers"] if (t["fitted_on"], t["tested_on"]) == ("small", "large"))
    assert across["held_out"] and across["recentred_r2"] > 0.9


def test_a_model_with_another_rule_is_told_apart():
    row = comparison(compared(small=observed((0.2, -0.1)), large=observed((0.2, 0.1), seed=1)), "models")
    assert row["equal_coefficients"]["p_value"] < 1e-6
    found = {each["indicator"]: each for each in row["differences"][0]["coefficients"]}
    assert found["mtld"]["high"] < 0 and found["ppl"]["low"] < 0 < found["ppl"]["high"]


def test_an_eval_set_that_goes_the_other_way_is_seen():
    row = comparison(compared(tiny=observed((0.2, -0.1))), "eval sets")
    assert row["variants"] == ["fit", "test"] and row["agreement"][0]["subsets"] < -0.99
    assert row["agreement"][0]["best"] == 0


def test_the_losses_on_one_eval_set_are_what_it_measured():
    given = observed((0.2, -0.1))
    tables = by_eval_set(given)
    assert tables["fit"]["log_loss"].to_numpy() == pytest.approx(given.observations["log_loss"].to_numpy())
    assert tables["test"]["loss"].to_pylist() == given.losses["loss"].to_pylist()[30:]


def test_a_fine_tune_without_a_loss_is_said():
    given = observed((0.2, -0.1))
    with pytest.raises(ValueError, match=r"1 fine-tunes have no loss on fit \(first: subset, seed \('000', 0\)\)"):
        by_eval_set(Observed(given.observations, given.losses.slice(1)))


def test_seeds_are_compared_over_the_subsets_that_have_them_all():
    tables = by_seed(observed((0.2, -0.1), replicated=7).observations)
    assert {name: len(table) for name, table in tables.items()} == {"seed 0": 7, "seed 1": 7}


def test_seeds_of_too_few_subsets_are_skipped_with_the_reason():
    result = compared(tiny=observed((0.2, -0.1), replicated=4))
    reason = next(row["reason"] for row in result["skipped"] if row["over"] == "seeds")
    assert reason.startswith("4 subsets are too few for 2 indicators")
    assert "The seeds of tiny cannot be compared: 4 subsets are too few" in "\n".join(sentences(result))


def test_one_model_says_that_there_is_no_other():
    result = compared(tiny=observed((0.2, -0.1)))
    assert "There is one base model, tiny: whether its rule holds for others is not known." in sentences(result)
    assert [row["over"] for row in result["comparisons"]] == ["eval sets", "seeds"]


def test_a_comparison_with_two_degrees_of_freedom_cannot_tell():
    result = compared(tiny=observed((0.2, -0.1), subsets=5, replicated=0))
    test = comparison(result, "eval sets")["equal_coefficients"]
    assert test["denominator_degrees"] < 5 and test["p_value"] < 0.05 and "holm" not in test
    assert (
        "Eval sets of tiny: Whether the coefficients differ cannot be told from so few subsets" in sentences(result)[0]
    )


def test_tests_of_equal_coefficients_are_corrected_together():
    tests = [row["equal_coefficients"] for row in compared(tiny=observed((0.2, -0.1)))["comparisons"]]
    first, second = sorted(tests, key=lambda row: row["p_value"])
    assert [row["tests"] for row in tests] == [2, 2]
    assert first["holm"] == pytest.approx(2 * first["p_value"])
    assert second["holm"] == pytest.approx(max(second["p_value"], first["holm"]))


def test_losses_are_gathered_for_each_eval_set():
    record = {"model": "tiny", "run": "007", "seed": 1}
    record["losses"] = {"b": {"role": "test", "token_loss": 2.0}, "a": {"role": "fit", "token_loss": 1.0}}
    rows = losses_table([record]).to_pylist()
    assert [(row["subset"], row["eval_set"], row["role"], row["loss"]) for row in rows] == [
        ("007", "a", "fit", 1.0),
        ("007", "b", "test", 2.0),
    ]


@pytest.mark.parametrize("models", [("tiny",), ("tiny", "large")])
def test_the_commands_compare_and_draw(models, tmp_path, monkeypatch, capsys):
    files = {"--observations": [], "--losses": [], "--rules": []}
    for number, model in enumerate(models):
        given = observed((0.2, -0.1), model, seed=number)
        rule = fit_rule(given.observations, NAMES, QualityRuleSettings(), {}).rule
        for option, suffix in zip(files, ("observations.parquet", "losses.parquet", "rule.json"), strict=True):
            files[option].append(str(tmp_path / model / suffix))
        write_table(tmp_path / model / "observations.parquet", given.observations, given.observations.schema)
        write_table(tmp_path / model / "losses.parquet", given.losses, EVAL_LOSSES)
        rule.to_json(tmp_path / model / "rule.json")
    write_table(tmp_path / "scores.parquet", SCORES, SCORES.schema)
    given = [word for option, paths in files.items() for word in (option, *paths)]
    outputs = ["--output", str(tmp_path / "a.json"), "--table", str(tmp_path / "a.md")]
    monkeypatch.setattr(
        sys, "argv", ["compare", "--names", *models, *given, "--scores", str(tmp_path / "scores.parquet"), *outputs]
    )
    main()
    result = read_json(tmp_path / "a.json")
    assert markdown(result) == (tmp_path / "a.md").read_text() and "Eval sets of tiny" in capsys.readouterr().out
    outputs = ["--output", str(tmp_path / "a.svg"), "--table", str(tmp_path / "a.csv")]
    monkeypatch.setattr(sys, "argv", ["figures", "across_models", "--rules", str(tmp_path / "a.json"), *outputs])
    draw()
    variants = sum(len(row["variants"]) for row in result["comparisons"])
    assert len(pd.read_csv(tmp_path / "a.csv")) == 2 * variants


def test_more_than_three_panels_stand_below_each_other():
    result = compared(small=observed((0.2, -0.1)), large=observed((0.2, 0.1), seed=1))
    width, height = draw_rules(result).figure.get_size_inches()
    assert len(result["comparisons"]) == 5 and height > width / 2 and width < 12


def test_a_figure_of_nothing_but_reasons_is_drawn(tmp_path, monkeypatch):
    reason = {"over": "seeds", "model": "tiny", "reason": "too few"}
    write_json(tmp_path / "a.json", {"confidence": 0.95, "comparisons": [], "skipped": [reason]})
    outputs = ["--output", str(tmp_path / "a.svg"), "--table", str(tmp_path / "a.csv")]
    monkeypatch.setattr(sys, "argv", ["figures", "across_models", "--rules", str(tmp_path / "a.json"), *outputs])
    draw()
    assert (tmp_path / "a.csv").read_text().startswith("over,model,variant")
