"""A conversation as a row of a form: what the form has no place for is never left out."""

import json
from collections.abc import Sequence
from typing import Literal

from instructmining.data.errors import DataError
from instructmining.example import Example, JsonObject, Message, ToolCall

ExportForm = Literal["alpaca", "messages", "sharegpt"]
SHAREGPT_ROLE = {
    "system": "system",
    "developer": "developer",
    "user": "human",
    "assistant": "gpt",
    "tool": "observation",
}
FUNCTION_CALL = "function_call"
"""LLaMA-Factory's role of an assistant's turn that is a call; its text is the call as JSON."""


def from_messages(messages: Sequence[Message], form: ExportForm, tools: Sequence[JsonObject] = ()) -> JsonObject:
    """A conversation as a row of `form`; alpaca keeps earlier turns as `history` and a system message as `system`.

    Tools and the arguments of calls are JSON texts, as their shapes differ from row to row.
    """
    given = {"tools": _json(list(tools))} if tools else {}
    if form == "messages":
        return {"messages": [_openai_turn(message) for message in messages], **given}
    if form == "sharegpt":
        return {"conversations": [_sharegpt_turn(message) for message in messages], **given}
    return _alpaca_row(messages)


def holds(form: ExportForm, example: Example) -> bool:
    """Whether a form has a place for all that an example has; alpaca has none but for texts that answer a user."""
    if form != "alpaca":
        return True
    plain = all(message.keys() == {"role", "content"} for message in example.messages)
    roles = [message["role"] for message in example.messages]
    known = {"user", "assistant"} >= set(roles[roles[0] == "system" :])
    return plain and known and roles[-2] == "user" and not example.tools


def to_rows(examples: Sequence[Example], form: ExportForm, key: str) -> list[JsonObject]:
    """Examples as rows of a form; raises DataError where it cannot hold them all, naming the `key` that asks for it."""
    lost = [example for example in examples if not holds(form, example)]
    if lost:
        raise DataError(
            f"{key}: {form} cannot hold the tools, calls, reasoning or roles of {len(lost)} of {len(examples)} examples"
            f" (such as {lost[0].id} of source {lost[0].source}); take messages or sharegpt instead"
        )
    return [from_messages(example.messages, form, example.tools) for example in examples]


def _openai_turn(message: Message) -> JsonObject:
    if "tool_calls" not in message:
        return dict(message)
    calls = [{**call, "function": _function(call)} for call in message["tool_calls"]]
    return {**message, "tool_calls": calls}


def _sharegpt_turn(message: Message) -> JsonObject:
    """A turn by LLaMA-Factory's names; what it has none for (reasoning, a text beside a call) keeps its own key."""
    further = {key: value for key, value in _openai_turn(message).items() if key not in ("role", "content")}
    calls = message.get("tool_calls", [])
    if not calls or message["content"]:
        return {"from": SHAREGPT_ROLE[message["role"]], "value": message["content"], **further}
    functions = [call["function"] for call in calls]
    if all(call.keys() == {"type", "function"} for call in calls):
        del further["tool_calls"]
    return {"from": FUNCTION_CALL, "value": _json(functions if len(calls) > 1 else functions[0]), **further}


def _function(call: ToolCall) -> JsonObject:
    return {**call["function"], "arguments": _json(call["function"]["arguments"])}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _alpaca_row(messages: Sequence[Message]) -> JsonObject:
    *earlier, instruction, response = messages
    row: JsonObject = {"instruction": instruction["content"], "input": "", "output": response["content"]}
    if earlier and earlier[0]["role"] == "system":
        row["system"] = earlier.pop(0)["content"]
    if earlier:
        row["history"] = _pairs(earlier)
    return row


def _pairs(turns: list[Message]) -> list[list[str]]:
    """Turns as [user, assistant] pairs; a missing one has an empty text."""
    pairs: list[list[str]] = []
    for turn in turns:
        if turn["role"] == "user":
            pairs.append([turn["content"], ""])
        elif pairs and not pairs[-1][1]:
            pairs[-1][1] = turn["content"]
        else:
            pairs.append(["", turn["content"]])
    return pairs
