"""Which parts of a conversation a template writes; examples with others are refused before a model is loaded.

A chat template is asked, not read: it writes a small conversation that has the part, and its words are looked for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from instructmining.example import Example, Message
from instructmining.models.prompt import RefusedTurnsError, Tools, write_chat
from instructmining.models.settings import Template

NAME, TEXT, FOUND = "find_a_teapot", "porcelain", "on the shelf"
USER, ANSWER = Message(role="user", content="Hello"), Message(role="assistant", content="Yes")
CALL = Message(
    role="assistant",
    content="",
    tool_calls=[{"id": "call00001", "type": "function", "function": {"name": NAME, "arguments": {"of": TEXT}}}],
)
TOOL = {
    "type": "function",
    "function": {
        "name": NAME,
        "description": "Find one.",
        "parameters": {"type": "object", "properties": {"of": {"type": "string", "description": TEXT}}},
    },
}
RESULT = Message(role="tool", content=FOUND, tool_call_id="call00001", name=NAME)
ROLES = ("system", "developer", "tool")
OF_TEXT_TEMPLATES = {"system turns", "developer turns"}
"""What `alpaca` and `plain` write, beside the turns of user and assistant."""


@dataclass(frozen=True)
class Probe:
    """A conversation with one part, and the words of it that a template which knows the part writes."""

    messages: tuple[Message, ...]
    words: tuple[str, ...]
    tools: tuple[dict[str, Any], ...] = ()
    unlike: tuple[str, ...] = ()
    """Roles under which the template must write the turn differently, so that one can tell them apart."""


PROBES = {
    "tools": Probe((USER, ANSWER), (NAME, TEXT), (TOOL,)),
    "tool_calls": Probe((USER, CALL), (NAME, TEXT)),
    "tool turns": Probe((USER, CALL, RESULT, ANSWER), (FOUND,), unlike=("user", "assistant")),
    "system turns": Probe((Message(role="system", content=TEXT), USER, ANSWER), (TEXT,)),
    "developer turns": Probe((Message(role="developer", content=TEXT), USER, ANSWER), (TEXT,)),
    "reasoning_content": Probe((USER, Message(role="assistant", content="Yes", reasoning_content=TEXT)), (TEXT,)),
}


def parts_of(example: Example) -> set[str]:
    """The parts that an example has beside the texts of user and assistant."""
    keys = {key for message in example.messages for key in ("tool_calls", "reasoning_content") if message.get(key)}
    roles = {f"{message['role']} turns" for message in example.messages if message["role"] in ROLES}
    return keys | roles | ({"tools"} if example.tools else set())


def known_parts(tokenizer: Any, template: Template) -> set[str]:
    """The parts that a template writes."""
    if template != "chat":
        return OF_TEXT_TEMPLATES
    return {part for part, probe in PROBES.items() if _writes(tokenizer, probe)}


def _writes(tokenizer: Any, probe: Probe) -> bool:
    text = _written(tokenizer, probe.messages, probe.tools)
    others = [_written(tokenizer, _with_tool_as(role, probe.messages), probe.tools) for role in probe.unlike]
    return text is not None and all(word in text for word in probe.words) and text not in others


def _written(tokenizer: Any, messages: Sequence[Message], tools: Tools) -> str | None:
    try:
        return write_chat(messages, tokenizer, tools)
    except RefusedTurnsError:
        return None


def _with_tool_as(role: str, messages: Sequence[Message]) -> list[Message]:
    return [Message(role=role, content=turn["content"]) if turn["role"] == "tool" else turn for turn in messages]


def refuse_unknown_parts(
    examples: Iterable[Example], load_tokenizer: Callable[[], Any], template: Template, model: str
) -> None:
    """Raise ValueError where examples have parts that the template of `model` does not write, with how many of which.

    The tokenizer is loaded only where an example has such parts at all.
    """
    total, found = 0, Counter[tuple[str, str]]()
    for example in examples:
        total += 1
        found.update((part, example.source) for part in parts_of(example))
    known = known_parts(load_tokenizer() if template == "chat" and found else None, template) if found else set()
    unknown = {key: count for key, count in found.items() if key[0] not in known}
    if unknown:
        raise ValueError(_refusal(unknown, total, template, model))


def _refusal(unknown: dict[tuple[str, str], int], total: int, template: Template, model: str) -> str:
    lists = ", ".join(f"{part} in {count:,} of source {source}" for (part, source), count in sorted(unknown.items()))
    keys: dict[str, list[str]] = {}
    for part, source in sorted(unknown):
        if not part.endswith(" turns"):
            keys.setdefault(source, []).append(part)
    left_out = "".join(f", or set sources.{name}.ignore: [{', '.join(parts)}]" for name, parts in keys.items())
    return (
        f"the template of {model} ({template}) does not write all that {total:,} examples have: {lists}. Take a model"
        f" whose chat template does, with template: chat, or leave these examples out{left_out}"
    )
