"""The text of config files: whether it is YAML, and where each key stands, so that mistakes are told with their place.

    python -m instructmining.config_text config/mine.yaml

checks a config and says nothing if it is right.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from instructmining.command import run_main
from instructmining.config import Config, load_config
from instructmining.config_error import ConfigError

Key = tuple[str, ...]
"""The keys from the top down to one; an item of a list goes by its number."""
MOST_LEVELS = 50
TOO_DEEP = "this is nested too deep, or holds itself by an alias"


def main() -> None:
    """Check a config."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    read_config([parser.parse_args().config])


def read_config(paths: Sequence[Path], values: Mapping[str, Any] | None = None) -> Config:
    """The config of some YAML files, or its `values` where these are merged already.

    Raises ConfigError with a line for each problem: file, line and column, the key, what was found, what is allowed.
    """
    for path in paths:
        check_text(path)
    merged = values if values is not None else _parse(paths[0])
    try:
        return load_config(merged)
    except ConfigError as error:
        raise ConfigError(in_place(str(error), paths)) from None


def _parse(path: Path) -> dict[str, Any]:
    values = _read(path, yaml.safe_load)
    if not isinstance(values, dict):
        found = "nothing" if values is None else type(values).__name__
        raise ConfigError(f"{path}: found {found}; expected keys with values, such as `seed: 0`")
    return values


def shown(path: str | Path) -> Path:
    """A path as people write it: relative to the working directory, for a file below it."""
    path = Path(path)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def in_place(problems: str, paths: Sequence[Path]) -> str:
    """Problems of a config, a line each that begins with a key, with file, line and column of the key before it.

    Of several files, the last one that has the key counts, as its value replaces those of the others. Where a key is
    missing, its place is that of the key above it.
    """
    places = {".".join(key): f"{path}:{_place(mark)}" for path in paths for key, mark in keys(_compose(path))}
    return "\n".join(f"{_nearest(places, line) or paths[-1]}: {line}" for line in problems.splitlines())


def _nearest(places: dict[str, str], line: str) -> str:
    """Where the key that a line begins with stands, or else the one above it; empty if the file has neither."""
    key = line.partition(": ")[0]
    while key and key not in places:
        key = key.rpartition(".")[0]
    return places.get(key, "")


def check_text(path: Path) -> None:
    """Raise ConfigError where a file is missing or no YAML, or has a key twice, of which YAML would keep the last."""
    seen: dict[Key, yaml.Mark] = {}
    for key, mark in keys(_compose(path)):
        if key in seen:
            name, before = ".".join(key), seen[key].line + 1
            raise ConfigError(
                f"{path}:{_place(mark)}: key {name} appears twice, first in line {before}; give each key once"
            )
        seen[key] = mark


def keys(node: yaml.Node | None, above: Key = ()) -> Iterator[tuple[Key, yaml.Mark]]:
    """Every key and every item of a list, with its place, in the order of the file."""
    if len(above) > MOST_LEVELS:
        raise ConfigError(f"{'.'.join(above[:3])}: {TOO_DEEP}")
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            key = (*above, str(name.value))
            yield key, name.start_mark
            yield from keys(value, key)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*above, str(number)), item.start_mark
            yield from keys(item, (*above, str(number)))


def _compose(path: Path) -> yaml.Node | None:
    """The nodes of a YAML file."""
    root: yaml.Node | None = _read(path, yaml.compose)
    return root


def _read(path: Path, reader: Callable[[str], Any]) -> Any:
    """What a reader makes of a YAML file; raises ConfigError, with line and column, where it is none."""
    try:
        return reader(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        while_doing = f" {error.context}" if error.context else ""
        raise ConfigError(f"{path}:{_place(mark)}: this is not YAML{while_doing}: {error.problem}") from None
    except (FileNotFoundError, IsADirectoryError):
        raise ConfigError(f"{path}: there is no such file; name a config with CONFIG=...") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is not YAML in UTF-8: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise ConfigError(f"{path}: {TOO_DEEP}") from None


def _place(mark: yaml.Mark | None) -> str:
    """Line and column, counted from 1."""
    return f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"


if __name__ == "__main__":
    run_main(main)
