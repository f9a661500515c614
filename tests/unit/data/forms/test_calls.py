"""Definitions of tools and calls of them."""

import json

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.calls import read_calls, read_tools

FUNCTION = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {}}}}
TOOL = {"type": "function", "function": FUNCTION}
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": [1, None]}}}
BARE = CALL["function"]


@pytest.mark.parametrize(
    "value", [[TOOL], [FUNCTION], [{"type": "function", **FUNCTION}], TOOL, json.dumps([TOOL]), [json.dumps(FUNCTION)]]
)
def test_a_tool_is_defined_in_many_ways(value):
    assert read_tools(value, "tools") == (TOOL,)


@pytest.mark.parametrize("value", [None, "", [], " ", "[]", "{}", "null"])
def test_there_may_be_no_tools(value):
    assert read_tools(value, "tools") == ()


@pytest.mark.parametrize("value", [[], "[]", "null", "{}"])
def test_there_may_be_no_calls(value):
    assert read_calls(value, "tool_calls") == []


@pytest.mark.parametrize("value", ["add, sum", [1], [{"description": "Adds."}], '{"name"', [{"name": 3}]])
def test_what_defines_no_tool_is_refused(value):
    with pytest.raises(BadRow, match='field "tools" holds what is no definition of a tool'):
        read_tools(value, "tools")


@pytest.mark.parametrize(
    "value", [[CALL], CALL, [BARE], json.dumps(CALL), [{**BARE, "arguments": json.dumps(BARE["arguments"])}]]
)
def test_a_call_is_written_in_many_ways(value):
    assert read_calls(value, "tool_calls") == [CALL]


def test_a_call_keeps_its_id_and_may_have_no_arguments():
    call = {"id": "c1", "type": "function", "function": {"name": "now", "arguments": ""}, "index": 0}
    made = {"id": "c1", "type": "function", "function": {"name": "now", "arguments": {}}}
    assert read_calls([call], "tool_calls") == [made]


@pytest.mark.parametrize(
    "call, reason",
    [
        ("add(1)", 'field "tool_calls" holds what is no call of a function; found text'),
        ({"arguments": {"a": 1}}, 'field "tool_calls" holds what is no call of a function; found an object'),
        ({"name": " "}, 'field "tool_calls" holds what is no call of a function'),
        ({**CALL, "type": "custom"}, 'field "tool_calls" holds a call that is not of a function; found type'),
        ({**CALL, "result": 3}, 'field "tool_calls" holds a call with more than id, name and arguments; found result'),
        ({**BARE, "index": 1}, 'field "tool_calls" holds a call with more'),
        ({"name": "add", "parameters": {"a": 1}}, 'field "tool_calls" holds a call with more'),
        ({"name": "add", "arguments": [1]}, "the arguments of a call are not an object; found an array of numbers"),
    ],
)
def test_a_call_that_cannot_be_kept_exactly_is_refused(call, reason):
    with pytest.raises(BadRow) as bad:
        read_calls([call], "tool_calls")
    assert str(bad.value).startswith(reason)
