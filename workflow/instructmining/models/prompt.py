"""How a conversation becomes tokens: the one place for templates and special tokens, for scoring and training.

The response is the last turn, followed by the end token; everything before it is the prompt. Losses are measured on the
tokens of the response only; training may learn the earlier responses too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from jinja2 import TemplateError

from instructmining.example import Message
from instructmining.models.settings import Template, Turns

ALPACA_PREAMBLE = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request."
)
HEADINGS = {
    "alpaca": {"user": "### Instruction:\n", "assistant": "### Response:\n"},
    "plain": {"user": "User: ", "assistant": "Assistant: "},
}
Tools = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Tokens:
    """A conversation as token IDs; `truncated` where it was longer than allowed."""

    prompt: list[int]
    response: list[int]
    truncated: bool
    earlier: tuple[bool, ...] = ()
    """Whether each token of the prompt is of an earlier response that is learned; empty where none is."""

    def __len__(self) -> int:
        return len(self.prompt) + len(self.response)

    @property
    def learned(self) -> int:
        """How many tokens are learned; the first of all cannot be, as nothing predicts it."""
        return len(self.response) + sum(self.earlier[1:])


class RefusedTurnsError(ValueError):
    """A chat template does not write these turns."""


@dataclass(frozen=True)
class Piece:
    """A part of a conversation as text: a response that is learned, or anything else."""

    text: str
    learned: bool


def write_prompt(history: Sequence[Message], template: Template) -> str:
    """The turns before a response under the template `alpaca` or `plain`, up to where the response begins."""
    headings = HEADINGS[template]
    opening = [ALPACA_PREAMBLE] if template == "alpaca" else []
    turns = [headings.get(turn["role"], "") + turn["content"] for turn in history]
    return "\n\n".join([*opening, *turns, headings["assistant"]])


def write_conversation(
    messages: Sequence[Message], tokenizer: Any, template: Template, tools: Tools = ()
) -> tuple[str, str]:
    """The prompt and the response with its end, as texts.

    Raises ValueError where the tokenizer's chat template does not format the prompt as the beginning of the whole.
    """
    if template != "chat":
        return write_prompt(messages[:-1], template), messages[-1]["content"] + tokenizer.eos_token
    prompt = write_chat(messages[:-1], tokenizer, tools, open_response=True)
    whole = write_chat(messages, tokenizer, tools)
    if not whole.startswith(prompt):
        raise ValueError(
            "the tokenizer's chat template formats the prompt differently once the response follows, so the two cannot"
            " be separated; set the model's template to alpaca or plain"
        )
    return prompt, whole[len(prompt) :]


def write_chat(messages: Sequence[Message], tokenizer: Any, tools: Tools = (), open_response: bool = False) -> str:
    """Turns under the tokenizer's chat template, with `open_response` up to where the next response begins.

    Raises RefusedTurnsError with the template's own words where it does not write them.
    """
    turns = [{key: value for key, value in message.items() if key != "train"} for message in messages]
    given = {"tools": list(tools)} if tools else {}

    def write(turns: list[Any]) -> str:
        return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=open_response, **given))

    try:
        try:
            return write(turns)
        except TypeError:  # some templates, such as DeepSeek's, read the arguments of a call as text
            return write([_with_text_arguments(turn) for turn in turns])
    except (TemplateError, TypeError) as error:
        roles = ", ".join(message["role"] for message in messages)
        raise RefusedTurnsError(f"the tokenizer's chat template refuses the turns {roles}: {error}") from error


def _with_text_arguments(turn: dict[str, Any]) -> dict[str, Any]:
    """The turn with the arguments of its calls as JSON."""
    if "tool_calls" not in turn:
        return turn
    functions = [call["function"] for call in turn["tool_calls"]]
    texts = [{**function, "arguments": json.dumps(function["arguments"], ensure_ascii=False)} for function in functions]
    calls = [{**call, "function": function} for call, function in zip(turn["tool_calls"], texts, strict=True)]
    return {**turn, "tool_calls": calls}


def write_responses(
    messages: Sequence[Message], tokenizer: Any, template: Template, tools: Tools = ()
) -> Iterator[Piece]:
    """The conversation cut where each response begins and ends, the last response last.

    A turn that its source marks `train: false` is not learned, nor is one that nothing comes before. Raises ValueError
    where the chat template writes a turn differently once others follow.
    """
    cuts = _chat_cuts(messages, tokenizer, tools) if template == "chat" else _cuts(messages, tokenizer, template)
    for turn, before, response in cuts:
        yield Piece(before, learned=False)
        yield Piece(response, learned=turn.get("train") is not False)


def _cuts(messages: Sequence[Message], tokenizer: Any, template: Template) -> Iterator[tuple[Message, str, str]]:
    """Each response, the text between it and the one before, and its own text with the end token."""
    headings, before = HEADINGS[template], f"{ALPACA_PREAMBLE}\n\n" if template == "alpaca" else ""
    for position, turn in enumerate(messages):
        before += headings.get(turn["role"], "")
        if position and turn["role"] == "assistant":
            yield turn, before, turn["content"] + tokenizer.eos_token
            before = "\n\n"
        else:
            before += turn["content"] + "\n\n"


def _chat_cuts(messages: Sequence[Message], tokenizer: Any, tools: Tools) -> Iterator[tuple[Message, str, str]]:
    whole, end = write_chat(messages, tokenizer, tools), 0
    for position, turn in enumerate(messages):
        if position and turn["role"] == "assistant":
            before = write_chat(messages[:position], tokenizer, tools, open_response=True)
            after = write_chat(messages[: position + 1], tokenizer, tools)
            if not (whole.startswith(after) and after.startswith(before)):
                raise ValueError(
                    f"the tokenizer's chat template writes turn {position + 1} of {len(messages)} differently once"
                    " others follow (many leave out earlier reasoning), so its tokens cannot be learned; set"
                    " training.turns to last"
                )
            yield turn, before[end:], after[len(before) :]
            end = len(after)


def start_tokens(tokenizer: Any) -> list[int]:
    """The tokens that this tokenizer puts before every text, such as BOS; may be none."""
    return [token for token in tokenizer("")["input_ids"] if token == tokenizer.bos_token_id]


def tokenize(
    messages: Sequence[Message],
    tokenizer: Any,
    template: Template,
    max_tokens: int,
    tools: Tools = (),
    turns: Turns = "last",
) -> Tokens:
    """A conversation as tokens, at most `max_tokens`; with `turns` all, every response is learned.

    Prompt and responses are tokenised separately, so that a response has the same tokens whatever precedes it.
    """
    if turns == "all":
        pieces = list(write_responses(messages, tokenizer, template, tools))
    else:
        prompt_text, response_text = write_conversation(messages, tokenizer, template, tools)
        pieces = [Piece(prompt_text, learned=False), Piece(response_text, learned=True)]
    start = [] if template == "chat" else start_tokens(tokenizer)
    *before, response = (tokenizer(piece.text, add_special_tokens=False)["input_ids"] for piece in pieces)
    learned = chain.from_iterable(
        repeat(piece.learned, len(ids)) for piece, ids in zip(pieces[:-1], before, strict=True)
    )
    earlier = (*repeat(False, len(start)), *learned)
    return truncate(
        [*start, *chain.from_iterable(before)], response, max_tokens, len(start), earlier if any(earlier) else ()
    )


def truncate(
    prompt: list[int], response: list[int], max_tokens: int, keep: int = 0, earlier: tuple[bool, ...] = ()
) -> Tokens:
    """Cut the prompt's beginning (after its first `keep` tokens) down to half the room, then the response's end."""
    if len(prompt) + len(response) <= max_tokens:
        return Tokens(prompt, response, truncated=False, earlier=earlier)
    room = max(max_tokens - len(response), max_tokens // 2)
    cut = max(len(prompt) - room, 0)
    prompt, earlier = prompt[:keep] + prompt[keep + cut :], earlier[:keep] + earlier[keep + cut :]
    return Tokens(prompt, response[: max_tokens - len(prompt)], truncated=True, earlier=earlier)
