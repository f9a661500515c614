"""Agreement with people, against scipy, statsmodels and judgements whose truth is known."""

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from scipy import stats

from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.quality_rule.people.agreement import make_pairs, make_rated, rank_correlations
from tests.unit.quality_rule.people.made import agree, ids, judged, rated, simulated


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
