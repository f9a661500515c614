"""What holds for the text of every rule: nothing that a user chooses reaches a shell, or the engine, as more than a word."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "workflow" / "rules").rglob("*.smk"))
SHELL = re.compile(r"^( *)shell:\n((?:\1 .*\n|\n)+)", re.MULTILINE)
FIELD = re.compile(r"(?<!\{)\{(\w[^{}]*)\}")
JOB = re.compile(r"\{((?:input|output|params|log)\b[^{}]*)\}")
UNQUOTED = {
    "threads": "a number",
    "resources.checkpoint_minutes": "a number",
    "OF_FINDINGS": "options, written in a helper, in which each file is quoted",
}
"""What a command holds without `:q`, and why it may."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_in_a_command_is_quoted(path: Path) -> None:
    text = path.read_text()
    of_shell = [name for _, block in SHELL.findall(text) for name in FIELD.findall(block)]
    bare = [name for name in [*of_shell, *JOB.findall(text)] if not name.endswith(":q") and name not in UNQUOTED]
    assert not bare, f"{path.name}: write {{{bare[0]}:q}}; several words are a list"


def test_there_are_commands_to_check() -> None:
    assert sum(len(SHELL.findall(path.read_text())) for path in FILES) > 30


def test_a_file_of_the_users_becomes_an_input_in_one_place() -> None:
    assert [path.name for path in FILES for _ in re.findall(r"\b(?:ancient|flag)\(", path.read_text())] == [
        "common.smk"
    ] * 2


RULE = re.compile(r"^( *)rule\b.*:\n((?:\1 .*\n|\n)+)", re.MULTILINE)
OUTPUT = re.compile(r"^( *)output:\n((?:\1 .*\n|\n)+)", re.MULTILINE)


BESIDE = {"assets", "rankings"}
"""Parts of the explorer, which its command finds beside the page."""


def test_a_command_is_told_each_output_of_its_rule() -> None:
    rules = [rule for path in FILES for _, rule in RULE.findall(path.read_text()) if "shell:" in rule]
    missing = [
        name
        for rule in rules
        for indent, outputs in OUTPUT.findall(rule)
        for name in re.findall(rf"^{indent}    (\w+)=", outputs, re.MULTILINE)
        if f"{{output.{name}" not in rule.partition("shell:")[2]
    ]
    assert set(missing) == BESIDE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_param_is_text_in_which_braces_would_count(path: Path) -> None:
    assert not re.findall(r"^ +\w+=(?:as_json|json\.dumps)\(.*", path.read_text(), re.MULTILINE), (
        "wrap it in as_is(...)"
    )
