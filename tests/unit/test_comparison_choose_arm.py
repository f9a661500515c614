import pyarrow as pa
import pytest

from instructmining.comparison.choose_arm import choose, response_lengths
from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import write_table

IDS = ["d", "b", "a", "c", "e"]
LENGTHS = {"a": 1.0, "b": 9.0, "c": 9.0, "d": 9.0, "e": 2.0}


def arm(name, size=2, seeds=(0, 0)):
    return choose(name, IDS, LENGTHS, size, seeds)


def test_selected_are_the_first_of_the_ranking_in_order_of_id():
    assert arm("selected", 3) == ["a", "b", "d"]


def test_longest_breaks_ties_by_id():
    assert arm("longest") == ["b", "c"]


def test_full_is_all_whatever_the_size():
    assert arm("full") == sorted(IDS)


def test_random_is_the_same_draw_for_the_same_seeds_and_another_for_others():
    draws = {tuple(arm("random", 3, (config, seed))) for config in range(5) for seed in range(5)}
    assert arm("random", 3, (0, 1)) == arm("random", 3, (0, 1))
    assert len(draws) > 5


def test_random_does_not_depend_on_the_ranking():
    assert arm("random") == choose("random", sorted(IDS), LENGTHS, 2, (0, 0))


def test_random_draws_no_example_twice():
    assert arm("random", 5) == sorted(IDS)


@pytest.mark.parametrize("has_tokens", [True, False])
def test_length_is_in_tokens_where_they_were_counted_else_in_words(tmp_path, has_tokens):
    example = make_example([{"role": "assistant", "content": "three words here"}], "s", "f", {})
    write_table(tmp_path / "0.parquet", to_table([example]), EXAMPLES)
    ranking = pa.table({"id": [example.id], **({"len_out": [7.0]} if has_tokens else {})})
    assert response_lengths(ranking, [tmp_path / "0.parquet"]) == {example.id: 7.0 if has_tokens else 3}
