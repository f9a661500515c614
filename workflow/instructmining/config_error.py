"""What is wrong with a config file, and what is wrong before it is one."""

from collections.abc import Hashable
from pathlib import Path

import yaml


class ConfigError(ValueError):
    """The config is wrong; the message names every key at fault and what is allowed there."""


def reject_duplicate_keys(path: Path) -> None:
    """Raise ConfigError where a mapping of a YAML file names a key twice: the parser would keep the last in silence."""
    waiting: list[tuple[yaml.Node | None, str]] = [(yaml.compose(path.read_text(encoding="utf-8")), "")]
    while waiting:
        node, prefix = waiting.pop()
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[Hashable] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigError(f"{path}:{line}: key {prefix}{key.value} stands twice; give each key once")
            seen.add(key.value)
            waiting.append((value, f"{prefix}{key.value}."))
