"""The files that describe the config, made from its types: the default YAML, the JSON schema, the tables of the guide.

python -m instructmining.config_files        # writes them; a test fails where they have drifted
"""

import json
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from instructmining.command import run_main
from instructmining.comparison.arm_kinds import table_of_arms
from instructmining.config import Config
from instructmining.embedded import DEFAULT
from instructmining.files import write_text
from instructmining.marked import renew
from instructmining.settings import Settings

ROOT = Path(__file__).parents[2]
DEFAULT_YAML = ROOT / "config" / "config.yaml"
METHOD = ROOT / "docs" / "method.md"
ARMS = ("<!-- arms: made by python -m instructmining.config_files -->", "<!-- end of arms -->")
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.json"
GUIDE = ROOT / "config" / "README.md"
CONFIGS = ("<!-- configs: made by python -m instructmining.config_files -->", "<!-- end of configs -->")
KEYS = ("<!-- keys: made by python -m instructmining.config_files -->", "<!-- end of keys -->")
OF_USERS = {"mine.yaml", "site.yaml"}
"""Configs that people make beside ours, as the documentation tells them to."""

HEADER = """\
# The embedded default: runs on a laptop in minutes, without a network, with a known truth in its data.
# Made by `python -m instructmining.config_files`; to make your own, copy config/own-data.yaml.
# Every key with its default and meaning: config/README.md.
"""


def main() -> None:
    """Write them all."""
    write_text(DEFAULT_YAML, default_yaml())
    write_text(SCHEMA, json_schema())
    write_text(GUIDE, renewed_guide(GUIDE.read_text(encoding="utf-8")))
    write_text(METHOD, method(METHOD.read_text(encoding="utf-8")))


def default_yaml() -> str:
    """The embedded default, each key with its meaning where it first appears."""
    config = Config.model_validate(DEFAULT)
    sections = [HEADER]
    seen: set[int] = set()
    for name, field in Config.model_fields.items():
        value = getattr(config, name)
        described = set(type(value).model_fields) if isinstance(value, Settings) and name != "indicators" else None
        plain = value.model_dump(mode="json", exclude_unset=described is None) if isinstance(value, Settings) else value
        if isinstance(value, dict):
            plain = {key: item.model_dump(mode="json", exclude_unset=True) for key, item in value.items()}
        lines = "\n".join(_yaml_lines(name, plain, field, seen, 0, top=True))
        sections.append(f"# {_sentence(field)}\n{lines}\n")
    return "\n".join(sections)


def _yaml_lines(
    key: str, value: Any, field: FieldInfo | None, seen: set[int], depth: int, top: bool = False
) -> Iterator[str]:
    """One key and what is under it, followed by its meaning the first time."""
    comment = ""
    if field is not None and id(field) not in seen and not top:
        seen.add(id(field))
        comment = f"  # {_sentence(field)}"
    indent = "  " * depth
    if not isinstance(value, dict):
        yield f"{indent}{key}: {_scalar(value)}{comment}"
        return
    yield f"{indent}{key}:{comment}" if value else f"{indent}{key}: {{}}{comment}"
    settings = settings_of(field.annotation) if field is not None else None
    by_name = field is not None and get_origin(_plain(field.annotation)) is dict
    for inner, item in value.items():
        if by_name and settings is not None:
            yield f"{indent}  {inner}:"
            for leaf, content in item.items():
                yield from _yaml_lines(leaf, content, settings.model_fields.get(leaf), seen, depth + 2)
        else:
            inner_field = settings.model_fields.get(inner) if settings is not None else None
            yield from _yaml_lines(inner, item, inner_field, seen, depth + 1)


def _scalar(value: Any) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _sentence(field: FieldInfo) -> str:
    """A field's description on one line."""
    return re.sub(r"\s+", " ", field.description or "").strip()


def _plain(annotation: Any) -> Any:
    """An annotation without `| None` and without `Annotated`."""
    if hasattr(annotation, "__metadata__"):
        return _plain(get_args(annotation)[0])
    choices = [choice for choice in get_args(annotation) if choice is not type(None)]
    optional = type(None) in get_args(annotation)
    return _plain(choices[0]) if optional and len(choices) == 1 else annotation


def settings_of(annotation: Any) -> type[Settings] | None:
    """The settings class in an annotation, if there is one: itself, optional, or the value of a mapping by name."""
    plain = _plain(annotation)
    if isinstance(plain, type) and issubclass(plain, Settings):
        return plain
    return next((found for part in get_args(plain) if (found := settings_of(part))), None)


def json_schema() -> str:
    """The JSON schema of the config."""
    return json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def renewed_guide(text: str) -> str:
    """The guide with its tables of configs and of keys renewed."""
    return renew(renew(text, CONFIGS, configs()), KEYS, table_of_keys())


def configs() -> str:
    """A table of the configs that come with the workflow, each with the first sentence of its comment."""
    paths = sorted((ROOT / "config").rglob("*.yaml"), key=lambda path: (len(path.parts), path))
    rows = [
        f"| `{path.relative_to(GUIDE.parent)}` | {first_sentence(path)} |"
        for path in paths
        if path.name not in OF_USERS
    ]
    return "\n".join(["| file | what it is |", "|---|---|", *rows])


def first_sentence(path: Path) -> str:
    """The first sentence of the comment that a config begins with; raises ValueError where there is none."""
    lines = takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8").splitlines())
    sentence = re.match(r".+?[.?](?= |$)", " ".join(line.removeprefix("#").strip() for line in lines))
    if not sentence:
        raise ValueError(f"{path}: expected a comment at the top, which says in a sentence what the config is for")
    return sentence[0].removesuffix(".")


def table_of_keys() -> str:
    """A table of every key of the config."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    return "\n".join([*lines, *_rows(Config, "")]) + "\n"


def _rows(settings: type[Settings], prefix: str) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        inner = settings_of(field.annotation)
        by_name = get_origin(_plain(field.annotation)) is dict
        key = f"{prefix}{name}"
        yield f"| `{key}` | {_type(field.annotation)} | {_default(field)} | {_sentence(field)} |".replace("||", "| |")
        if inner is not None:
            yield from _rows(inner, f"{key}.<name>." if by_name else f"{key}.")


def _type(annotation: Any) -> str:
    """A type in words for the table."""
    plain = _plain(annotation)
    if settings_of(plain):
        return "by name" if get_origin(plain) is dict else "settings"
    if get_origin(plain) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(plain))
    if get_origin(plain) is list:
        return f"list of {_type(get_args(plain)[0])}"
    if get_origin(plain) is dict:
        return f"{_type(get_args(plain)[1])} by name"
    if get_args(plain):
        return " or ".join(_type(part) for part in get_args(plain))
    return {"str": "text", "int": "integer", "float": "number", "bool": "true or false"}.get(plain.__name__, "value")


def _default(field: FieldInfo) -> str:
    """A default for the table."""
    if field.is_required():
        return "required"
    if field.default is None:
        return "-"
    return "" if isinstance(field.default, Settings) else f"`{_scalar(field.default)}`"


def method(text: str) -> str:
    """The page about the method, with the table of arms between its marks renewed."""
    return renew(text, ARMS, table_of_arms())


if __name__ == "__main__":
    run_main(main)
