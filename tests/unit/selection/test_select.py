import json

import pyarrow as pa
import pytest

from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import write_json, write_result, write_table
from instructmining.quality_rule.rule import QualityRule, Term
from instructmining.selection.card import Origin, selection_card
from instructmining.selection.rank import rank
from instructmining.selection.ranking import RANKING
from instructmining.selection.select import export, main, select
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size

RULE = QualityRule(
    *("tiny", "observations", 1.0, (Term("ppl", 0.5, 0.1, 0.3, 0.7, 0.01, 0.2, 1.0, 3.0, 2.0),)),
    *(0.95, 9, 9, 0.5, 0.4, -0.3, 0.6, 0.1, None, {}, {}),
)
ORIGIN = Origin("dolly", None, "data/<b>|dolly.jsonl", 6, 6)


def example(i):
    messages = [{"role": "user", "content": f"Say {i}."}, {"role": "assistant", "content": f"{i}"}]
    row = {"instruction": f"Say {i}.", "context": "", "response": f"{i}", "category": "né"}
    return make_example(messages, "dolly", "dolly", row, "words_shuffled" if i == 0 else None)


@pytest.fixture
def pool(tmp_path):
    """A ranked pool of six in one shard; example i ranks i-th, the worst is degraded."""
    examples = [example(i) for i in range(6)]
    write_table(tmp_path / "0.parquet", to_table(examples), EXAMPLES)
    columns = {name: [getattr(e, name) for e in examples] for name in ("id", "source", "degraded")}
    ranking = rank(RULE, pa.table({**columns, "ppl": [6.0, 1.0, 2.0, 3.0, 4.0, 5.0]}))
    write_table(tmp_path / "ranking.parquet", ranking, RANKING)
    return ranking, [tmp_path / "0.parquet"]


def test_the_best_are_kept_best_first(pool):
    assert [e.response for e in select(Selection(examples=3), *pool)] == ["1", "2", "3"]


def test_a_fraction_of_the_pool_is_kept(pool):
    assert len(select(Selection(fraction=0.5), *pool)) == 3


def test_a_small_fraction_keeps_at_least_one():
    assert selection_size(10, None, 0.001) == 1


def test_asking_for_more_than_there_are_names_both_numbers(pool):
    with pytest.raises(ValueError, match="7 examples are asked for, but the pool has 6"):
        select(Selection(examples=7), *pool)


def test_the_original_form_is_the_row_unchanged():
    assert export(example(1), Selection(examples=1)) == json.loads(example(1).row)


def test_other_forms_are_made_from_the_messages():
    row = export(example(1), Selection(examples=1, form="messages"))
    assert row == {"messages": [dict(message) for message in example(1).messages]}


def test_the_card_counts_pool_and_selection(pool):
    card = selection_card("mixed", Selection(examples=3), RULE, pool[0], [ORIGIN], {}, "")
    assert "| dolly | 6 (100.0%) | 3 (100.0%) |" in card
    assert "| words_shuffled | 1 (16.7%) | 0 (0.0%) |" in card
    assert "does not predict held-out subsets" in card


def test_the_card_says_when_a_licence_is_not_stated_and_takes_in_no_markup(pool):
    card = selection_card("mixed", Selection(examples=3), RULE, pool[0], [ORIGIN], {}, "")
    assert r"| dolly | not stated | data/&lt;b>\|dolly.jsonl | 6 | 6 |" in card


FOUND = {"examples": 2, "sentence": "grid tried 3 sizes from 1 to 6; on docs the loss was lowest for 2 examples."}


@pytest.mark.parametrize(
    ("size", "said"),
    [([], "The size was set beforehand"), (["--size", "size.json"], f"The size was searched: {FOUND['sentence']}")],
)
def test_the_command_writes_the_selection_and_its_card(pool, tmp_path, monkeypatch, size, said):
    monkeypatch.chdir(tmp_path)
    write_json(tmp_path / "size.json", FOUND)
    write_result(tmp_path / "rule.json", RULE)
    report = {"source": "dolly", "origin": "dolly.jsonl", "rows_in": 6, "kept": 6}
    write_json(tmp_path / "dolly.report.json", {**report, "quarantined": 0})
    command = ["select", "--pool", "mixed", "--settings"]
    settings = '{"search": {"low": 1, "high": 6}}' if size else '{"examples": 2}'
    command += [settings, *size, "--sources-report", str(tmp_path / "dolly.report.json")]
    command += ["--licences", '{"dolly": "CC BY-SA 3.0"}']
    for name in ("ranking.parquet", "rule.json", "selected.jsonl", "card.md"):
        command += [f"--{name.split('.')[0]}", str(tmp_path / name)]
    monkeypatch.setattr("sys.argv", [*command, "--shards", str(tmp_path / "0.parquet")])
    main()
    rows = [json.loads(line) for line in (tmp_path / "selected.jsonl").read_text().splitlines()]
    assert rows == [json.loads(example(i).row) for i in (1, 2)]
    card = (tmp_path / "card.md").read_text()
    assert "CC BY-SA 3.0" in card and said in card
