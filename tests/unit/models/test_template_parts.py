"""What a template does not write is refused before a model is loaded, and never left out."""

from typing import Any

import pytest

from instructmining.example import Message, make_example
from instructmining.models.template_parts import PROBES, known_parts, parts_of, refuse_unknown_parts
from tests.conftest import conversation, tool_example
from tests.tiny_models import AT_THE_END, CHAT, EVERYWHERE, chat_tokenizer


def with_system() -> Any:
    return make_example([Message(role="system", content="a"), *conversation("b", "c").messages], "made", "messages", {})


def test_the_parts_of_an_example_are_what_it_has_beside_texts_of_user_and_assistant() -> None:
    assert parts_of(tool_example()) == {"tools", "tool_calls", "reasoning_content", "tool turns"}
    assert parts_of(with_system()) == {"system turns"}
    assert parts_of(conversation("why", "so")) == set()


STRICT = "{% for m in messages %}{% if m.role not in ('user', 'assistant') %}{{ raise_exception('who?') }}{% endif %}{{ m.content }}{% endfor %}"
CALLS_A_RESULT_A_USER = (
    "{% for m in messages %}{{ 'user' if m.role == 'tool' else m.role }}: {{ m.content }}{% endfor %}"
)
JOINS_ARGUMENTS = "{% for m in messages %}{{ m.role }}{% for c in m.tool_calls or [] %}{{ c.function.name + c.function.arguments }}{% endfor %}{% endfor %}"
KNOWN = [
    (EVERYWHERE, set(PROBES)),
    (AT_THE_END, set(PROBES)),
    (CHAT, {"system turns", "developer turns", "tool turns"}),
    (STRICT, set()),
    (CALLS_A_RESULT_A_USER, {"system turns", "developer turns"}),
    (JOINS_ARGUMENTS, {"tool_calls"}),
]


@pytest.mark.parametrize(("template", "known"), KNOWN)
def test_a_chat_template_knows_the_parts_whose_words_it_writes(template: str, known: set[str]) -> None:
    assert known_parts(chat_tokenizer(template), "chat") == known


@pytest.mark.parametrize("template", ["alpaca", "plain"])
def test_templates_of_plain_text_know_system_messages_only(template: Any) -> None:
    assert known_parts(None, template) == {"system turns", "developer turns"}
    refuse_unknown_parts([with_system()], lambda: None, template, "tiny")


def test_the_refusal_counts_by_source_and_says_what_to_do() -> None:
    examples = [conversation("why", "so"), tool_example("glaive"), tool_example("glaive"), tool_example("toolace")]
    with pytest.raises(
        ValueError, match=r"the template of tiny .alpaca. does not write all that 4 examples have"
    ) as said:
        refuse_unknown_parts(examples, lambda: None, "alpaca", "tiny")
    for words in ("tools in 2 of source glaive", "tool turns in 1 of source toolace", "template: chat"):
        assert words in str(said.value)
    assert "set sources.glaive.ignore: [reasoning_content, tool_calls, tools]" in str(said.value)


def test_what_the_chat_template_writes_is_not_refused() -> None:
    refuse_unknown_parts([tool_example()], lambda: chat_tokenizer(EVERYWHERE), "chat", "tiny")
    with pytest.raises(ValueError, match="reasoning_content in 1 of source tools"):
        refuse_unknown_parts([tool_example()], lambda: chat_tokenizer(CHAT), "chat", "tiny")


def test_plain_examples_need_no_tokenizer() -> None:
    refuse_unknown_parts([conversation("why", "so")], lambda: pytest.fail("was loaded"), "chat", "tiny")
