"""The command reads what an arm is chosen by, and writes its examples."""

import pyarrow as pa
import pytest

from instructmining.comparison.choose_arm import main, points_of, with_lengths
from instructmining.example import EXAMPLES, make_example, read_examples, to_table
from instructmining.files import write_table
from instructmining.indicators.tables import SCORES

EXAMPLE = [make_example([{"role": "assistant", "content": "word " * n}], "s", "f", {}) for n in (3, 1, 2)]


def choose_arm(folder, monkeypatch, arm, *options):
    """The numbers of words of the examples that the command chooses from a pool of three."""
    ids = [example.id for example in EXAMPLE]
    scores = pa.table({"id": ids, "source": ["s"] * 3, "degraded": pa.nulls(3, pa.string()), "ppl": [2.0, 3.0, 1.0]})
    write_table(folder / "scores.parquet", scores, SCORES)
    write_table(folder / "shard.parquet", to_table(EXAMPLE), EXAMPLES)
    command = ["choose_arm", "--arm", arm, "--seed", "0", "--config-seed", "0", "--scores", folder / "scores.parquet"]
    command += ["--shards", folder / "shard.parquet", "--output", folder / "arm.parquet", *options]
    monkeypatch.setattr("sys.argv", list(map(str, command)))
    main()
    return sorted(len(example.response.split()) for example in read_examples(folder / "arm.parquet"))


def test_an_arm_is_written_with_its_examples(tmp_path, monkeypatch):
    assert choose_arm(tmp_path, monkeypatch, "longest", "--examples", 2) == [2, 3]


def test_a_size_may_be_a_share_of_the_pool(tmp_path, monkeypatch):
    assert choose_arm(tmp_path, monkeypatch, "shortest_ppl", "--fraction", 0.34) == [2]


def test_a_list_is_read_from_its_file(tmp_path, monkeypatch):
    (tmp_path / "ids.txt").write_text(f"{EXAMPLE[1].id}\n")
    assert choose_arm(tmp_path, monkeypatch, "mine", "--list", tmp_path / "ids.txt", "--examples", 2) == [1]


def test_a_length_matched_arm_has_the_lengths_of_the_baseline_and_says_how_long_they_are(tmp_path, monkeypatch, capsys):
    write_table(tmp_path / "drawn.parquet", to_table(EXAMPLE[:2]), EXAMPLES)
    assert choose_arm(
        tmp_path, monkeypatch, "shortest_ppl~length", "--baseline", tmp_path / "drawn.parquet", "--examples", 2
    ) == [2, 3]
    assert "mean length: 2.5, of the baseline 2.0" in capsys.readouterr().out


@pytest.mark.parametrize("has_tokens", [True, False])
def test_length_is_in_tokens_where_they_were_counted_else_in_words(tmp_path, has_tokens):
    example = make_example([{"role": "assistant", "content": "three words here"}], "s", "f", {})
    write_table(tmp_path / "0.parquet", to_table([example]), EXAMPLES)
    scores = pa.table({"id": [example.id], **({"len_out": [7.0]} if has_tokens else {})})
    assert with_lengths(scores, [tmp_path / "0.parquet"])["len_out"].to_pylist() == [7.0 if has_tokens else 3]


def test_embeddings_are_in_the_order_of_the_scores(tmp_path):
    points = pa.FixedSizeListArray.from_arrays(pa.array([1.0, 2.0, 3.0, 4.0], pa.float32()), 2)
    table = pa.table({"id": ["a", "b"], "embeddings": points})
    write_table(tmp_path / "e.parquet", table, table.schema)
    assert points_of(pa.table({"id": ["b", "a"]}), tmp_path / "e.parquet").tolist() == [[3, 4], [1, 2]]
