"""How conversations are written as tokens: templates, ends, truncation."""

from typing import Any

import pytest

from instructmining.example import Message
from instructmining.models.prompt import (
    Tokens,
    start_tokens,
    tokenize,
    truncate,
    write_chat,
    write_conversation,
    write_prompt,
    write_responses,
)
from tests.conftest import conversation
from tests.tiny_models import AT_THE_END, EVERYWHERE, chat_tokenizer


def test_the_template_of_alpaca_is_the_published_one() -> None:
    written = write_prompt([Message(role="user", content="Add 1 and 2.")], "alpaca")
    assert written.endswith("request.\n\n### Instruction:\nAdd 1 and 2.\n\n### Response:\n")


def test_a_conversation_keeps_all_its_turns_in_the_prompt() -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c")]
    written = write_prompt([Message(role=role, content=content) for role, content in turns], "plain")
    assert written == "User: a\n\nAssistant: b\n\nUser: c\n\nAssistant: "


def test_the_response_ends_with_the_end_token(examples: Any, tiny_tokenizer: Any) -> None:
    tokens = tokenize(examples[0].messages, tiny_tokenizer, "plain", 100)
    assert tokens.response[-1] == tiny_tokenizer.eos_token_id


def test_truncation_cuts_the_prompt_from_its_beginning_and_keeps_the_start_token() -> None:
    assert truncate([1, 2, 3, 4, 5, 6], [7, 8], max_tokens=6, keep=1) == Tokens([1, 4, 5, 6], [7, 8], truncated=True)


def test_truncation_leaves_half_the_room_to_the_prompt() -> None:
    assert truncate([1, 2, 3], [4] * 10, max_tokens=6) == Tokens([1, 2, 3], [4, 4, 4], truncated=True)


def test_what_fits_is_not_truncated() -> None:
    assert truncate([1, 2], [3], max_tokens=3) == Tokens([1, 2], [3], truncated=False)


