"""Which form a row has, and what is there instead."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.detect import form_of, no_form, propose_fields, refuse_preference
from tests.unit.data.forms.made import GOOD, TURNS, USER


@pytest.mark.parametrize(
    "row, message",
    [
        ({"prompt": "Hi", "answer": "Hello"}, "no known form fits; fields found: answer, prompt"),
        ({**GOOD["alpaca"], **GOOD["messages"]}, "several forms fit; alpaca and messages; say which in `form`"),
        ({}, "no known form fits; fields found: none"),
    ],
)
def test_a_form_that_is_not_plain_is_asked_for(row, message):
    with pytest.raises(BadRow, match=message):
        form_of(row)


def test_each_row_has_its_own_form():
    assert [form_of(GOOD[name]) for name in ("alpaca", "dolly", "sharegpt")] == ["alpaca", "dolly", "sharegpt"]


def test_empty_fields_of_another_form_are_not_that_form():
    assert form_of({"instruction": None, "output": "", "messages": None, "conversations": TURNS}) == "sharegpt"
    with pytest.raises(BadRow, match="several forms fit; alpaca and sharegpt"):
        form_of({"instruction": "Hi", "output": "", "conversations": TURNS})


@pytest.mark.parametrize(
    "row, message",
    [
        ({"conversations": [["Hi"]]}, ": conversations is an array of arrays; expected an array of turns"),
        ({"conversations": [1, "Hi"]}, ": conversations is an array; expected an array of turns"),
        ({"messages": {"role": "user"}}, ": messages is an object; expected"),
        ({"messages": None}, ": messages is null; expected"),
        ({"messages": [{"role": "user"}]}, ": messages is an array of objects; expected role and content, or from and"),
        ({" Messages": [USER]}, "; fields found:  Messages (an array of objects);  Messages must be in lower case"),
        ({}, "; fields found: none"),
    ],
)
def test_a_message_says_what_is_there(row, message):
    assert str(no_form(row)).startswith(f"no known form fits{message}")


def test_the_fields_found_are_few_and_no_part_of_the_reason():
    bad = no_form({f"{number:03}": 1 for number in range(30)})
    assert str(bad).endswith("018, 019 and 10 more") and bad.reason == "no known form fits"


@pytest.mark.parametrize(
    "row, fields",
    [
        ({"question": "Hi", "answer": "Hello"}, "{instruction: question, response: answer}"),
        ({"Question": "Hi", "Response": "Hello"}, "{instruction: Question, response: Response}"),
        ({"id": 1, "system_prompt": "", "question": "Hi", "response": "Hello"},
         "{instruction: question, response: response, system: system_prompt}"),
        ({"input": "Hi", "output": "Hello", "context": "P"}, "{instruction: input, response: output, input: context}"),
        ({"prompt": "Hi", "completion": "Hello", "history": [["a", "b"]], "tools": "[]"},
         "{instruction: prompt, response: completion, history: history, tools: tools}"),
        ({"query": "Hi", "my answer": "Hello", "answer ": "Hello"}, '{instruction: query, response: "answer "}'),
        ({"prompt": [USER], "completion": [USER]}, ""),
        ({"inputs": "Hi", "label": "Hello"}, ""),
    ],
)  # fmt: skip
def test_names_that_people_use_are_proposed_as_fields(row, fields):
    assert propose_fields(row) == fields


def test_the_chosen_response_is_proposed_where_it_is_a_text():
    with pytest.raises(BadRow, match=r"by `fields: \{instruction: question, response: chosen\}` with `ignore"):
        refuse_preference({"question": "Hi", "output": "c", "chosen": "a", "rejected": "b"})
    with pytest.raises(BadRow, match=r"`quality_rule\.ratings`$"):
        refuse_preference({"prompt": "Hi", "chosen": [USER], "rejected": [USER]})


def test_a_preference_needs_both_responses():
    with pytest.raises(BadRow, match="chosen and rejected are a preference"):
        refuse_preference({"prompt": "Hi", "chosen": "a", "rejected": "b"})
    refuse_preference({"chosen": "a", "rejected": ""})
