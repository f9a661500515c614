"""Which settings a command reads: a key that it does not use is no reason to run it again."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from instructmining.jobs.fingerprint import reached
from instructmining.settings import Settings, Untracked

Fields = Callable[[type[Settings]], frozenset[str]]
"""Tells the keys that a command reads of a class of settings."""


def read(fields: Fields, value: Any) -> Any:
    """What the result of a command depends on in its settings, as plain values for JSON: the keys that it reads.

    Without those that have their default, as that is part of the command's fingerprint, and without untracked ones.
    """
    return _part(value, lambda settings: fields(settings) - untracked(settings))


def handed(fields: Fields, value: Any) -> Any:
    """The settings that a command is given, as plain values for JSON: keys that it reads or that have no default."""
    return _part(value, fields)


def tracked(value: Any) -> Any:
    """All that any result depends on in some settings, as plain values for JSON."""
    return _part(value, lambda settings: frozenset(settings.model_fields) - untracked(settings))


def as_json(value: Any) -> str:
    """Plain values as JSON, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _part(value: Any, fields: Fields) -> Any:
    """Some fields of settings, and of all settings in them, where they are not the default."""
    if isinstance(value, Settings):
        kinds = type(value).model_fields
        inner = {name: getattr(value, name) for name in kinds if name in fields(type(value))}
        return {name: _part(found, fields) for name, found in inner.items() if found != kinds[name].get_default()}
    if isinstance(value, Mapping):
        return {name: _part(inner, fields) for name, inner in value.items()}
    return [_part(inner, fields) for inner in value] if isinstance(value, list) else value


@cache
def fields_read(command: str, settings: type[Settings]) -> frozenset[str]:
    """The keys of a class of settings that a command asks for, and those that it must be given."""
    asked = {(piece.module, piece.name) for piece in reached(command)}
    owners = [owner for owner in settings.__mro__ if issubclass(owner, Settings)]
    return frozenset(
        name
        for name, field in settings.model_fields.items()
        if field.is_required() or any((owner.__module__, f"{owner.__name__}.{name}") in asked for owner in owners)
    )


@cache
def untracked(settings: type[Settings]) -> frozenset[str]:
    """The keys of a class of settings that no result depends on by their value."""
    fields = settings.model_fields.items()
    return frozenset(name for name, field in fields if any(isinstance(mark, Untracked) for mark in field.metadata))
