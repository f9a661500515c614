"""Definitions of tools and calls of them, as data sets write them, in the form of the hub's chat templates."""

import json

from instructmining.data.errors import BadRow
from instructmining.data.forms.values import blank, describe, left_over, shown
from instructmining.example import FunctionCall, JsonObject, ToolCall

CALL_KEYS = ("id", "type", "function", "index")
BARE_KEYS = ("id", "type", "name", "arguments")


def read_tools(value: object, field: str) -> tuple[JsonObject, ...]:
    """The definitions in a field: an array, or one of them, each as an object or as JSON text; raises BadRow."""
    if blank(found := _parsed(value)):
        return ()
    tools = [_parsed(tool) for tool in (found if isinstance(found, list) else [found])]
    return tuple(_tool(tool, field) for tool in tools)


def _tool(tool: object, field: str) -> JsonObject:
    if not isinstance(tool, dict) or not _named(tool.get("function", tool)):
        detail = f"found {describe(tool)}, expected an object with the name of a function"
        raise BadRow(f'field "{field}" holds what is no definition of a tool', detail)
    if tool.get("type") not in (None, "function"):
        raise BadRow(f'field "{field}" holds a tool that is not a function', f"found type {shown(tool['type'])}")
    if "function" in tool:
        return tool
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}


def _named(function: object) -> bool:
    return isinstance(function, dict) and isinstance(function.get("name"), str) and not blank(function["name"])


def read_calls(value: object, field: str) -> list[ToolCall]:
    """The calls in a field: an array, or one call, as objects or as JSON text; raises BadRow."""
    if not (found := _parsed(value)):
        return []
    calls = found if isinstance(found, list) else [found]
    return [_call(_parsed(call), field) for call in calls]


def _call(call: object, field: str) -> ToolCall:
    """One call: `{type, function: {name, arguments}}` with an ID or without, or the bare `{name, arguments}`."""
    if not isinstance(call, dict) or not _named(function := call.get("function", call)):
        detail = f"found {describe(call)}, expected an object with name and arguments"
        raise BadRow(f'field "{field}" holds what is no call of a function', detail)
    if call.get("type") not in (None, "function"):
        raise BadRow(f'field "{field}" holds a call that is not of a function', f"found type {shown(call['type'])}")
    _refuse_more(call, function, field)
    made = ToolCall(type="function", function=FunctionCall(name=function["name"], arguments=_arguments(function)))
    identifier = call.get("id")
    return made if blank(identifier) else ToolCall(id=str(identifier), **made)


def _refuse_more(call: JsonObject, function: JsonObject, field: str) -> None:
    """A call is kept exactly or not at all."""
    more = left_over(call, BARE_KEYS) if function is call else left_over(call, CALL_KEYS)
    if function is not call:
        more += left_over(function, ("name", "arguments"))
    if more:
        names = ", ".join(str(name)[:40] for name, _ in more)
        raise BadRow(f'field "{field}" holds a call with more than id, name and arguments', f"found {names}")


def _arguments(function: JsonObject) -> JsonObject:
    arguments = _parsed(function.get("arguments"))
    if blank(arguments) and not isinstance(arguments, dict):
        return {}
    if not isinstance(arguments, dict):
        raise BadRow("the arguments of a call are not an object", f"found {describe(arguments)}")
    return arguments


def _parsed(value: object) -> object:
    """What JSON text holds; any other value, and text that is not JSON, unchanged."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
