"""Agreement with people, against scipy, statsmodels and judgements whose truth is known."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.files import read_result, write_result, write_table
from instructmining.quality_rule.people.compare import AS_IT_IS, compare_with_people, main, measures_of
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.term import Term
from instructmining.report.figures.draw import main as draw
from tests.unit.quality_rule.people.made import judged, rule, scored, simulated


def test_the_rule_is_turned_round_so_that_higher_is_better_and_neighbours_are_left_out():
    scores = scored({"ppl": np.array([1.0, 2.0]), "mtld": np.array([3.0, 1.0])})
    measures, left_out = measures_of(rule(ppl=2.0, mtld=-1.0, knn_6=5.0), scores)
    assert measures["rule"].tolist() == [-2.0 + 3.0, -4.0 + 1.0]
    assert list(measures) == ["rule", "ppl", "mtld"] and list(left_out) == ["knn_6"]
    assert "all its indicators are left out" in measures_of(rule(knn_6=5.0), scores)[1]["rule"]


def test_a_fitted_rule_is_compared_like_a_published_one():
    scores = scored({"ppl": np.arange(4.0)})
    numbers = dict.fromkeys(
        ("standard_error", "low", "high", "p_value", "standardised", "fitted_min", "fitted_max"), 0.0
    )
    names = ("observations", "subsets", "r2", "adjusted_r2", "loo_r2", "loo_spearman", "residual_sd", "noise_sd")
    terms = (Term("ppl", 2.0, **numbers, mean=1.0),)
    fitted = QualityRule("tiny", "ols", 0.0, terms, 0.95, **dict.fromkeys(names, 0), left_out={}, indicator_settings={})
    assert measures_of(fitted, scores)[0]["rule"] == pytest.approx(measures_of(rule(ppl=2.0), scores)[0]["rule"] + 2)


def test_a_rule_that_knows_only_sources_gives_examples_of_unknown_ones_no_order():
    share = replace(fitted_rule(0.1), terms=(replace(fitted_rule(0.1).terms[0], indicator="source:b", mean=0.4),))
    measures, length = simulated(160)
    scores = scored({"good": measures["good"]})
    found = compare_with_people("people", share, scores, judged(measures["good"], length), 0.95)
    assert np.ptp(measures_of(share, scores)[0]["rule"]) == 0 and found.measures[0].accuracy.value == 0.5


def fitted_rule(error):
    """A rule of one coefficient, -1 of `good`, with this standard error."""
    term = Term("good", -1.0, error, 0, 0, 0, 0, 0, 0, mean=0.0)
    fitted = QualityRule("tiny", "ols", 0.0, (term,), 0.95, 24, 24, 0.5, 0.5, 0.5, 0.5, 0.1, None, {}, {})
    return replace(fitted, covariance=((error**2,),))


def test_the_intervals_of_a_fitted_rule_hold_the_errors_of_its_coefficients():
    measures, length = simulated(160)
    judgements = judged(measures["good"], length)
    sure, unsure, as_it_is = (
        compare_with_people("people", rule, scored({"good": measures["good"]}), judgements, 0.95)
        for rule in (fitted_rule(1e-6), fitted_rule(1.0), replace(fitted_rule(1.0), covariance=None))
    )
    assert sure.measures[0].accuracy.low > 0.5 and sure.measures[0].spearman.low > 0
    assert sure.measures[1] == unsure.measures[1] and sure.measures[0].accuracy.value == sure.measures[1].accuracy.value
    assert unsure.measures[0].accuracy.low < 0.5 and unsure.measures[0].spearman.low < 0
    assert any("more often than" in sentence for sentence in sure.sentences)
    assert any("not shown to differ from chance" in sentence for sentence in unsure.sentences)
    assert as_it_is.measures[0].accuracy == sure.measures[1].accuracy and AS_IT_IS in as_it_is.sentences


def test_fewer_than_ten_prompts_are_too_few_however_many_pairs_they_have():
    measures, length = simulated(72)
    judgements = judged(measures["good"], length, per_prompt=8)
    found = compare_with_people("people", fitted_rule(1e-6), scored(measures), judgements, 0.95)
    assert (found.prompts, found.pairs) == (9, 36) and found.measures[0].accuracy is None
    assert found.measures[0].adjusted is None and found.measures[0].spearman is None
    assert "These are too few to say anything: at least 10 prompts are needed." in found.sentences


def test_examples_without_a_score_are_missed():
    measures, length = simulated(40)
    with pytest.raises(ValueError, match="scores of the ratings people"):
        compare_with_people(
            "people", rule(good=-1.0), scored(measures).slice(1), judged(measures["good"], length), 0.95
        )


def test_the_commands_compare_and_draw(tmp_path, monkeypatch, capsys):
    measures, length = simulated()
    judgements = judged(measures["good"], length)
    write_result(tmp_path / "rule.json", rule(good=-1.0, knn_6=2.0))
    write_table(tmp_path / "scores.parquet", scored(measures), scored(measures).schema)
    write_table(tmp_path / "judgements.parquet", judgements, JUDGEMENTS)
    inputs = [
        word
        for name in ("rule.json", "scores.parquet", "judgements.parquet")
        for word in (f"--{name.split('.')[0]}", str(tmp_path / name))
    ]
    monkeypatch.setattr(sys, "argv", ["compare", "--name", "people", *inputs, "--output", str(tmp_path / "p.json")])
    main()
    out = capsys.readouterr().out
    assert "more often than length alone" in out and "Left out: knn_6" in out
    result = read_result(PeopleComparison, tmp_path / "p.json")
    assert [row.measure for row in result.measures] == ["rule", *measures, "length"]
    outputs = ["--output", str(tmp_path / "p.svg"), "--table", str(tmp_path / "p.csv")]
    monkeypatch.setattr(sys, "argv", ["figures", "people", "--people", str(tmp_path / "p.json"), *outputs])
    draw()
    table = pd.read_csv(tmp_path / "p.csv").set_index("measure")
    assert table.loc["rule", "accuracy"] == result.measures[0].accuracy.value
    assert np.isnan(table.loc["length", "adjusted"])


def test_the_verdict_says_when_it_is_a_coin_and_when_people_disagree():
    measures, length = simulated()
    judgements = judged(measures["good"], length)
    for coefficients, verdict in (
        ({"nothing": 1.0}, "not shown to differ from chance"),
        ({"good": 1.0}, "people prefer what it calls worse"),
    ):
        result = compare_with_people("people", rule(**coefficients), scored(measures), judgements, 0.95)
        assert any(verdict in sentence for sentence in result.sentences if sentence.startswith("The rule agrees"))
