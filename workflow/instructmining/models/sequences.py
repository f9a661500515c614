"""Texts as token sequences, for models that read a whole text: how long texts are cut, and batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the first text of a pair, or of the second."""

    start: int
    end: int
    text: int = 0


@dataclass(frozen=True)
class Written:
    """A text for a model, or a pair of texts, and which parts of it may be cut; the rest, such as a question, stays."""

    texts: tuple[str, ...]
    instruction: Span  # loses its beginning first, as a conversation's oldest turns matter least
    response: Span  # loses its end


@dataclass(frozen=True)
class TokenSequence:
    """A text as token IDs, and the segment of each token, for models that distinguish segments."""

    ids: list[int]
    segments: list[int]
    truncated: bool

    def __len__(self) -> int:
        return len(self.ids)


def to_sequences(
    written: Sequence[Written], tokenizer: Any, max_tokens: int, special: bool = True
) -> list[TokenSequence]:
    """Texts as sequences of at most `max_tokens`; `special` adds the tokenizer's own start and end.

    Raises ValueError where the parts that must stay are longer than that.
    """
    if not written:
        return []
    columns = [list(texts) for texts in zip(*(text.texts for text in written), strict=True)]
    encoded = tokenizer(*columns, add_special_tokens=special, truncation=False, verbose=False)
    return [_cut(*both, max_tokens) for both in zip(written, encoded.encodings, strict=True)]


def _cut(written: Written, encoding: Any, max_tokens: int) -> TokenSequence:
    total = len(encoding.ids)
    if total <= max_tokens:
        return TokenSequence(encoding.ids, encoding.type_ids, truncated=False)
    instruction, response = _positions(encoding, written.instruction), _positions(encoding, written.response)
    room = max_tokens - (total - len(instruction) - len(response))
    if room < 2:
        raise ValueError(f"max_tokens is {max_tokens}, but the prompt's fixed text leaves no room for the example")
    surplus = len(instruction) - max(room - len(response), room // 2)
    instruction_cut = set(instruction[: max(surplus, 0)])
    kept_response = room - (len(instruction) - len(instruction_cut))
    cut = instruction_cut | set(response[kept_response:])
    kept = [position for position in range(total) if position not in cut]
    return TokenSequence([encoding.ids[i] for i in kept], [encoding.type_ids[i] for i in kept], truncated=True)


def _positions(encoding: Any, span: Span) -> list[int]:
    """The positions of the tokens inside a span."""
    return [
        position
        for position, ((start, end), text) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
        if text == span.text and span.start <= start < end <= span.end
    ]


def pad_sequences(sequences: Sequence[TokenSequence], pad: int, device: torch.device) -> dict[str, Tensor]:
    """A batch padded on the right: `input_ids`, `attention_mask` and `token_type_ids`, (batch, tokens) each."""
    tokens = max(len(sequence) for sequence in sequences)
    batch = torch.zeros(3, len(sequences), tokens, dtype=torch.long)
    batch[0] = pad
    for row, sequence in enumerate(sequences):
        filled = torch.tensor([sequence.ids, [1] * len(sequence), sequence.segments])
        batch[:, row, : len(sequence)] = filled
    if device.type == "cuda":
        batch = batch.pin_memory().to(device, non_blocking=True)
    return dict(zip(("input_ids", "attention_mask", "token_type_ids"), batch, strict=True))
