"""Importing a source: every row is accounted for, bad rows stop the run or are set aside."""

import json
import subprocess
import sys

import pytest

from instructmining.data.errors import DataError
from instructmining.data.import_source import import_source
from instructmining.data.reports import SourceReport
from instructmining.data.settings import Source
from instructmining.example import read_examples
from tests.unit.data.made import read_report

GOOD = {"instruction": "What is one and one?", "context": "", "response": "Two."}


@pytest.fixture
def imported(tmp_path):
    """Import with some settings; returns examples, report and quarantined rows."""

    def run(name="dolly", seed=0, origin=None, **settings):
        paths = [tmp_path / f"{name}{suffix}" for suffix in (".parquet", ".report.json", ".quarantine.jsonl")]
        import_source(name, Source.model_validate(settings), seed, *paths, origin)
        quarantined = [json.loads(line) for line in paths[2].read_text().splitlines()]
        return read_examples(paths[0]), read_report(SourceReport, paths[1]), quarantined

    return run


@pytest.fixture
def source_file(tmp_path):
    def write(*rows, name="dolly.jsonl"):
        path = tmp_path / name
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return str(path)

    return write


def numbered(count):
    return [{**GOOD, "instruction": f"What is {number}?"} for number in range(count)]


def test_a_row_becomes_an_example_that_keeps_its_row(imported, source_file):
    (example,), report, quarantined = imported(path=source_file(GOOD))
    assert (example.instruction, example.response, example.source) == (GOOD["instruction"], "Two.", "dolly")
    assert (example.form, json.loads(example.row), example.degraded) == ("dolly", GOOD, None)
    assert (report.rows_in, report.kept, report.form) == (1, 1, "dolly")
    assert len(report.sha256) == 64 and quarantined == []


def test_a_bad_row_stops_the_import_with_file_line_and_advice(imported, source_file, tmp_path):
    path = source_file(GOOD, {**GOOD, "response": ""})
    message = (
        f'{path}:2: field "response" is empty; an example needs a response'
        " (set sources.dolly.on_bad_row: quarantine to set such rows aside)"
    )
    with pytest.raises(DataError) as error:
        imported(path=path)
    assert str(error.value) == message
    assert not (tmp_path / "dolly.parquet").exists()


def test_bad_rows_are_set_aside_with_number_and_reason(imported, source_file):
    path = source_file('{"broken', GOOD, {**GOOD, "response": "\ud800"}, {**GOOD, "response": 3})
    examples, report, quarantined = imported(path=path, on_bad_row="quarantine")
    assert [(bad["number"], bad["reason"].split(";")[0]) for bad in quarantined] == [
        (1, "broken JSON"),
        (3, "not Unicode text"),
        (4, 'field "response" is a number, expected text'),
    ]
    assert quarantined[0]["row"] == '{"broken' and quarantined[1]["row"]["response"] == "\ud800"
    assert len(examples) == 1 and report.rows_in == 4 == report.kept + sum(report.dropped.values())


def test_a_file_of_bad_rows_alone_is_refused(imported, source_file):
    with pytest.raises(DataError, match="none of its rows is an example"):
        imported(path=source_file("{", "["), form="dolly", on_bad_row="quarantine")


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.csv"])
def test_an_empty_file_is_refused(imported, source_file, name):
    with pytest.raises(DataError, match="contains no rows"):
        imported(path=source_file(name=name))


def test_a_broken_first_row_is_named_before_the_form_is_asked_for(imported, source_file):
    with pytest.raises(DataError, match=r"dolly\.jsonl:1: broken JSON"):
        imported(path=source_file("{", "{"))


def test_equal_rows_are_kept_and_counted(imported, source_file):
    examples, report, _ = imported(path=source_file(GOOD, {**GOOD, "category": "sum"}, *numbered(2)))
    assert len(examples) == 4 and report.duplicates == 1


def test_a_limit_keeps_the_order_and_counts_the_rest(imported, source_file):
    examples, report, _ = imported(path=source_file(*numbered(50)), limit=20)
    numbers = [int(example.instruction.split()[-1][:-1]) for example in examples]
    assert numbers == sorted(numbers) and len(set(numbers)) == 20 and numbers != list(range(20))
    assert report.dropped == {"over limit": 30}


def test_a_draw_depends_on_seed_and_name_alone(imported, source_file):
    path = source_file(*numbered(50))
    ids = [
        [example.id for example in imported(name, seed, path=path, limit=20)[0]]
        for name, seed in [("a", 0), ("a", 0), ("a", 1), ("b", 0)]
    ]
    assert ids[0] == ids[1] and ids[0] != ids[2] and ids[0] != ids[3]


def test_a_mapping_of_fields_is_a_form(imported, source_file):
    fields = {"instruction": "q", "response": "a"}
    (example,), report, _ = imported(path=source_file({"q": "Hi", "a": "Hello"}), fields=fields)
    assert example.form == "fields" and report.form == fields


def test_a_row_with_a_nul_character_survives_parquet(imported, source_file):
    (example,), _, _ = imported(path=source_file({**GOOD, "response": "a\0b"}))
    assert example.response == "a\0b"


def test_a_degraded_source_is_made_from_an_imported_one(imported, source_file, tmp_path):
    imported(path=source_file(*numbered(10)))
    settings = {"source": "dolly", "how": "responses_truncated", "fraction": 0.5}
    rows = [{**row, "response": "One two three four."} for row in numbered(10)]
    imported("long", path=source_file(*rows, name="long.jsonl"))
    examples, report, _ = imported("short", degrade=settings, origin=tmp_path / "long.parquet")
    assert {example.source for example in examples} == {"short"}
    assert report.degraded == 5 == sum(example.response == "One two three" for example in examples)


def test_a_degraded_source_needs_its_origin(imported):
    with pytest.raises(DataError, match="give --origin"):
        imported(degrade={"source": "dolly", "how": "words_shuffled"})


def test_a_hub_data_set_is_read_without_the_network_from_a_folder(imported, source_file, tmp_path):
    source_file(GOOD, name="train.jsonl")
    (example,), report, _ = imported("hub", hub=str(tmp_path))
    assert example.response == "Two." and report.origin.startswith(f"hub:{tmp_path}@")


def test_a_data_set_that_cannot_be_loaded_is_named(imported, tmp_path):
    with pytest.raises(DataError, match=r"configuration default, split train\): cannot be loaded"):
        imported("hub", hub=str(tmp_path / "nothing"))


def test_the_command_ends_with_the_message_and_no_traceback(source_file, tmp_path):
    path = source_file({**GOOD, "response": ""})
    command = [sys.executable, "-m", "instructmining.data.import_source", "--name", "dolly", "--seed", "0"]
    files = ["--output", "o.parquet", "--report", "r.json", "--quarantine", "q.jsonl"]
    settings = ["--settings", json.dumps({"path": path})]
    done = subprocess.run([*command, *settings, *files], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f'{path}:1: field "response" is empty')


def test_importing_the_module_loads_neither_torch_nor_datasets():
    code = (
        "import sys, instructmining.data.import_source as m; print({'torch', 'datasets', 'pandas'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
