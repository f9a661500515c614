"""Mistakes in a config file, in words: the key, what was found, what is allowed."""

import difflib
from typing import Any, get_args

from instructmining.command import UserError
from instructmining.settings import NAME, Settings


class ConfigError(UserError):
    """The config is wrong; the message names every key at fault and what is allowed there."""


def explain(problem: Any, config: type[Settings]) -> str:
    """One line for one pydantic error in a config of this class."""
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key; {_allowed_keys(problem['loc'], config)}"
    if problem["type"] == "value_error":
        message = str(problem["ctx"]["error"])
        return f"{key}: {message}" if key else message
    if problem["type"] == "string_pattern_mismatch":
        is_name = problem["ctx"]["pattern"] == f"^{NAME}$"
        allowed = "letters, digits, '_', and '-' but not first" if is_name else problem["ctx"]["pattern"]
        return f"{key}: found {problem['input']!r}; allowed: {allowed}"
    if problem["type"] == "missing":
        return f"{key}: this key is required"
    return f"{key}: found {problem['input']!r}; {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _allowed_keys(location: tuple[int | str, ...], config: type[Settings]) -> str:
    """The keys allowed in place of an unknown one, and the one that was probably meant."""
    settings: Any = config
    for part in location[:-1]:
        settings = _inside(settings, part)
    fields = list(settings.model_fields) if settings is not None else []
    close = difflib.get_close_matches(str(location[-1]), fields, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}allowed: {', '.join(fields)}"


def _inside(settings: Any, part: int | str) -> Any:
    """The settings class one step down: a field of a class, or the value of a mapping by name."""
    fields = getattr(settings, "model_fields", {})
    annotation = fields[part].annotation if part in fields else settings
    waiting = [annotation]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, type) and issubclass(found, Settings):
            return found
        waiting.extend(get_args(found))
    return None
