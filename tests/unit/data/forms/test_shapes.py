"""Rows as people have them: each is read as what it says, or refused with the reason."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.read import RowSettings, read_row
from instructmining.data.settings import Fields
from instructmining.example import Message


def said(role, content, **further):
    return Message(role=role, content=content, **further)


def user(content, **further):
    return said("user", content, **further)


def answer(content, **further):
    return said("assistant", content, **further)


def system(content):
    return said("system", content)


def shared(*turns, **further):
    """A row of sharegpt: role and text by turns."""
    return {"conversations": [{"from": role, "value": text} for role, text in turns], **further}


ASKED = {"role": "user", "content": "Hi"}
HI = [user("Hi"), answer("Hello")]
ALPACA = {"instruction": "Hi", "output": "Hello"}
MESSAGES = {"messages": [ASKED, {"role": "assistant", "content": "Hello"}]}
SHARED = shared(("human", "Hi"), ("gpt", "Hello"))
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": 1}}}
RETURNED = {"role": "tool", "content": "2", "tool_call_id": "1"}


def asked(**turn):
    """A row of messages whose assistant's turn is this one."""
    return {"messages": [ASKED, {"role": "assistant", **turn}]}


def mapped(**fields):
    return RowSettings(Fields(instruction="q", response="a", **fields))


