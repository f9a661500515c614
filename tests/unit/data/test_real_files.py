"""The real files beside the project: each imports, and decontamination has work to do."""

from pathlib import Path

import pytest

from instructmining.data.build_pool import build_pool
from instructmining.data.import_source import import_source
from instructmining.data.reports import PoolReport, SourceReport
from instructmining.data.settings import Pool, Source
from instructmining.example import EXAMPLES, Message, make_example, read_examples, to_table
from instructmining.files import write_table
from tests.unit.data.made import read_report

DATA = Path(__file__).parents[3] / "../shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data sets are not in ../shared/data")
# Rows as in SOURCES.md, and how many of them have an empty output.
FILES = {
    "pool/alpaca_5000.json": ("alpaca", 5000, 2),
    "pool/dolly_4183.jsonl": ("dolly", 4183, 0),
    "pool/dolly_flan_t5_small.jsonl": ("alpaca", 2423, 0),
    "pool/gpteacher_roleplay.json": ("alpaca", 1923, 0),
    "pool/gsm8k.parquet": ("alpaca", 7473, 0),
    "pool/super_ni.parquet": ("alpaca", 12938, 6),
    "pool/oasst1_threads.jsonl": ("messages", 951, 0),
    "pool/self_instruct_raw.parquet": ("alpaca", 232, 0),
    "eval/self_instruct_252.jsonl": ("self_instruct", 252, 0),
    "eval/coachlm150.parquet": ("alpaca", 150, 0),
    "eval/dolly_eval_200.parquet": ("alpaca", 200, 0),
}


def import_file(name, tmp_path):
    source, path = Path(name).stem, tmp_path / f"{Path(name).stem}.parquet"
    settings = Source(path=str(DATA / name), on_bad_row="quarantine")
    import_source(source, settings, 0, path, tmp_path / f"{source}.json", tmp_path / f"{source}.quarantine.jsonl")
    return path, read_report(SourceReport, tmp_path / f"{source}.json")


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_imported_whole(name, tmp_path):
    form, rows, empty = FILES[name]
    _, report = import_file(name, tmp_path)
    assert (report.form, report.rows_in, report.kept) == (form, rows, rows - empty)
    assert report.dropped == ({'field "output" is empty': empty} if empty else {})


@pytest.mark.parametrize(
    "name, not_read",
    [
        ("pool/dolly_4183.jsonl", {"category": 3398}),
        ("pool/alpaca_5000.json", {}),
        ("eval/self_instruct_252.jsonl", {"id": 252, "motivation_app": 252}),
    ],
)
def test_what_a_real_file_has_beside_its_form_is_counted(name, not_read, tmp_path):
    assert import_file(name, tmp_path)[1].not_read == not_read


def test_dolly_is_cleaned_of_its_eval_rows(tmp_path):
    dolly, _ = import_file("pool/dolly_4183.jsonl", tmp_path)
    eval_set, _ = import_file("eval/dolly_eval_200.parquet", tmp_path)
    settings, report = Pool(sources=["dolly_4183"]), tmp_path / "report.json"
    tables = tmp_path / "contaminated.parquet", tmp_path / "near_duplicates.parquet"
    build_pool("p", settings, [dolly], [eval_set], [tmp_path / "0.parquet"], report, *tables)
    assert read_report(PoolReport, report).dropped.get("contaminated", 0) > 20


PREAMBLE = "Below is an instruction that describes a task. Write a response that appropriately completes the request."


def framed(path):
    """A copy of a table of examples with a preamble before each prompt."""
    examples = [
        make_example(
            [Message(role="user", content=f"{PREAMBLE}\n\n### Instruction:\n{item.instruction}\n\n### Response:"), *item.messages[1:]],
            item.source, "messages", {},
        )
        for item in read_examples(path)[:1000]
    ]  # fmt: skip
    write_table(path, to_table(examples), EXAMPLES)
    return path


def test_alpaca_is_not_contaminated_by_an_eval_set_that_shares_its_preamble(tmp_path):
    alpaca, evals = (
        framed(import_file(name, tmp_path)[0]) for name in ("pool/alpaca_5000.json", "eval/coachlm150.parquet")
    )
    tables = [tmp_path / f"{name}.parquet" for name in ("0", "contaminated", "near_duplicates")]
    report = tmp_path / "report.json"
    build_pool("p", Pool(sources=["alpaca_5000"]), [alpaca], [evals], tables[:1], report, *tables[1:])
    assert (read_report(PoolReport, report).rows_in, read_report(PoolReport, report).dropped) == (1000, {})
