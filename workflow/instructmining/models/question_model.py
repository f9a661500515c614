"""A T5 that answers questions with Yes or No, and with which probability."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSeq2SeqLM

from instructmining.jobs.lost_files import check_links
from instructmining.models.check_weights import check_complete
from instructmining.models.load import DTYPES, pick_device
from instructmining.models.sequences import TokenSequence, pad_sequences
from instructmining.models.settings import Dtype


def load_question_model(folder: Path, dtype: Dtype) -> Any:
    """An encoder-decoder on the device of this job; raises ValueError where a weight is not in its files."""
    check_links(folder)
    model, info = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=DTYPES[dtype], output_loading_info=True)
    check_complete(folder, info)
    return model.to(pick_device()).eval()


def answer_ids(tokenizer: Any) -> tuple[int, int]:
    """The first token of `Yes` and of `No`; raises ValueError where the vocabulary has no separate tokens for them."""
    yes, no = (tokenizer(answer)["input_ids"][0] for answer in ("Yes", "No"))
    if yes == no or tokenizer.unk_token_id in {yes, no}:
        raise ValueError(f"the tokenizer has no separate tokens for Yes ({yes}) and No ({no}); UniEval needs both")
    return yes, no


def yes_shares(model: Any, sequences: Sequence[TokenSequence], pad: int, answers: tuple[int, int]) -> Tensor:
    """P(Yes) / (P(Yes) + P(No)) at the first step of the decoder, in fp32. (sequences,)"""
    batch = pad_sequences(sequences, pad, model.device)
    start = torch.full((len(sequences), 1), model.config.decoder_start_token_id, device=model.device)
    with torch.inference_mode():
        logits = model(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            decoder_input_ids=start,
            use_cache=False,
        ).logits  # (sequences, 1, vocabulary)
        both = logits[:, 0, list(answers)].float()
        shares: Tensor = both.softmax(dim=-1)[:, 0]  # the other words of the vocabulary cancel out
        return shares
