"""How a conversation becomes tokens: the one place for templates and special tokens, for scoring and training.

The response is the last turn, followed by the end token; everything before it is the prompt. Losses are measured on the
tokens of the response only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from instructmining.example import Message
from instructmining.models.settings import Template

ALPACA_PREAMBLE = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request."
)
HEADINGS = {
    "alpaca": {"user": "### Instruction:\n", "assistant": "### Response:\n"},
    "plain": {"user": "User: ", "assistant": "Assistant: "},
}


@dataclass(frozen=True)
class Tokens:
    """A conversation as token IDs; `truncated` where it was longer than allowed."""

    prompt: list[int]
    response: list[int]
    truncated: bool

    def __len__(self) -> int:
        return len(self.prompt) + len(self.response)


def write_prompt(history: Sequence[Message], template: Template) -> str:
    """The turns before a response under the template `alpaca` or `plain`, up to where the response begins."""
    headings = HEADINGS[template]
    opening = [ALPACA_PREAMBLE] if template == "alpaca" else []
    turns = [headings.get(turn["role"], "") + turn["content"] for turn in history]
    return "\n\n".join([*opening, *turns, headings["assistant"]])


def write_conversation(messages: Sequence[Message], tokenizer: Any, template: Template) -> tuple[str, str]:
    """The prompt and the response with its end, as texts.

    Raises ValueError where the tokenizer's chat template does not format the prompt as the beginning of the whole.
    """
    if template != "chat":
        return write_prompt(messages[:-1], template), messages[-1]["content"] + tokenizer.eos_token
    prompt = tokenizer.apply_chat_template(list(messages[:-1]), tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(list(messages), tokenize=False)
    if not whole.startswith(prompt):
        raise ValueError(
            "the tokenizer's chat template formats the prompt differently once the response follows, so the two cannot"
            " be separated; set the model's template to alpaca or plain"
        )
    return prompt, whole[len(prompt) :]


def start_tokens(tokenizer: Any) -> list[int]:
    """The tokens that this tokenizer puts before every text, such as BOS; may be none."""
    return [token for token in tokenizer("")["input_ids"] if token == tokenizer.bos_token_id]


def tokenize(messages: Sequence[Message], tokenizer: Any, template: Template, max_tokens: int) -> Tokens:
    """A conversation as tokens, at most `max_tokens`.

    Prompt and response are tokenised separately, so that the response has the same tokens whatever precedes it.
    """
    prompt_text, response_text = write_conversation(messages, tokenizer, template)
    start = [] if template == "chat" else start_tokens(tokenizer)
    prompt = start + tokenizer(prompt_text, add_special_tokens=False)["input_ids"]
    response = tokenizer(response_text, add_special_tokens=False)["input_ids"]
    return truncate(prompt, response, max_tokens, keep=len(start))


def truncate(prompt: list[int], response: list[int], max_tokens: int, keep: int = 0) -> Tokens:
    """Cut the prompt's beginning (after its first `keep` tokens) down to half the room, then the response's end."""
    if len(prompt) + len(response) <= max_tokens:
        return Tokens(prompt, response, truncated=False)
    room = max(max_tokens - len(response), max_tokens // 2)
    if len(prompt) > room:
        prompt = prompt[:keep] + prompt[len(prompt) - room + keep :]
    return Tokens(prompt, response[: max_tokens - len(prompt)], truncated=True)
