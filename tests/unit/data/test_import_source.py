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


@pytest.mark.parametrize("rows", [("{", "["), (*['{"instruction": "Say", "output": "a"},'] * 3,)])
def test_a_file_of_broken_lines_alone_is_refused_with_the_first_of_them(imported, source_file, rows):
    path = source_file(*rows)
    with pytest.raises(DataError) as error:
        imported(path=path, on_bad_row="quarantine")
    assert str(error.value).startswith(f"{path}: none of its rows is an example; the first: {path}:1: broken JSON; ")


def test_a_file_of_bad_rows_alone_is_refused_with_what_the_first_holds(imported, source_file):
    with pytest.raises(
        DataError, match=r"the first: .*dolly.jsonl:1: no known form fits: messages is empty; .*\nset `form`"
    ):
        imported(path=source_file({"messages": []}, {"messages": ["Hi"]}), on_bad_row="quarantine")


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


def test_what_is_not_read_is_counted_by_rows(imported, source_file, caplog):
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello", "date": "1 May"}]
    rows = [{"messages": [*turns, *turns], "id": 3}, {"messages": turns, "id": "", "tags": [""]}]
    with caplog.at_level("INFO"):
        _, report, _ = imported(path=source_file(*rows))
    assert report.not_read == {"date": 2, "id": 1} and "dolly: not read: date 2, id 1" in caplog.text


def test_a_field_that_changes_the_meaning_stops_the_import_unless_it_is_ignored(imported, source_file):
    path = source_file(GOOD, {**GOOD, "images": ["x.jpg"]})
    with pytest.raises(DataError, match=r'dolly.jsonl:2: field "images" is not read; .*`ignore: \[images\]`'):
        imported(path=path)
    _, report, _ = imported(path=path, on_bad_row="quarantine")
    assert report.dropped == {'field "images" is not read': 1}
    _, report, _ = imported(path=path, ignore=["images"])
    assert (report.kept, report.not_read) == (2, {"images": 1})


def test_a_file_of_two_forms_is_read_as_two(imported, source_file):
    alpaca = [{"instruction": f"Say {number}", "output": str(number)} for number in range(101)]
    examples, report, _ = imported(path=source_file(*alpaca, {**GOOD, "context": "PASSAGE"}))
    assert examples[-1].instruction.endswith("PASSAGE") and report.form == "alpaca, dolly"
    assert [example.form for example in examples[-2:]] == ["alpaca", "dolly"]


def test_a_mapped_field_that_no_row_has_is_an_error_that_names_those_there_are(imported, source_file):
    fields = {"instruction": "q", "response": "a", "system": "sytem"}
    message = r"sources.dolly.fields names what no row has \(system: sytem\); fields found: a, q"
    for rows in ([{"q": "Hi", "a": "Arr"}], [{"q": "Hi", "a": "Arr", "system": "Be a pirate"}]):
        for on_bad_row in ("stop", "quarantine"):
            with pytest.raises(DataError, match=message):
                imported(path=source_file(*rows), fields=fields, on_bad_row=on_bad_row)


def test_a_mapped_field_may_be_in_one_row_alone(imported, source_file):
    rows = [{"q": "Hi", "a": "Arr"}, {"q": "Hi", "a": "Arr", "s": "Be a pirate"}]
    examples, _, _ = imported(path=source_file(*rows), fields={"instruction": "q", "response": "a", "system": "s"})
    assert [len(example.messages) for example in examples] == [2, 3]


def test_conversations_are_cut_after_the_last_answer_and_counted_where_the_config_says_so(imported, source_file):
    turns = [{"from": "guest", "value": "Hi"}, {"from": "Bing", "value": "Hello"}]
    rows = [{"conversations": [*turns, turns[0]]}, {"conversations": turns}]
    examples, report, _ = imported(path=source_file(*rows), trim=True, roles={"Guest": "user"})
    assert (report.trimmed, report.duplicates) == (1, 1) and examples[0].messages == examples[1].messages


def test_tools_and_calls_reach_the_table(imported, source_file):
    call = {"id": "1", "function": {"name": "w", "arguments": '{"city": {"name": "Rome"}}'}}
    turns = [{"role": "user", "content": "Weather?"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    (example,), _, _ = imported(path=source_file({"messages": turns, "tools": '[{"name": "w", "parameters": {}}]'}))
    assert example.tools == ({"type": "function", "function": {"name": "w", "parameters": {}}},)
    assert example.messages[-1]["tool_calls"][0]["function"]["arguments"] == {"city": {"name": "Rome"}}


def test_a_preference_is_said_to_be_a_rating(imported, source_file):
    row = {"prompt": "Hi", "chosen": "Hello", "rejected": "No"}
    with pytest.raises(DataError, match=r"chosen and rejected are a preference.*`quality_rule.ratings`"):
        imported(path=source_file(row))


def test_names_that_people_use_are_proposed_and_the_proposal_works(imported, source_file):
    path = source_file({"system_prompt": "Be brief", "question": "Hi", "response": "Hello"})
    fields = {"instruction": "question", "response": "response", "system": "system_prompt"}
    line = ", ".join(f"{part}: {name}" for part, name in fields.items())
    for on_bad_row in ("stop", "quarantine"):
        with pytest.raises(DataError, match=rf"such as `fields: \{{{line}\}}`:\n  alpaca: "):
            imported(path=path, on_bad_row=on_bad_row)
    (example,), _, _ = imported(path=path, fields=fields)
    assert [turn["content"] for turn in example.messages] == ["Be brief", "Hi", "Hello"]


def test_reports_stay_small_whatever_the_fields_are_called(imported, source_file):
    rows = [{**GOOD, f"field {number}": "x"} for number in range(150)]
    _, report, _ = imported(path=source_file(*rows))
    assert len(report.not_read) == 101 and report.not_read["other fields"] == 50
