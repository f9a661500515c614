"""Which fields change what an example means, so that a row that holds one is bad where no form reads it."""

import re
from collections.abc import Iterable
from functools import lru_cache

from instructmining.data.errors import BadRow
from instructmining.data.forms.roles import ROLE_OF, fold
from instructmining.data.forms.values import Unread, blank, off, on, shown
from instructmining.example import Message

RESPONSES = (
    *("output", "outputs", "response", "responses", "completion", "completions", "assistant"),
    *("chosen_response", "rejected_response", "chosen_messages", "rejected_messages", "bad_response"),
    *("response_a", "response_b", "response_1", "response_2", "answer_a", "answer_b", "chosen", "rejected"),
)
PART_OF_PROMPT = "it is part of the prompt"
CHANGES_MEANING = {
    PART_OF_PROMPT: (
        *("system", "system_prompt", "system_message", "sys_prompt", "system_instruction", "developer", "preamble"),
        *("instruction", "instructions", "input", "inputs", "prompt", "question", "questions", "query", "problem"),
        *("context", "contexts", "history", "chat_history", "conversation_history", "dialog_history", "past_turns"),
        *("dialogue_history", "passage", "passages", "document", "documents", "article", "paragraph", "background"),
        *("knowledge", "evidence", "premise", "hypothesis", "story", "scenario", "schema", "sql_context", "table"),
        *("constraint", "constraints", "choices", "options", "candidates", "hint", "hints", "persona", "personas"),
        *("few_shot", "fewshot", "few_shot_examples", "demonstrations", "attachments", "files", "user", "human"),
        *("definition", "examples", "positive_examples", "negative_examples", "sentence", "sentence1", "sentence2"),
        *("custom_instructions", "chat_template_kwargs", "experimental_attachments"),
    ),
    "it is another response, or part of one": (*RESPONSES, "prefill", "refusal"),
    "it is another text": ("content",),
    "it is another conversation": (
        *("messages", "conversations", "conversation", "turns", "dialog", "dialogue", "instances", "chat"),
    ),
    "it is the reasoning behind the response": (
        *("reasoning_content", "reasoning", "reasonings", "reasoning_steps", "reasoning_trace", "reasoning_details"),
        *("thinking", "thought", "thoughts", "think", "rationale", "rationales", "chain_of_thought", "cot"),
        *("thinking_content", "scratchpad", "analysis", "inner_monologue", "complex_cot", "thinking_trajectory"),
        *("thinking_trajectories", "deepseek_thinking_trajectory"),
    ),
    "it is a tool, or a call of one": (
        *("tools", "functions", "tool", "function", "tool_calls", "tool_call", "function_call", "function_calls"),
        *("available_tools", "tool_definitions", "tool_choice", "tool_call_id", "tool_responses", "tool_results"),
        *("tool_response", "tool_outputs", "apis", "api_list", "plugins"),
    ),
    "it is not text": (
        *("image", "images", "image_url", "image_urls", "image_path", "image_paths", "img", "imgs", "picture"),
        *("pictures", "photo", "pixel_values", "audio", "audios", "audio_url", "audio_path", "speech", "sound"),
        *("video", "videos", "video_url", "video_path", "frames", "media", "multimodal", "image_file", "image_files"),
    ),
    "it marks text as not to be trained on": ("train_detail", "prompt_detail"),
}
"""Names of fields and of keys of turns, by what is lost with them; texts that the messages hold anyway are not lost."""
WHY = {name: why for why, names in CHANGES_MEANING.items() for name in names}
BAD, NOT_TRAINED_ON = "it marks the response as a bad one", "it marks the example as not to be trained on"
BAD_WHERE_OFF = {
    **dict.fromkeys(("label", "kto_tag", "desirable", "is_desirable", "is_chosen", "is_good", "is_correct"), BAD),
    **dict.fromkeys(("accepted", "is_accepted", "approved", "valid", "is_valid", "review_result"), BAD),
    **dict.fromkeys(("keep", "train", "training", "trainable", "loss", "loss_mask"), NOT_TRAINED_ON),
    **dict.fromkeys(("weight", "loss_weight", "sample_weight"), NOT_TRAINED_ON),
}
"""Marks that change the meaning where they are false or 0, and say nothing where they are not."""
BAD_WHERE_ON = {
    **dict.fromkeys(("mask", "masked", "skip"), "it marks text as not to be trained on"),
    **dict.fromkeys(("is_rejected", "deleted", "is_deleted"), BAD),
}
"""Marks that change the meaning where they are true."""
KNOWN = {*WHY, *BAD_WHERE_OFF, *BAD_WHERE_ON}
MARKS = {*BAD_WHERE_OFF.values(), *BAD_WHERE_ON.values()}


def refuse_losses(unread: Unread, messages: Iterable[Message]) -> None:
    """Raise BadRow for fields that change the meaning and whose texts are nowhere in the conversation."""
    changing = [
        (str(field)[:100], value, why) for field, value in unread if (why := what_is_lost(str(field)[:100], value))
    ]
    said = _texts_of(messages) if changing else set()
    lost = [(field, value, why) for field, value, why in changing if not _is_said(value, said)]
    if lost:
        field, value, why = lost[0]
        names = ", ".join(dict.fromkeys(field for field, _, _ in lost))
        detail = f"found {shown(value)}; {why} ({_advice(why, names)})"
        raise BadRow(f'field "{_known(field)}" is not read', detail)


def _advice(why: str, names: str) -> str:
    """What can be done about fields that are not read."""
    ignore = f"`ignore: [{names}]`"
    if why in MARKS:
        return f"{ignore} reads such rows as if they were not marked"
    read = "in a source, `form` or `fields` may say how to read it; " if why == PART_OF_PROMPT else ""
    return f"{read}leave it out with {ignore}"


def what_is_lost(field: str, value: object) -> str | None:
    """What is lost with a field that holds this value; None where it is nothing of importance."""
    name = _known(field)
    if name in BAD_WHERE_OFF:
        return BAD_WHERE_OFF[name] if off(value) else None
    if name in BAD_WHERE_ON:
        return BAD_WHERE_ON[name] if on(value) else None
    return None if value is False else WHY.get(name)


@lru_cache(maxsize=4096)
def _known(field: str) -> str:
    """A name as the tables have it: `System Prompt` and `systemPrompt` are `system_prompt`, and `CoT` is `cot`."""
    plain = _snake(field)
    return plain if plain in KNOWN else _snake(re.sub(r"([a-z])([A-Z])", r"\1 \2", field))


def _snake(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _texts_of(messages: Iterable[Message]) -> set[str]:
    """What the conversation says, text by text."""
    messages = list(messages)
    return {message["content"].strip() for message in messages} | {
        message["reasoning_content"].strip() for message in messages if "reasoning_content" in message
    }


def _is_said(value: object, said: set[str]) -> bool:
    """Whether a value is text of the conversation, or turns of it: then nothing is lost with it."""
    if isinstance(value, str):
        return value.strip() in said
    if isinstance(value, list):
        return all(map(_is_said, value, [said] * len(value)))
    if isinstance(value, dict):
        return all(_is_said(text, said) or blank(text) or _is_role(text) for text in value.values())
    return blank(value)


def _is_role(text: object) -> bool:
    return isinstance(text, str) and fold(text) in ROLE_OF