READ = {
    "one turn": (ALPACA, HI),
    "input is a part": ({"instruction": "Sort", "input": "b a", "output": "a b"}, [user("Sort\n\nb a"), answer("a b")]),
    "the question is in input": (
        {"instruction": "", "input": "What is x?", "output": "y"},
        [user("What is x?"), answer("y")],
    ),
    "null instruction": ({"instruction": None, "input": "Why?", "output": "y"}, [user("Why?"), answer("y")]),
    "output is empty, response is not": ({**ALPACA, "output": "", "response": "Yes"}, [user("Hi"), answer("Yes")]),
    "alpaca with system": ({**ALPACA, "system": "Be brief"}, [system("Be brief"), *HI]),
    "alpaca with system_prompt": ({**ALPACA, "system_prompt": "Be brief"}, [system("Be brief"), *HI]),
    "alpaca with history": ({**ALPACA, "history": [["a", "b"]]}, [user("a"), answer("b"), *HI]),
    "history of turns": (
        {**ALPACA, "history": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        [user("a"), answer("b"), *HI],
    ),
    "history by half": ({**ALPACA, "history": [["", "b"], ["c", None]]}, [answer("b"), user("c"), *HI]),
    "alpaca with tools": ({**ALPACA, "tools": [CALL["function"]]}, HI),
    "empty fields": ({**ALPACA, "images": [], "context": " ", "tools": None, "system": ""}, HI),
    "dolly": ({"instruction": "Sum", "context": "P", "response": "s"}, [user("Sum\n\nP"), answer("s")]),
    "dolly with output": ({"instruction": "Sum", "context": "P", "output": "s"}, [user("Sum\n\nP"), answer("s")]),
    "dolly with system": (
        {"instruction": "Hi", "context": "", "response": "Hello", "system": "Be brief"},
        [system("Be brief"), *HI],
    ),
    "columns of two forms, the first empty": ({"instruction": None, "output": None, **MESSAGES}, HI),
    "columns of two forms, the second empty": ({**ALPACA, "messages": None, "context": None}, HI),
    "constraints": (
        {"instruction": "Rewrite.", "instances": [{"input": "x", "constraints": "In one word.", "output": "y"}]},
        [user("Rewrite.\n\nx\n\nIn one word."), answer("y")],
    ),
    "turns of sharegpt": (SHARED, HI),
    "roles in capitals": (shared((" Human ", "Hi"), ("GPT", "Hello")), HI),
    "bing": (shared(("user", "Hi"), ("bing", "Hello")), HI),
    "prompter": (shared(("prompter", "Hi"), ("assistant", "Hello")), HI),
    "model": ({"messages": [ASKED, {"role": "model", "content": "Hello"}]}, HI),
    "developer": (
        {"messages": [{"role": "developer", "content": "Be brief"}, *MESSAGES["messages"]]},
        [said("developer", "Be brief"), *HI],
    ),
    "own roles": (
        shared(("guest", "Hi"), ("Host", "Hello")),
        HI,
        RowSettings(roles={"guest": "user", "host": "assistant"}),
    ),
    "system_prompt beside turns": ({**SHARED, "system_prompt": "Be a pirate"}, [system("Be a pirate"), *HI]),
    "a system that says nothing": (shared(("system", ""), ("human", "Hi"), ("gpt", "Hello")), HI),
    "the same system twice": (
        {"messages": [system("Be brief"), *HI], "system": "Be brief"},
        [system("Be brief"), *HI],
    ),
    "null beside turns": ({"messages": None, **SHARED}, HI),
    "empty beside turns": ({"messages": [], **SHARED}, HI),
    "text in parts": (
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]},
                HI[1],
            ]
        },
        HI,
    ),
    "parts as a table has them": (
        asked(content=[{"type": "text", "text": "Hello", "image_url": None}]),
        HI,
    ),
    "keys of both forms of turns": (
        {"messages": [{"from": None, "value": None, **turn} for turn in MESSAGES["messages"]]},
        HI,
    ),
    "a prompt that is the first turn": ({**MESSAGES, "prompt": "Hi"}, HI),
    "a copy of the turns": ({**MESSAGES, **SHARED}, HI),
    "reasoning": (
        asked(content="4", reasoning_content="2 and 2"),
        [user("Hi"), answer("4", reasoning_content="2 and 2")],
    ),
    "reasoning by another name": (
        asked(content="4", thinking="2, 2"),
        [user("Hi"), answer("4", reasoning_content="2, 2")],
    ),
    "reasoning within the text": (asked(content="<think>2</think>4"), [user("Hi"), answer("<think>2</think>4")]),
    "a text and a call": (asked(content="Look", tool_calls=[CALL]), [user("Hi"), answer("Look", tool_calls=[CALL])]),
    "a call alone": (asked(content=None, tool_calls=[CALL]), [user("Hi"), answer("", tool_calls=[CALL])]),
    "a call as text": (
        asked(
            content="",
            tool_calls=[{"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}],
        ),
        [user("Hi"), answer("", tool_calls=[{"id": "1", **CALL}])],
    ),
    "a call without content": (
        {"messages": [ASKED, {"role": "assistant", "tool_calls": [CALL]}]},
        [user("Hi"), answer("", tool_calls=[CALL])],
    ),
    "a call with its ID beside its text": (
        {
            "conversations": [
                {"from": "human", "value": "Hi"},
                {
                    "from": "function_call",
                    "value": '{"name": "add", "arguments": {"a": 1}}',
                    "tool_calls": [{"id": "1", **CALL}],
                },
            ]
        },
        [user("Hi"), answer("", tool_calls=[{"id": "1", **CALL}])],
    ),
    "the older call": (
        asked(content=None, function_call=CALL["function"]),
        [user("Hi"), answer("", tool_calls=[CALL])],
    ),
    "what a tool returned": (
        {"messages": [ASKED, answer("", tool_calls=[CALL]), RETURNED, HI[1]]},
        [user("Hi"), answer("", tool_calls=[CALL]), RETURNED, HI[1]],
    ),
    "calls of LLaMA-Factory": (
        shared(
            ("human", "Hi"),
            ("function_call", '{"name": "add", "arguments": {"a": 1}}'),
            ("observation", "2"),
            ("gpt", "Hello"),
        ),
        [user("Hi"), answer("", tool_calls=[CALL]), said("tool", "2"), HI[1]],
    ),
    "names": (
        {"messages": [{"role": "user", "content": "Hi", "name": "Ann"}, HI[1]]},
        [user("Hi", name="Ann"), HI[1]],
    ),
    "an earlier turn not trained on": (
        {"messages": [ASKED, {"role": "assistant", "content": "No", "weight": 0}, ASKED, {**HI[1], "weight": 1}]},
        [user("Hi"), answer("No", train=False), *HI],
    ),
    "trimmed": ({"messages": [*MESSAGES["messages"], ASKED]}, HI, RowSettings(trim=True)),
    "trimmed to what is trained on": (
        {"messages": [*MESSAGES["messages"], ASKED, {**HI[1], "train": False}]},
        HI,
        RowSettings(trim=True),
    ),
    "good by its label": ({**MESSAGES, "label": True}, HI),
    "not bad by its mark": ({**MESSAGES, "deleted": False, "is_correct": True, "train_detail": []}, HI),
    "a mark that says there is none": ({**MESSAGES, "refusal": False, "reasoning": False}, HI),
    "a system of weight null": (
        {"conversations": [{"from": "system", "value": "Be brief", "weight": None}, *SHARED["conversations"]]},
        [system("Be brief"), *HI],
    ),
    "a rendered copy": ({**ALPACA, "text": "### Instruction:\nHi\n\n### Response:\nHello"}, HI),
    "a tool by the newer frame": ({**MESSAGES, "tools": [{"type": "function", "name": "w"}]}, HI),
    "no calls as JSON": (asked(content="Hello", tool_calls="[]"), HI),
    "no tools as JSON": ({**MESSAGES, "tools": "{}"}, HI),
    "ignored": ({**MESSAGES, "images": ["x.jpg"]}, HI, RowSettings(ignore=frozenset({"images"}))),
    "ignored in a turn": (asked(content="Hello", tool_calls=[CALL]), HI, RowSettings(ignore=frozenset({"tool_calls"}))),
    "ignored mark": (asked(content="Hello", weight=0), HI, RowSettings(ignore=frozenset({"weight"}))),
    "chosen alone is wanted": (
        {"prompt": "Hi", "chosen": "Hello", "rejected": "No"},
        HI,
        RowSettings(Fields(instruction="prompt", response="chosen"), ignore=frozenset({"rejected"})),
    ),
    "mapped": ({"q": "Hi", "a": "Hello", "s": "Be brief"}, [system("Be brief"), *HI], mapped(system="s")),
    "mapped history": (
        {"q": "Hi", "a": "Hello", "h": [["First?", "a"]]},
        [user("First?"), answer("a"), *HI],
        mapped(history="h"),
    ),
    "a question in the mapped input": ({"q": "", "i": "Hi", "a": "Hello"}, HI, mapped(input="i")),
}
REFUSED = {
    "late context": ({**ALPACA, "input": "x", "context": "P"}, 'field "context" is not read; found \'P\'; it is part of the prompt'),
    "context in a given form": ({**ALPACA, "context": "P"}, 'field "context" is not read', RowSettings("alpaca")),
    "choices": ({"instruction": "Pick.", "input": "2+2?", "choices": ["3", "4"], "output": "B"}, 'field "choices" is not read'),
    "question": ({"instruction": "Answer.", "question": "2+2?", "output": "4"}, 'field "question" is not read'),
    "images": ({**MESSAGES, "images": ["x.jpg"]}, 'field "images" is not read; found "[\'x.jpg\']"; it is not text'),
    "audio in a turn": (asked(content="Hello", audio={"id": "x"}), 'field "audio" is not read'),
    "a part that is an image": (
        asked(content=[{"type": "image_url", "image_url": {"url": "x"}}]),
        "a part of the content is not text; found a part of type 'image_url'",
    ),
    "bad by its label": ({**MESSAGES, "label": False}, 'field "label" is not read; found \'False\'; it marks the response'),
    "bad by its label in a table of text": ({**ALPACA, "kto_tag": "False"}, 'field "kto_tag" is not read'),
    "a row of weight 0": ({**ALPACA, "weight": 0}, 'field "weight" is not read; found \'0\'; it marks the example as not'),
    "a last turn of weight 0": (asked(content="BAD", weight=0), "the last turn is marked as not to be trained on"),
    "a last turn not to train on": (
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "BAD", "train": False}]},
        "the last turn is marked as not to be trained on; with train: false or weight: 0",
    ),
    "two systems": ({**MESSAGES, "system": "a", "system_prompt": "b"}, 'field "system_prompt" is not read'),
    "another system than the first turn": ({"messages": [system("a"), *HI], "system": "b"}, 'field "system" is not read'),
    "two responses": ({**ALPACA, "response": "No"}, 'field "response" is not read; found \'No\'; it is another response'),
    "two conversations": ({**MESSAGES, **shared(("human", "Bye"), ("gpt", "Bye!"))}, 'field "conversations" is not read'),
    "reasoning of a row": ({**ALPACA, "chain_of_thought": "2 and 2"}, 'field "chain_of_thought" is not read'),
    "two reasonings": (asked(content="4", reasoning="2", thinking="3"), 'field "thinking" is not read'),
    "a call by the user": ({"messages": [{**ASKED, "tool_calls": [CALL]}, HI[1]]}, 'field "tool_calls" is not read'),
    "a call that is no function": (
        asked(content="", tool_calls=[{**CALL, "type": "custom"}]),
        'field "tool_calls" holds a call that is not of a function; found type \'custom\'',
    ),
    "arguments that are no object": (
        asked(content="", tool_calls=[{"function": {"name": "add", "arguments": "1, 2"}}]),
        "the arguments of a call are not an object; found text",
    ),
    "a call with more than can be kept": (
        asked(content="", tool_calls=[{**CALL, "result": 2}]),
        'field "tool_calls" holds a call with more than id, name and arguments; found result',
    ),
    "a function_call that is no JSON": (
        shared(("human", "Hi"), ("function_call", "add(1)")),
        'field "value" holds what is no call of a function; found text',
    ),
    "other calls than its text says": (
        {"conversations": [
            {"from": "human", "value": "Hi"},
            {"from": "function_call", "value": '{"name": "sub", "arguments": {}}', "tool_calls": [CALL]},
        ]},
        "a turn has other calls in its text than beside it",
    ),
    "tools that are words": ({**MESSAGES, "tools": "calculator"}, 'field "tools" holds what is no definition of a tool; found text'),
    "a tool before all": ({"messages": [RETURNED, *HI]}, "a tool's turn does not follow the assistant's"),
    "preference of turns": (
        {"chosen": HI, "rejected": [user("Hi"), answer("No")]},
        "chosen and rejected are a preference, not an example; name the file under `quality_rule.ratings`",
    ),
    "preference of objects": (
        {**shared(("human", "Hi")), "chosen": {"from": "gpt", "value": "a"}, "rejected": {"from": "gpt", "value": "b"}},
        "chosen and rejected are a preference",
    ),
    "turns that are text": ({"conversations": ["Hi", "Hello"]}, "no known form fits: conversations is an array of text"),
    "turns that are JSON": ({"messages": '[{"role": "user"}]'}, "no known form fits: messages is text that holds JSON"),
    "no turns": ({"messages": []}, "no known form fits: messages is empty"),
    "turns by other keys": (
        {"messages": [{"speaker": "a", "text": "b"}]},
        "no known form fits: messages is an array of objects; expected role and content, or from and value; found speaker, text",
    ),
    "fields in capitals": ({"Instruction": "Hi", "Output": "Hello"}, "no known form fits; fields found: Instruction, Output; Instruction, Output must be"),
    "unknown fields": ({"prompt": "Hi", "answer": "Hello"}, "no known form fits; fields found: answer, prompt"),
    "two forms": ({**ALPACA, **SHARED}, "several forms fit; alpaca and sharegpt; say which in `form`"),
    "ends with the user": ({"messages": [*HI, ASKED]}, "the last turn is the user's, not the assistant's"),
    "nothing to trim to": ({"messages": [ASKED]}, "the last turn is the user's, not the assistant's", RowSettings(trim=True)),
    "an unknown role": (shared(("human", "Hi"), ("host", "Hello")), "unknown role; found 'host', expected one of system"),
    "nobody says anything": (shared(("system", "")), "no turn says anything"),
    "a turn without text": (asked(content=""), 'field "content" is empty; a turn needs text'),
    "nothing asked": ({"instruction": "", "input": " ", "output": "x"}, 'field "instruction" is empty'),
    "history that is text": ({**ALPACA, "history": "a"}, 'field "history" is not an array of [user, assistant] pairs of text; found text'),
    "examples of the task": ({**ALPACA, "positive_examples": [{"input": "a", "output": "b"}]}, 'field "positive_examples" is not read'),
    "the definition of the task": ({**ALPACA, "definition": "Translate."}, 'field "definition" is not read'),
    "a sentence to work on": ({"instruction": "Translate", "sentence": "So.", "output": "Also."}, 'field "sentence" is not read'),
    "what a template is given": ({**MESSAGES, "chat_template_kwargs": {"custom_instructions": "Be a pirate"}}, 'field "chat_template_kwargs" is not read'),
    "what a mapped row was thought": ({"q": "Hi", "a": "Hello", "Complex_CoT": "Greet."}, 'field "complex_cot" is not read', mapped()),
    "a turn that is deleted": (asked(content="Hello", deleted=True), 'field "deleted" is not read; found \'True\'; it marks the response as a bad one'),
    "an answer that is wrong": ({**ALPACA, "is_correct": False}, 'field "is_correct" is not read'),
    "an answer that a reader refused": ({**ALPACA, "accepted": 0}, 'field "accepted" is not read'),
    "a part of a turn not to train on": (
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello", "train_detail": [{"begin_offset": 0, "end_offset": 2, "train": False}]}]},
        'field "train_detail" is not read; found "[{\'begin_offset\'',
    ),
    "no call at all": (asked(content=None, tool_calls="[]"), 'field "content" is empty; a turn needs text'),
    "no call as text": (shared(("human", "Hi"), ("function_call", "[]")), 'field "value" is empty; a turn needs text'),
    "a weight below 0": (asked(content="BAD", weight=-1), "the last turn is marked as not to be trained on"),
    "a text in the other form's key": (
        {"conversations": [{"from": "human", "value": "Hi", "content": "Bye"}, {"from": "gpt", "value": "Hello"}]},
        'field "content" is not read; found \'Bye\'; it is another text',
    ),
    "turns of two forms": (
        {"messages": [{"from": "human", "value": "Hi"}, HI[1]]},
        'field "from" is missing; a turn needs it beside value; found content, role',
    ),
    "a passage by another name": ({"instruction": "Sum", "content": "P", "output": "s"}, 'field "content" is not read'),
    "another form than the given one": (MESSAGES, 'field "instruction" is missing; an example needs an instruction; fields found: messages (an', RowSettings("alpaca")),
    "a refusal": (asked(content=None, refusal="No", weight=1), 'field "content" is empty; a turn needs text; found refusal, weight'),
    "speech": ({"messages": [ASKED, {"role": "assistant", "audio": {"id": "x"}}]}, 'field "content" is missing; a turn needs text; found audio'),
    "a part that is reasoning": (asked(content=[{"type": "thinking", "thinking": "So"}]), "a part of the content is not text; found a part of type 'thinking'"),
    "a part that is a call": (asked(content=[{"type": "tool_use", "name": "w"}]), "a part of the content is not text; found a part of type 'tool_use'"),
    "a tool of the server": ({**MESSAGES, "tools": [{"type": "web_search", "name": "search"}]}, 'field "tools" holds a tool that is not a function; found type \'web_search\''),
    "a list of texts": ({"data": ["Hi", "Hello"], "id": 1}, "no known form fits; fields found: data (an array of text), id"),
    "turns that have another name": ({"contents": [{"role": "user"}]}, "no known form fits; fields found: contents (an array of objects)"),
    "pairs of a question and an answer": ({"conversation": [{"input": "Hi", "output": "Hello"}]}, "no known form fits: conversation is an array of objects; expected role and content, or from and value; found input, output"),
    "a row whose answer is beside the turns": ({"messages": [ASKED], "answer": "Hello"}, "the last turn is the user's"),
    "two turns of the assistant": ({"messages": [ASKED, HI[1], HI[1]]}, "the response does not follow a user's turn"),
    "output that is a list": ({"instruction": "Hi", "output": ["Hello"]}, 'field "output" is an array, expected text'),
    "a form and a copy in another": ({**ALPACA, **MESSAGES}, "several forms fit; alpaca and messages"),
    "an unmapped system": ({"q": "Hi", "a": "Hello", "system": "Be brief"}, 'field "system" is not read', mapped()),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_row_is_read_as_what_it_says(name):
    row, messages, *settings = READ[name]
    assert list(read_row(row, *settings or [RowSettings()]).messages) == messages


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_that_would_be_misread_is_refused(name):
    row, reason, *settings = REFUSED[name]
    with pytest.raises(BadRow) as bad:
        read_row(row, *settings or [RowSettings()])
    assert str(bad.value).startswith(reason)
