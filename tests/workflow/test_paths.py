"""Names of files that mean something to a shell or to the engine: they are names of files, wherever the config has them."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructmining.example import read_examples
from tests.conftest import ROOT
from tests.workflow.conftest import CONFIG, Run

pytestmark = pytest.mark.slow

EVIL = 'it\'s "a" $(touch pwned) `touch pwned`;touch pwned;{1} {source} {input.file} <x> a|b&c*[d]?\ngröße'
NAMES = {"braces": "set{1}.jsonl", "dash": "-rf $(touch pwned).jsonl", "blanks": " ends.jsonl", "evil": f"{EVIL}.jsonl"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A working directory in which every file that the config names has a hostile name."""
    run = Run(tmp_path_factory.mktemp("paths"))
    (run.folder / "Snakefile").write_text(f'include: "{ROOT}/Snakefile"\nworkflow.default_target = "all"\n')
    run.set_config(write_files(run.folder))
    return run


def write_files(folder: Path) -> dict[str, Any]:
    """Files and folders with hostile names, and a config that names them wherever it can name one."""
    names = NAMES | {name: f"{EVIL} {name}.jsonl" for name in ("first", "fit", "search", "test")}
    for name in names.values():
        (folder / name).write_text(json.dumps({"instruction": f"What is {name}?", "output": name}) + "\n")
    (folder / EVIL).mkdir()
    (folder / EVIL / "config {1}.json").write_text("{}")
    pq.write_table(pa.table({"id": ["a"]}), folder / f"{EVIL}.parquet")
    (folder / f"-{EVIL}.txt").write_text("abc\n")
    (folder / "größe.py").write_text("def brevity(examples):\n    return [0.0 for _ in examples]\n")
    prompts = {"mine": {"path": NAMES["evil"]}}
    return CONFIG | {
        "sources": {name: {"path": path, "licence": EVIL} for name, path in names.items()},
        "pools": {"candidates": {"sources": ["first"]}, "new": {"sources": list(NAMES)}},
        "eval_sets": {role: {"sources": [role], "role": role} for role in ("fit", "search", "test")},
        "indicators": {
            "text": {"model": "tiny"},
            "custom": {"lookup": {"table": f"{EVIL}.parquet", "column": EVIL}, "brevity": {"function": "größe:brevity"}},
        },
        "models": {"tiny": {"path": EVIL, "parameters": 1e5}},
        "quality_rule": {"indicators": ["len_out"], "ratings": {"people": {"path": NAMES["braces"], "rating": EVIL}}},
        "comparison": {
            "arms": ["selected", "random", "mine"], "seeds": 2, "lists": {"mine": f"-{EVIL}.txt"},
            "judge": {"base_url": "http://localhost:1/v1", "model": EVIL, "prompts": prompts},
            "benchmarks": {"include": EVIL, "tasks": {"mine": {}}},
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def commands(run: Run) -> list[tuple[str, str]]:
    """The rule and the command of each job, as a shell gets it."""
    dry = run.snakemake("--dry-run", "--printshellcmds")
    assert dry.returncode == 0, dry.stderr
    jobs = re.split(r"^\[\w{3} \w{3} .*\]\n", dry.stdout + dry.stderr, flags=re.MULTILINE)
    parts = [re.match(r"(?:local)?rule (\w+):.*?\nShell command: (.*)", job, re.DOTALL) for job in jobs]
    return [(part[1], part[2].rstrip()) for part in parts if part]


def test_no_name_of_a_file_becomes_words_of_a_command(commands: list[tuple[str, str]]) -> None:
    assert {"import_source", "choose_arm", "prepare_model", "fetch_benchmarks"} <= {rule for rule, _ in commands}
    assert not [rule for rule, command in commands if "pwned" in [word.strip("`;)") for word in shlex.split(command)]]


def test_a_command_is_given_names_as_they_are(commands: list[tuple[str, str]]) -> None:
    words = {rule: shlex.split(command) for rule, command in commands}

    def setting(rule: str, key: str, option: str = "--settings") -> Any:
        return json.loads(words[rule][words[rule].index(option) + 1])[key]

    assert setting("score_lookup", "table") == f"{EVIL}.parquet"
    assert setting("prepare_model", "path") == setting("fetch_benchmarks", "include") == EVIL
    assert setting("gather_prompts", "mine", "--sets")["path"] == NAMES["evil"]
    assert setting("select", "braces", "--licences") == EVIL
    assert setting("import_ratings_people", "path") == NAMES["braces"]


def test_a_list_of_your_own_with_a_command_in_its_name_runs_nothing(commands: list[tuple[str, str]]) -> None:
    assert [rule for rule, command in commands if f"--list=-{EVIL}.txt" in shlex.split(command)] == ["choose_arm"] * 2


def test_files_of_such_names_are_imported_and_run_nothing(run: Run) -> None:
    tables = {name: f"results/data/sources/{name}.parquet" for name in NAMES}
    done = run.snakemake(*tables.values())
    assert done.returncode == 0, done.stderr
    assert {name: read_examples(run.folder / table)[0].response for name, table in tables.items()} == NAMES
    assert not (run.folder / "pwned").exists()
