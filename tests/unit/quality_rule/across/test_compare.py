"""Rules of several models, eval sets and seeds: simulated ones whose likeness is known."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.files import read_result, write_result, write_table
from instructmining.quality_rule.across.compare import (
    Observed,
    agreement,
    by_eval_set,
    by_seed,
    compare,
    limits_of_rules,
    main,
)
from instructmining.quality_rule.across.result import AcrossModels, Skipped
from instructmining.quality_rule.across.variants import Variant
from instructmining.quality_rule.across.words import markdown
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.losses import EVAL_LOSSES
from instructmining.quality_rule.regression.least_squares import least_squares
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.figures.across import draw_rules
from instructmining.report.figures.draw import main as draw
from tests.unit.quality_rule.across.made import NAMES, SCORES, compared, comparison, observed
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.quality_rule.made import rule, term
from tests.unit.simulation import observations, to_design


def test_models_with_the_same_rule_are_not_told_apart():
    row = comparison(compared(small=observed((0.2, -0.1)), large=observed((0.2, -0.1), seed=1)), "models")
    assert row.equal_coefficients.p_value > 0.05
    assert row.agreement[0].examples > 0.99 and row.agreement[0].best > 0.9
    across = next(t for t in row.transfers if (t.fitted_on, t.tested_on) == ("small", "large"))
    assert across.held_out and across.recentred_r2 > 0.9


def test_a_model_with_another_rule_is_told_apart():
    row = comparison(compared(small=observed((0.2, -0.1)), large=observed((0.2, 0.1), seed=1)), "models")
    assert row.equal_coefficients.p_value < 1e-6
    found = {each.indicator: each for each in row.differences[0].coefficients}
    assert found["mtld"].high < 0 and found["ppl"].low < 0 < found["ppl"].high


def agreements_of(seeds, slopes, noise):
    """The agreement of two models with these slopes in six indicators, over 24 subsets, for each seed."""
    for seed in seeds:
        rng = np.random.default_rng([2, seed])
        x = rng.normal(size=(24, 6))
        designs = [to_design(1 + x @ slope + noise * rng.normal(size=24), dict(enumerate(x.T))) for slope in slopes]
        a, b = (Variant("made", design, least_squares(design), design.y) for design in designs)
        yield agreement(a, b, x, 0.95)


def test_rules_of_pure_noise_are_rarely_said_to_agree_or_to_disagree():
    found = [row.low > 0 or row.high < 0 for row in agreements_of(range(40), np.zeros((2, 6)), 0.004)]
    assert np.mean(found) < 0.1


def test_the_interval_of_agreement_holds_one_where_two_models_have_the_same_rule():
    slopes = np.tile([0.01, -0.0075, 0.0075, 0, 0.005, 0], (2, 1))
    found = [(row.high == 1, row.low > 0) for row in agreements_of(range(40), slopes, 0.006)]
    assert (np.mean(found, axis=0) > 0.85).all()


def test_an_eval_set_that_goes_the_other_way_is_seen():
    row = comparison(compared(tiny=observed((0.2, -0.1))), "eval sets")
    assert row.variants == ("fit", "test") and row.agreement[0].subsets < -0.99
    assert row.agreement[0].best == 0


def test_the_losses_on_one_eval_set_are_what_it_measured():
    given = observed((0.2, -0.1))
    tables = by_eval_set(given)
    assert tables["fit"]["log_loss"].to_numpy() == pytest.approx(given.observations["log_loss"].to_numpy())
    assert tables["test"]["loss"].to_pylist() == given.losses["loss"].to_pylist()[30:]


def test_a_fine_tune_without_a_loss_is_said():
    given = observed((0.2, -0.1))
    with pytest.raises(
        ValueError, match=r"1 of 30 fine-tunes have no loss on fit \(first: subset, seed \('000', 0\)\)"
    ):
        by_eval_set(Observed(given.observations, given.losses.slice(1)))


def test_seeds_are_compared_over_the_subsets_that_have_them_all():
    tables = by_seed(observed((0.2, -0.1), replicated=7).observations)
    assert {name: len(table) for name, table in tables.items()} == {"seed 0": 7, "seed 1": 7}


def test_tests_of_equal_coefficients_are_corrected_together():
    tests = [row.equal_coefficients for row in compared(tiny=observed((0.2, -0.1))).comparisons]
    first, second = sorted(tests, key=lambda row: row.p_value)
    assert [row.tests for row in tests] == [2, 2]
    assert first.holm == pytest.approx(2 * first.p_value)
    assert second.holm == pytest.approx(max(second.p_value, first.holm))


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
        write_result(tmp_path / model / "rule.json", rule)
    write_table(tmp_path / "scores.parquet", SCORES, SCORES.schema)
    given = [word for option, paths in files.items() for word in (option, *paths)]
    outputs = ["--output", str(tmp_path / "a.json"), "--table", str(tmp_path / "a.md")]
    monkeypatch.setattr(
        sys, "argv", ["compare", "--names", *models, *given, "--scores", str(tmp_path / "scores.parquet"), *outputs]
    )
    main()
    result = read_result(AcrossModels, tmp_path / "a.json")
    assert markdown(result) == (tmp_path / "a.md").read_text() and "Eval sets of tiny" in capsys.readouterr().out
    outputs = ["--output", str(tmp_path / "a.svg"), "--table", str(tmp_path / "a.csv")]
    monkeypatch.setattr(sys, "argv", ["figures", "across_models", "--rules", str(tmp_path / "a.json"), *outputs])
    draw()
    variants = sum(len(row.variants) for row in result.comparisons)
    assert len(pd.read_csv(tmp_path / "a.csv")) == 2 * variants


def test_rules_with_shares_of_sources_are_compared_over_examples_of_known_sources():
    y, x, sources = losses(24, source_effects=0.05)
    tables = {name: observations(sign * y, x, sources=sources) for name, sign in (("up", 1), ("down", -1))}
    scores = pa.table({"source": ["s1", "s2", "s1"], "i0": [0.0, 0.0, 0.0]})
    found = compare("models", "", tables, ["source:s1", "i0"], scores, 0.95)
    assert [row.indicator for row in found.coefficients["up"]] == ["source:s1", "i0"]
    assert found.agreement[0].examples == pytest.approx(-1)


def test_scores_of_candidates_are_held_within_the_limits_of_the_rules():
    held = replace(term("ppl", 0.5), winsorised=(0.0, 1.0))
    assert limits_of_rules([rule(held, term("mtld", 1.0)), rule()]) == {"ppl": (0.0, 1.0)}


def test_more_than_three_panels_stand_below_each_other():
    result = compared(small=observed((0.2, -0.1)), large=observed((0.2, 0.1), seed=1))
    width, height = draw_rules(result).figure.get_size_inches()
    assert len(result.comparisons) == 5 and height > width / 2 and width < 12


def test_a_figure_of_nothing_but_reasons_is_drawn(tmp_path, monkeypatch):
    write_result(tmp_path / "a.json", AcrossModels(("tiny",), 0.95, "SD", (), (Skipped("seeds", "tiny", "too few"),)))
    outputs = ["--output", str(tmp_path / "a.svg"), "--table", str(tmp_path / "a.csv")]
    monkeypatch.setattr(sys, "argv", ["figures", "across_models", "--rules", str(tmp_path / "a.json"), *outputs])
    draw()
    assert (tmp_path / "a.csv").read_text().startswith("over,model,variant")
