"""A causal language model that is asked a question, and with which probabilities it gives each of a few answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from instructmining.command import UserError
from instructmining.jobs.lost_files import check_links
from instructmining.models.check_weights import check_complete
from instructmining.models.likelihood import head_only_at
from instructmining.models.load import DTYPES, pick_device
from instructmining.models.sequences import TokenSequence, pad_sequences
from instructmining.models.settings import Dtype


def load_answer_model(folder: Path, dtype: Dtype, trust_remote_code: bool = False) -> Any:
    """A causal language model on the device of this job; raises ValueError where a weight is not in its files."""
    check_links(folder)
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=DTYPES[dtype], trust_remote_code=trust_remote_code, output_loading_info=True
    )
    model, info = loaded
    check_complete(folder, info)
    return model.to(pick_device()).eval()


def answer_tokens(tokenizer: Any, question: str, answers: Sequence[str]) -> list[int]:
    """The token of each answer where it follows the question.

    They are tokenised together, as a tokenizer may join a space between the two with either of them. Raises UserError
    where an answer is not one known token of its own.
    """
    asked = _encode(tokenizer, question)
    added = {answer: _added(asked, _encode(tokenizer, question + answer)) for answer in answers}
    wrong = [answer for answer, tokens in added.items() if len(tokens) != 1 or tokens[0] == tokenizer.unk_token_id]
    if wrong:
        raise UserError(
            f"the answers {', '.join(map(repr, wrong))} are not one token each after {question[-20:]!r} under the"
            " tokenizer of this model; name others, or move the space between prompt and answer: most tokenizers want"
            " none at the end of the prompt and one at the start of each answer"
        )
    tokens = [token for answer in answers for token in added[answer]]
    if len(set(tokens)) < len(tokens):
        raise UserError(f"some of the answers {', '.join(map(repr, answers))} are the same token; name others")
    return tokens


def _encode(tokenizer: Any, text: str) -> list[int]:
    tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return tokens


def _added(before: list[int], whole: list[int]) -> list[int]:
    """The tokens that follow; none where the end of what was before has changed."""
    return whole[len(before) :] if whole[: len(before)] == before else []


def answer_shares(model: Any, sequences: Sequence[TokenSequence], pad: int, answers: Sequence[int]) -> Tensor:
    """Probabilities of the answers as the next token, scaled to sum to 1, in fp32. (sequences, answers)"""
    ids = pad_sequences(sequences, pad, model.device)["input_ids"]  # (sequences, tokens)
    ends = torch.tensor([len(sequence) - 1 for sequence in sequences], device=ids.device)
    last = torch.arange(ids.shape[1], device=ids.device) == ends[:, None]  # (sequences, tokens)
    with torch.inference_mode(), head_only_at(model, last):
        logits = model(input_ids=ids, use_cache=False).logits  # (sequences, vocabulary)
        shares: Tensor = logits[:, list(answers)].float().softmax(dim=-1)  # other words of the vocabulary cancel out
        return shares
