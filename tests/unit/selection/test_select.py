"""The best examples are kept, in the form asked for, with a card."""

import json

import pytest

from instructmining.files import write_result
from instructmining.selection.select import main, rows_of, select
from instructmining.selection.settings import Selection
from tests.unit.selection.made import FOUND_SIZE, RULE, example, source_report


def test_the_best_are_kept_best_first(pool):
    assert [e.response for e in select(Selection(examples=3), *pool)] == ["1", "2", "3"]


def test_a_fraction_of_the_pool_is_kept(pool):
    assert len(select(Selection(fraction=0.5), *pool)) == 3


def test_asking_for_more_than_there_are_names_both_numbers(pool):
    with pytest.raises(ValueError, match="7 examples are asked for, but the pool has only 6"):
        select(Selection(examples=7), *pool)


def test_the_original_form_is_the_row_unchanged():
    assert rows_of([example(1)], Selection(examples=1)) == [json.loads(example(1).row)]


def test_other_forms_are_made_from_the_messages():
    rows = rows_of([example(1)], Selection(examples=1, form="messages"))
    assert rows == [{"messages": [dict(message) for message in example(1).messages]}]


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ([], "The size was set in the config"),
        (["--size", "size.json"], f"The size was searched: {FOUND_SIZE.sentence}"),
    ],
)
def test_the_command_writes_the_selection_and_its_card(pool, tmp_path, monkeypatch, capsys, size, said):
    monkeypatch.chdir(tmp_path)
    write_result(tmp_path / "size.json", FOUND_SIZE)
    write_result(tmp_path / "rule.json", RULE)
    write_result(tmp_path / "dolly.report.json", source_report("dolly"))
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
    assert "\nShares of the variance of the predictions over the pool: `ppl` 100%." in capsys.readouterr().out
