"""What changes a fingerprint, and what does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from instructmining import fingerprint as module

MAIN = '"""What it does."""\nfrom instructmining.part import add\n\ndef run():\n    """Run."""\n    return add(1)\n'
PART = "def add(x):\n    return x + 1\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two modules and one that neither imports."""
    root = tmp_path / "instructmining"
    root.mkdir()
    for name, text in (("main", MAIN), ("part", PART), ("other", "x = 1\n")):
        (root / f"{name}.py").write_text(text)
    monkeypatch.setattr(module, "PACKAGE", root)
    yield root
    clear()


def clear() -> None:
    for function in (module.fingerprint, module._tree, module._code):
        function.cache_clear()


def fingerprint_after(package: Path, name: str, text: str) -> tuple[str, str]:
    """The fingerprint of `main` before and after a module is rewritten."""
    clear()
    before = module.fingerprint("instructmining.main")
    (package / f"{name}.py").write_text(text)
    clear()
    return before, module.fingerprint("instructmining.main")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("part", "# a comment\n\n\ndef add(x):\n    return x + 1  # another\n"),
        ("main", MAIN.replace("What it does", "What it really does").replace("Run.", "Run it.")),
        ("other", "x = 2\n"),
    ],
)
def test_comments_docstrings_and_modules_not_imported_change_nothing(package: Path, name: str, text: str) -> None:
    before, after = fingerprint_after(package, name, text)
    assert before == after


@pytest.mark.parametrize(("name", "text"), [("part", PART.replace("1", "2")), ("main", MAIN.replace("(1)", "(2)"))])
def test_an_edited_function_changes_it_also_when_imported(package: Path, name: str, text: str) -> None:
    before, after = fingerprint_after(package, name, text)
    assert before != after


def test_a_missing_module_is_an_error(package: Path) -> None:
    clear()
    with pytest.raises(FileNotFoundError, match="no such module"):
        module.fingerprint("instructmining.nowhere")
