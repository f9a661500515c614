"""What comes before a response, and responses that stand beside it: the one idea of a prompt.

Rows of ratings and of a judge's prompts name their parts as the rows of sources do, so they are read as such, with a
response put in: whatever belongs to a prompt there belongs to it here, and what would be lost is refused here too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from instructmining.data.errors import BadRow
from instructmining.data.forms.meaning import RESPONSES
from instructmining.data.forms.read import RowSettings, read_row
from instructmining.data.forms.turns import CONVERSATION_FIELDS, MESSAGES, SHAREGPT, check_turns, read_turn
from instructmining.data.forms.values import Unread, blank, describe, found_fields
from instructmining.example import JsonObject, Message

TEXT_FIELDS = ("prompt", "instruction", "question", "query", "text")
"""Fields of a prompt that is a text; `input`, `context`, `system` and `history` may stand beside it."""
KNOWN_PROMPTS = (
    "turns[...] (MT-bench), instruction, prompt, question or text (with input, context, instances[{input}], system,"
    " history), or messages"
)


@dataclass(frozen=True)
class Prompt:
    """The turns before a response, the tools, and the names of what of the row was not read."""

    messages: tuple[Message, ...]
    tools: tuple[JsonObject, ...]
    not_read: frozenset[str]


def read_prompt(row: JsonObject, ignore: frozenset[str] = frozenset()) -> Prompt:
    """The prompt of a row without a response; raises BadRow where there is none, or where part of it would be lost."""
    responses = frozenset(name for name in RESPONSES if not blank(row.get(name)))
    rest = {name: value for name, value in row.items() if name not in RESPONSES}
    reading = read_row(_answered(rest), RowSettings(ignore=ignore))
    return Prompt(reading.messages[:-1], reading.tools, reading.not_read | responses)


def without_response(row: JsonObject) -> JsonObject:
    """A row of a source, or of ratings, without the last turn where that is a response."""
    kept = dict(row)
    for field in CONVERSATION_FIELDS:
        if turns := turns_of(kept.get(field)):
            ends_with_response = read_turn(turns[-1], MESSAGES, {}, [])["role"] == "assistant"
            kept[field] = turns[:-1] if ends_with_response else turns
    return kept


def read_responses(row: JsonObject, fields: Sequence[str], ignore: frozenset[str] = frozenset()) -> list[Prompt]:
    """Conversations of a row that has several responses in some fields, to the prompt in its other fields.

    A response is text, an object of role and content, or turns; turns that do not begin with the assistant's are a
    whole conversation, as are those beside no prompt. Raises BadRow.
    """
    if missing := [field for field in fields if field not in row]:
        detail = f"expected {' and '.join(fields)}; fields found: {found_fields(row)}"
        raise BadRow(f'field "{missing[0]}" is missing or empty', detail)
    rest = {name: value for name, value in row.items() if name not in fields}
    return [_conversation(rest, _response(row.get(field), field), ignore) for field in fields]


def _conversation(rest: JsonObject, turns: list[JsonObject], ignore: frozenset[str]) -> Prompt:
    begins = read_turn(turns[0], MESSAGES, {}, [])["role"]
    if begins != "assistant" or (len(turns) > 1 and not has_prompt(rest)):
        beside = {name: value for name, value in rest.items() if name not in CONVERSATION_FIELDS}
        whole = read_row({**beside, "messages": turns}, RowSettings("messages", ignore=ignore))
        return Prompt(whole.messages, whole.tools, whole.not_read)
    if not has_prompt(rest):
        raise _no_prompt(rest)
    prompt, unread = read_prompt(rest, ignore), Unread()
    messages = [*prompt.messages, *(read_turn(turn, MESSAGES, {}, unread) for turn in turns)]
    check_turns(messages)
    return Prompt(tuple(messages), prompt.tools, prompt.not_read | {name for name, _ in unread})


def has_prompt(row: JsonObject) -> bool:
    """Whether a row has a field that can hold a prompt."""
    return any(not blank(row.get(field)) for field in (*TEXT_FIELDS, *CONVERSATION_FIELDS, "instances", "input"))


def _no_prompt(row: JsonObject) -> BadRow:
    return BadRow("there is no prompt", f"expected {KNOWN_PROMPTS}; fields found: {found_fields(row)}")


def _answered(row: JsonObject) -> JsonObject:
    """The row as one of a source: with a response, and its prompt under a name that forms have."""
    if not blank(instances := row.get("instances")):
        if not isinstance(instances, list) or len(instances) > 1 or not isinstance(instances[0], dict):
            raise BadRow('field "instances" is not one instance', f"found {describe(instances)}")
        return {**row, "instances": [{**instances[0], "output": "."}]}
    field = next((name for name in (*CONVERSATION_FIELDS, *TEXT_FIELDS) if not blank(row.get(name))), None)
    if field is None and "input" not in row:
        raise _no_prompt(row)
    rest = {name: value for name, value in row.items() if name != field}
    if field in TEXT_FIELDS and not blank(rest.get("instruction")):
        raise BadRow("there are two prompts", f"found {field} and instruction; leave one out with `ignore`")
    if field and (turns := turns_of(row[field])):
        return {**rest, "messages": [*turns, {"role": "assistant", "content": "."}]}
    if field and not isinstance(row[field], str):
        raise BadRow(f'field "{field}" is {describe(row[field])}, expected text or turns')
    return {**rest, "instruction": row[field] if field else "", "output": "."}


def _response(value: object, field: str) -> list[JsonObject]:
    turns = turns_of(value)
    if isinstance(value, str) and not turns and value.strip():
        return [{"role": "assistant", "content": value}]
    if not turns:
        raise BadRow(f'field "{field}" is missing or empty', f"found {describe(value)}, expected a response")
    return turns


def turns_of(value: object) -> list[JsonObject]:
    """Turns with `role` and `content`, of an array of turns, of a turn alone, or of JSON in a cell of a CSV file.

    Empty where a value is something else. Raises BadRow for broken JSON and for a turn that is not an object.
    """
    if isinstance(value, str) and value.lstrip().startswith("[{"):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise BadRow("a field is broken JSON", str(error)) from None
    turns = [value] if isinstance(value, dict) else value
    return [_with_role(turn) for turn in turns] if isinstance(turns, list) else []


def _with_role(turn: object) -> JsonObject:
    if not isinstance(turn, dict):
        raise BadRow("a turn is not an object", f"found {describe(turn)}, expected role and content, or from and value")
    if SHAREGPT.role not in turn or MESSAGES.role in turn:
        return turn
    names = {SHAREGPT.role: MESSAGES.role, SHAREGPT.text: MESSAGES.text}
    return {names.get(str(name), str(name)): value for name, value in turn.items()}
