"""A conversation as a row of a form."""

from collections.abc import Sequence
from typing import Literal

from instructmining.example import JsonObject, Message

ExportForm = Literal["alpaca", "messages", "sharegpt"]
SHAREGPT_ROLE = {"system": "system", "user": "human", "assistant": "gpt"}


def from_messages(messages: Sequence[Message], form: ExportForm) -> JsonObject:
    """A conversation as a row of `form`; alpaca keeps earlier turns as `history` and a system message as `system`."""
    if form == "messages":
        return {"messages": [dict(message) for message in messages]}
    if form == "sharegpt":
        turns = [{"from": SHAREGPT_ROLE[message["role"]], "value": message["content"]} for message in messages]
        return {"conversations": turns}
    return _alpaca_row(messages)


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
