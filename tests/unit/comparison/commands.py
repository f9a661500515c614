"""Commands are called as a rule calls them."""

import pytest


def command(monkeypatch: pytest.MonkeyPatch, name: str, **options: object) -> None:
    """Set the arguments of the next command."""
    arguments = [part for key, value in options.items() for part in (f"--{key.replace('_', '-')}", str(value))]
    monkeypatch.setattr("sys.argv", [name, *arguments])