class Chat:
    """A tokenizer whose chat template marks the last turn, if told to."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark

    def apply_chat_template(self, turns: list[Any], tokenize: bool, add_generation_prompt: bool = False) -> str:
        *earlier, last = (f"{turn['role']}: {turn['content']}\n" for turn in turns)
        return "".join([*earlier, self.mark, last]) + ("assistant: " if add_generation_prompt else "")


def test_a_chat_template_is_split_where_the_response_begins() -> None:
    prompt, response = write_conversation(conversation("why", "so").messages, Chat(), "chat")
    assert (prompt, response) == ("user: why\nassistant: ", "so\n")


def test_a_chat_template_that_rewrites_the_prompt_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="set the model's template to alpaca or plain"):
        write_conversation(conversation("why", "so").messages, Chat(mark="last: "), "chat")


def test_only_a_tokenizer_that_puts_a_start_before_texts_gives_one(tiny_tokenizer: Any) -> None:
    from tests.tiny_models import word_tokenizer

    with_start = word_tokenizer("<s> $A", "<s> $A $B", bos_token="<s>")
    assert start_tokens(with_start) == [with_start.bos_token_id]
    assert start_tokens(tiny_tokenizer) == []


CALL: Any = {"type": "function", "function": {"name": "look", "arguments": {"at": "sky"}}}
WITH_A_CALL = (
    Message(role="user", content="why"),
    Message(role="assistant", content="", reasoning_content="how", tool_calls=[CALL]),
    Message(role="tool", content="blue", name="look"),
    Message(role="assistant", content="so", reasoning_content="what"),
)


def test_a_chat_template_gets_tools_calls_results_and_reasoning() -> None:
    prompt, response = write_conversation(WITH_A_CALL, chat_tokenizer(EVERYWHERE), "chat", [{"name": "look"}])
    assert prompt == (
        '[{"name": "look"}] user : why <|endoftext|> assistant : ( how )  look {"at": "sky"} <|endoftext|>'
        " tool : blue <|endoftext|> assistant :"
    )
    assert response == " ( what ) so <|endoftext|> "


def test_a_chat_template_that_joins_arguments_as_text_gets_them_as_json() -> None:
    joins = chat_tokenizer("{% for m in messages %}{{ 'call ' + m.tool_calls[0].function.arguments }}{% endfor %}")
    assert write_chat(WITH_A_CALL[1:2], joins) == 'call {"at": "sky"}'


def test_turns_that_a_chat_template_refuses_are_named_with_its_reason() -> None:
    strict = chat_tokenizer("{{ raise_exception('only users here') }}")
    with pytest.raises(ValueError, match="refuses the turns user: only users here"):
        write_conversation(conversation("why", "so").messages, strict, "chat")


def pieces(messages: Any, tokenizer: Any, template: Any) -> list[tuple[str, bool]]:
    return [(piece.text, piece.learned) for piece in write_responses(messages, tokenizer, template)]


SEVERAL = [
    Message(role="user", content="why"),
    Message(role="assistant", content="a cat"),
    Message(role="user", content="how"),
    Message(role="assistant", content="a dog", train=False),
    Message(role="user", content="what"),
    Message(role="assistant", content="the sea"),
]


def test_every_response_is_cut_out_with_its_end_token(tiny_tokenizer: Any) -> None:
    assert pieces(SEVERAL, tiny_tokenizer, "plain") == [
        ("User: why\n\nAssistant: ", False), ("a cat</s>", True), ("\n\nUser: how\n\nAssistant: ", False),
        ("a dog</s>", False), ("\n\nUser: what\n\nAssistant: ", False), ("the sea</s>", True),
    ]  # fmt: skip


def test_one_response_is_cut_out_as_where_only_the_last_is_learned(tiny_tokenizer: Any) -> None:
    example = conversation("why", "so").messages
    for template in ("plain", "alpaca"):
        prompt, response = write_conversation(example, tiny_tokenizer, template)
        assert pieces(example, tiny_tokenizer, template) == [(prompt, False), (response, True)]


def test_every_response_of_a_chat_template_is_cut_out() -> None:
    assert pieces(WITH_A_CALL, chat_tokenizer(EVERYWHERE), "chat") == [
        ("user : why <|endoftext|> assistant :", False), (' ( how )  look {"at": "sky"} <|endoftext|> ', True),
        ("tool : blue <|endoftext|> assistant :", False), (" ( what ) so <|endoftext|> ", True),
    ]  # fmt: skip


def test_a_response_that_the_chat_template_writes_differently_later_cannot_be_learned() -> None:
    with pytest.raises(ValueError, match=r"turn 2 of 4 differently .* set training.turns to last"):
        pieces(WITH_A_CALL, chat_tokenizer(AT_THE_END), "chat")
    assert write_conversation(WITH_A_CALL, chat_tokenizer(AT_THE_END), "chat")[1] == " ( what ) so <|endoftext|> "


def test_a_greeting_before_all_other_turns_is_not_a_response(tiny_tokenizer: Any) -> None:
    greeted = [Message(role="assistant", content="a cat"), *SEVERAL[:2]]
    written = pieces(greeted, tiny_tokenizer, "plain")
    assert written == [("Assistant: a cat\n\nUser: why\n\nAssistant: ", False), ("a cat</s>", True)]


def test_the_tokens_of_every_response_are_learned_but_of_one_marked_otherwise(tiny_tokenizer: Any) -> None:
    tokens = tokenize(SEVERAL, tiny_tokenizer, "plain", 100, turns="all")
    prompt = zip(tiny_tokenizer.convert_ids_to_tokens(tokens.prompt), tokens.earlier, strict=True)
    assert [token for token, learned in prompt if learned] == ["a", "cat", "</s>"]
    assert tiny_tokenizer.convert_ids_to_tokens(tokens.response) == ["the", "sea", "</s>"]
    assert tokens.learned == 6


def test_only_the_last_response_is_learned_unless_asked(tiny_tokenizer: Any) -> None:
    tokens = tokenize(SEVERAL, tiny_tokenizer, "plain", 100)
    assert (tokens.earlier, tokens.learned) == ((), 3)


def test_truncation_cuts_what_is_learned_with_the_prompt() -> None:
    earlier = (False, False, True, True, False)
    cut = truncate([1, 2, 3, 4, 5], [6, 7], max_tokens=5, keep=1, earlier=earlier)
    assert cut == Tokens([1, 4, 5], [6, 7], truncated=True, earlier=(False, True, False))


def test_a_learned_token_that_nothing_comes_before_does_not_count() -> None:
    assert truncate([1, 2], [3], max_tokens=2, earlier=(True, True)).learned == 1
