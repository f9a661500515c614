"""Agreement with people, against scipy, statsmodels and judgements whose truth is known."""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.files import read_result, write_result, write_table
from instructmining.quality_rule.people.agreement import agreements, make_pairs, make_rated, rank_correlations
from instructmining.quality_rule.people.compare import PeopleComparison, compare_with_people, main, measures_of
from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.rule import QualityRule, Term
from instructmining.report.figures.draw import main as draw


def judged(quality, length, noise=0.5, per_prompt=4, seed=0):
    """Judgements of pairs: of each prompt's examples, two neighbours at a time, by their quality and some noise."""
    rng = np.random.default_rng(seed)
    seen = quality + noise * rng.normal(size=len(quality))
    rows = []
    for first in range(0, len(quality) - 1, 2):
        better, worse = (first, first + 1) if seen[first] > seen[first + 1] else (first + 1, first)
        rows.append(
            {
                "prompt": f"p{first // per_prompt}",
                "better": f"{better:04}",
                "worse": f"{worse:04}",
                "rating": None,
                "better_length": int(length[better]),
                "worse_length": int(length[worse]),
            }
        )
    return pa.Table.from_pylist(rows, schema=JUDGEMENTS)


def rated(rating, length, prompts=None):
    """Judgements of single examples."""
    prompts = prompts or [f"p{i}" for i in range(len(rating))]
    rows = [
        {
            "prompt": prompt,
            "better": f"{i:04}",
            "worse": None,
            "rating": value,
            "better_length": int(characters),
            "worse_length": None,
        }
        for i, (prompt, value, characters) in enumerate(zip(prompts, rating, length, strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=JUDGEMENTS)


def ids(count):
    return [f"{i:04}" for i in range(count)]


def agree(measures, judgements, count=400):
    pairs, ratings = make_pairs(judgements, ids(count)), make_rated(judgements, ids(count))
    return {row.measure: row for row in agreements(measures, pairs, ratings, 0.95)}


def simulated(count=400, seed=1):
    """A measure of quality, one of nothing, one of length, and lengths that have nothing to do with quality."""
    rng = np.random.default_rng(seed)
    length = np.exp(rng.normal(5, 1, size=count))
    return {"good": rng.normal(size=count), "nothing": rng.normal(size=count), "long": np.log(length)}, length


def test_the_accuracy_is_the_share_of_pairs_and_a_tie_counts_half():
    measures = {"m": np.array([1.0, 0, 1, 1] * 10)}
    length = np.tile([20, 10, 10, 10], 10)
    judgements = judged(np.tile([1.0, 0, 1, 0], 10), length, noise=0)
    assert agree(measures, judgements, 40)["m"].accuracy.value == 0.75


def test_what_people_go_by_is_found_and_what_they_do_not_is_not():
    measures, length = simulated()
    found = agree(measures, judged(measures["good"], length))
    good, nothing = found["good"], found["nothing"]
    assert (
        good.accuracy.low > 0.5
        and good.beyond_length.low > 0
        and good.adjusted.low > 0
        and good.partial_spearman.low > 0
    )
    assert nothing.accuracy.low < 0.5 < nothing.accuracy.high and nothing.adjusted.low < 0 < nothing.adjusted.high


def test_a_measure_of_length_alone_has_nothing_left_once_the_length_is_held_fixed():
    measures, length = simulated()
    noisy = {"long": measures["long"] + 0.1 * measures["nothing"]}
    found = agree(noisy, judged(measures["long"], length))["long"]
    assert found.accuracy.low > 0.6 and found.spearman.low > 0.3
    assert found.adjusted.low < 0 < found.adjusted.high and abs(found.partial_spearman.value) < 0.15
    assert found.beyond_length.low <= 0 <= found.beyond_length.high


def test_nothing_is_said_of_the_length_with_itself_held_fixed():
    measures, length = simulated()
    row = agree(measures, judged(measures["good"], length))["length"]
    assert row.adjusted is None and row.beyond_length is None and row.partial_spearman is None
    assert row.accuracy is not None


def test_matched_pairs_are_those_of_about_equal_length():
    measures, length = simulated()
    judgements = judged(measures["good"], length)
    pairs = make_pairs(judgements, ids(400))
    close = np.abs(np.log(length[pairs.better] // 1) - np.log(length[pairs.worse] // 1)) <= np.log(1.25)
    expected = np.mean(measures["good"][pairs.better[close]] > measures["good"][pairs.worse[close]])
    assert agree(measures, judgements)["good"].matched_accuracy.value == pytest.approx(expected)


def test_the_adjusted_odds_are_those_of_statsmodels_glm():
    import statsmodels.api as sm

    measures, length = simulated()
    judgements = judged(measures["good"], length)
    pairs = make_pairs(judgements, ids(400))
    difference = measures["good"][pairs.better] - measures["good"][pairs.worse]
    x = np.column_stack([difference / difference.std(ddof=1), pairs.longer])
    both = np.vstack([x, -x])  # every pair both ways round: the same estimate
    glm = sm.GLM(np.repeat([1.0, 0.0], len(x)), both, family=sm.families.Binomial()).fit()
    assert agree(measures, judgements)["good"].adjusted.value == pytest.approx(glm.params[0], rel=1e-5)


def test_rank_correlations_are_scipys_and_the_partial_one_is_that_of_residual_ranks():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 50)) + rng.normal(size=50)
    plain, partial = rank_correlations(np.round(values, 1))
    x, y, z = (stats.rankdata(row) for row in np.round(values, 1))
    assert plain[0] == pytest.approx(stats.pearsonr(x, y).statistic)
    residual = [a - np.polyval(np.polyfit(z, a, 1), z) for a in (x, y)]
    assert partial[0] == pytest.approx(stats.pearsonr(*residual).statistic)


def test_a_constant_measure_correlates_with_nothing():
    values = np.array([np.ones(20), np.arange(20.0), np.arange(20.0) ** 2 % 7])
    assert rank_correlations(values).tolist() == [[0.0], [0.0]]


def test_intervals_are_over_prompts_so_that_copies_of_a_prompt_add_nothing():
    measures, length = simulated(80)
    once = judged(measures["good"], length)
    copies = pa.concat_tables([once] * 5)
    alone, together = (agree(measures, table, 80)["good"].accuracy for table in (once, copies))
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say(monkeypatch):
    """Of a measure that has nothing to do with the judgements, with 60 pairs of 30 prompts."""
    monkeypatch.setattr("instructmining.quality_rule.regression.bootstrap.RESAMPLES", 200)
    rng = np.random.default_rng(2)
    held = []
    for seed in range(50):
        quality, length = rng.normal(size=120), np.exp(rng.normal(5, 1, size=120))
        found = agree({"nothing": rng.normal(size=120)}, judged(quality, length, seed=seed), 120)["nothing"]
        held.append([found.accuracy.low <= 0.5 <= found.accuracy.high, found.spearman.low <= 0 <= found.spearman.high])
    assert (np.mean(held, axis=0) > 0.85).all()


def test_ratings_of_one_prompt_make_pairs():
    table = rated([3, 1, 1, 5], [10, 20, 30, 40], ["a", "a", "a", "b"])
    pairs = make_pairs(table, ids(4))
    assert sorted(zip(pairs.better.tolist(), pairs.worse.tolist(), strict=True)) == [(0, 1), (0, 2)]


def test_several_ratings_of_an_example_are_averaged():
    table = pa.concat_tables([rated([3.0], [10]), rated([4.0], [10])])
    assert make_rated(table, ids(1)).rating.tolist() == [3.5]


def test_the_rating_of_pairs_is_the_share_that_an_example_won():
    rows = [
        {"prompt": "p", "better": a, "worse": b, "rating": None, "better_length": 1, "worse_length": 1}
        for a, b in ("ab", "ac", "ca")
    ]
    ratings = make_rated(pa.Table.from_pylist(rows, schema=JUDGEMENTS), ["a", "b", "c"])
    assert dict(zip(ratings.example.tolist(), ratings.rating.tolist(), strict=True)) == pytest.approx(
        {0: 2 / 3, 1: 0, 2: 1 / 2}
    )


def test_too_few_judgements_have_no_numbers():
    measures, length = simulated(8)
    row = agree(measures, judged(measures["good"], length), 8)["good"]
    assert row.accuracy is None and row.adjusted is None and row.spearman is None


def test_a_measure_that_tells_all_pairs_apart_has_no_odds():
    measures, length = simulated()
    found = agree(measures, judged(measures["good"], length, noise=0))["good"]
    assert found.accuracy.value == 1 and found.adjusted is None


def rule(**coefficients):
    return PublishedRule("made", "tiny", 1.0, coefficients, {}, ())


def scored(measures):
    count = len(next(iter(measures.values())))
    columns = {"id": ids(count), "source": ["people"] * count, "degraded": pa.nulls(count, pa.string())}
    return pa.table({**columns, **measures})


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
