"""No row loses a text in silence: it is in the conversation, or under a field that is counted, or the row is bad."""

from hypothesis import given, settings
from hypothesis import strategies as st

from instructmining.data.errors import BadRow
from instructmining.data.forms.meaning import BAD_WHERE_OFF, WHY
from instructmining.data.forms.read import RowSettings, read_row
from instructmining.data.settings import Fields

NAMED_ELSEWHERE = {"role", "from", "type"}
"""Keys that hold a name, not a text."""
TEXTS = st.sampled_from(["Hi", "Hello", "2+2?", "four", "Be brief", "PASSAGE", "ünï \n code", "Why?", " ", ""])
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(0, 2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["text", "a"]), inner, max_size=2),
    max_leaves=4,
)
CALLS = st.lists(
    st.fixed_dictionaries(
        {"function": st.fixed_dictionaries({"name": TEXTS, "arguments": st.dictionaries(TEXTS, VALUES, max_size=2)})},
        optional={"id": TEXTS, "type": st.just("function"), "extra": TEXTS},
    ),
    min_size=1,
    max_size=2,
)
PARTS = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["text", "image"]), "text": TEXTS}, optional={"cache": TEXTS}),
    max_size=2,
)
FURTHER = st.fixed_dictionaries(
    {},
    optional={
        "tool_calls": CALLS,
        "reasoning_content": TEXTS,
        "thinking": VALUES,
        "tool_call_id": TEXTS,
        "name": TEXTS,
        "weight": st.sampled_from([0, 1, 0.5]),
        "train": st.booleans(),
        "images": VALUES,
        "date": VALUES,
    },
)


def turns(role, text):
    turn = st.fixed_dictionaries({role: st.sampled_from(["assistant", "user", "GPT", "tool"]), text: TEXTS | PARTS})
    further = st.builds(lambda one, more: {**more, **one}, turn, FURTHER)
    return st.builds(
        lambda before, last: [{role: "Human", text: "Hi"}, *before, {role: "user", text: "So?"}, {**last, role: "gpt"}],
        st.lists(further, max_size=1),
        further,
    )


FIELDS = sorted({*WHY, *BAD_WHERE_OFF}) + ["id", "category", "Text", "x"] * 20
SINGLE = st.fixed_dictionaries(
    {"instruction": TEXTS, "output": TEXTS},
    optional={
        "response": TEXTS,
        "input": TEXTS,
        "context": TEXTS,
        "history": st.lists(st.tuples(TEXTS, TEXTS).map(list), max_size=2) | VALUES,
        "instances": st.lists(
            st.dictionaries(st.sampled_from(["input", "output", "constraints", "x"]), TEXTS), max_size=1
        ),
    },
)
CONVERSATIONS = st.fixed_dictionaries({"messages": turns("role", "content")}, optional={"tools": CALLS}) | (
    st.fixed_dictionaries({"conversations": turns("from", "value")}, optional={"messages": VALUES})
)
ROWS = st.builds(
    lambda row, further: {**further, **row},
    SINGLE | CONVERSATIONS,
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=2),
)
HOW = st.builds(
    RowSettings,
    st.sampled_from([None, None, Fields(instruction="instruction", response="output", input="x", system="system")]),
    ignore=st.sets(st.sampled_from(["images", "context", "tool_calls", "system"])).map(frozenset),
)


def texts(value, but=frozenset()):
    """All texts within a value, except below some keys."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() if key not in but for text in texts(inner, but)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in texts(inner, but)]
    return [value] if isinstance(value, str) and value.strip() else []


@settings(max_examples=200, deadline=None)
@given(ROWS, HOW)
def test_every_text_is_in_the_conversation_or_counted_or_its_row_is_bad(row, how):
    try:
        read = read_row(row, how)
    except BadRow:
        return
    said = "\n".join(texts([dict(message) for message in read.messages]) + texts(read.tools))
    assert [text for text in texts(row, NAMED_ELSEWHERE | read.not_read) if text not in said] == []
