"""How conversations are written as tokens: templates, ends, truncation."""

from typing import Any

import pytest

from instructmining.example import Message
from instructmining.models.prompt import Tokens, start_tokens, tokenize, truncate, write_conversation, write_prompt
from tests.conftest import conversation


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
