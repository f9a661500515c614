"""The one idea of a prompt: the same for rows of sources, of ratings and of a judge's prompts."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.prompts import has_prompt, read_prompt, read_responses, turns_of, without_response
from instructmining.data.forms.read import to_messages

RESPONSE = {"role": "assistant", "content": "Hello"}
SOURCES = [
    {"instruction": "Say hi", "input": "to Ann", "output": "Hello"},
    {"instruction": "", "input": "Say hi", "output": "Hello"},
    {"instruction": "Say hi", "output": "Hello", "system": "Be kind", "history": [["a", "b"]]},
    {"instruction": "Say hi", "context": "to Ann", "response": "Hello", "category": "x"},
    {"instruction": "Say hi", "instances": [{"input": "to Ann", "constraints": "Loudly.", "output": "Hello"}]},
    {"conversations": [{"from": "human", "value": "Say hi"}, {"from": "gpt", "value": "Hello"}], "system": "Be kind"},
    {"messages": [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Say hi"}, RESPONSE]},
]


@pytest.mark.parametrize("row", SOURCES)
def test_the_prompt_of_a_source_s_row_is_what_comes_before_its_response(row):
    assert (*read_prompt(without_response(row)).messages, RESPONSE) == to_messages(row)


@pytest.mark.parametrize("row", SOURCES[:4])
def test_the_prompt_of_a_pair_is_that_of_a_source_s_row(row):
    pair = {**without_response(row), "chosen": "Hello", "rejected": "No"}
    assert read_responses(pair, ["chosen", "rejected"])[0].messages[:-1] == to_messages(row)[:-1]


@pytest.mark.parametrize("name", ["prompt", "question", "query", "text"])
def test_a_text_has_several_names(name):
    assert read_prompt({name: "Say hi", "input": "to Ann"}).messages == (
        {"role": "user", "content": "Say hi\n\nto Ann"},
    )


def test_turns_are_an_array_a_turn_alone_or_json_in_a_cell_and_keep_their_other_keys():
    turn = {"role": "human", "content": "a", "weight": 0}
    for value in (
        [turn],
        turn,
        [{"from": "human", "value": "a", "weight": 0}],
        ' [{"from": "human", "value": "a", "weight": 0}]',
    ):
        assert turns_of(value) == [turn]
    assert turns_of("a") == turns_of(None) == turns_of([]) == []


@pytest.mark.parametrize(
    ("value", "reason"), [("[{", "a field is broken JSON"), (["a"], "a turn is not an object; found text")]
)
def test_what_is_no_turn_is_named(value, reason):
    with pytest.raises(BadRow, match=reason):
        turns_of(value)


def test_a_row_without_a_prompt_says_which_fields_could_hold_one():
    assert not has_prompt({"id": 1, "prompt": " "})
    with pytest.raises(BadRow, match="there is no prompt; expected turns"):
        read_prompt({"id": 1})


def test_a_greeting_is_part_of_a_whole_conversation_where_there_is_no_other_prompt():
    texts = [("assistant", "Welcome"), ("user", "a"), ("assistant", "b")]
    turns = [{"role": role, "content": text} for role, text in texts]
    (whole,) = read_responses({"chosen": turns}, ["chosen"])
    assert list(whole.messages) == turns
