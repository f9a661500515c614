"""Where the code of a user's own function lies, and its fingerprint."""

from pathlib import Path

import pytest

from instructmining.indicators.custom_code import code_file, function_fingerprint


def test_the_code_of_a_function_is_found_below_the_working_directory_or_installed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.py").touch()
    assert code_file("mine.own:score", tmp_path) == tmp_path / "mine" / "own.py"
    assert str(code_file("lexicalrichness:LexicalRichness", tmp_path)).endswith("lexicalrichness/__init__.py")
    assert str(code_file("scipy.stats:norm", tmp_path)).endswith("scipy/stats/__init__.py")
    assert code_file("no_such_module:score", tmp_path) is None


def test_a_functions_fingerprint_follows_what_it_calls_and_no_words(tmp_path: Path) -> None:
    code = "def length(e):\n    return 1\n\ndef score(examples):\n    return [length(e) for e in examples]\n"
    found = []
    for text in (code, code + "# a comment\n", code.replace("return 1", "return 2")):
        (tmp_path / "mine.py").write_text(text)
        found.append(function_fingerprint("mine:score", tmp_path))
    assert found[0] == found[1] != found[2]


def test_a_function_whose_module_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no_such_module: "):
        function_fingerprint("no_such_module:score", tmp_path)
