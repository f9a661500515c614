"""Reward models: sequence classifiers with one output, and the GPT-NeoX of Open-Assistant."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, GPTNeoXConfig, GPTNeoXModel, GPTNeoXPreTrainedModel

from instructmining.jobs.lost_files import check_links
from instructmining.models.check_weights import check_complete
from instructmining.models.load import DTYPES, pick_device
from instructmining.models.sequences import TokenSequence, pad_sequences
from instructmining.models.settings import Dtype


class GPTNeoXRewardModel(GPTNeoXPreTrainedModel):
    """A GPT-NeoX with a linear head, in the layout of Open-Assistant's checkpoints: `gpt_neox.*` and `out_proj.*`.

    `transformers` has no such class: its sequence classifier calls the head `score` and gives it no bias.
    """

    def __init__(self, config: GPTNeoXConfig) -> None:
        super().__init__(config)
        self.gpt_neox = GPTNeoXModel(config)
        self.out_proj = nn.Linear(config.hidden_size, 1)
        self.post_init()  # type: ignore[no-untyped-call]


def load_reward_model(folder: Path, dtype: Dtype, trust_remote_code: bool = False) -> Any:
    """A reward model on the device of this job; raises ValueError if it is not one or lacks weights."""
    check_links(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    options: dict[str, Any] = {"dtype": DTYPES[dtype], "output_loading_info": True}
    if "GPTNeoXRewardModel" in config.get("architectures", []):
        if config.get("pooling", "last") != "last":
            raise ValueError(f"{folder}: pooling is {config['pooling']!r}; only 'last' is supported")
        options["config"] = GPTNeoXConfig.from_dict({**config, "model_type": "gpt_neox"})
        model, info = cast(Any, GPTNeoXRewardModel.from_pretrained)(folder, **options)
    else:
        options["trust_remote_code"] = trust_remote_code
        model, info = AutoModelForSequenceClassification.from_pretrained(folder, **options)
        if model.config.num_labels != 1:
            raise ValueError(f"{folder}: the classifier has {model.config.num_labels} outputs; a reward model has one")
    check_complete(folder, info)
    return model.to(pick_device()).eval()


def rewards(model: Any, sequences: Sequence[TokenSequence], pad: int) -> Tensor:
    """The reward of each sequence, in fp32. (sequences,)"""
    batch = pad_sequences(sequences, pad, model.device)
    with torch.inference_mode():
        head = getattr(model, "score", None) or getattr(model, "out_proj", None)
        if head is None:
            return _of_encoder(model, batch)
        # A decoder reads the reward at the last token. `transformers` takes that for the last one that is not padding,
        # which is wrong where the end token serves as padding; and no mask is needed where padding is on the right.
        hidden = model.base_model(input_ids=batch["input_ids"], use_cache=False).last_hidden_state
        last = batch["attention_mask"].sum(dim=1) - 1
        pooled: Tensor = hidden[torch.arange(len(sequences), device=hidden.device), last]  # (sequences, hidden size)
        reward: Tensor = head(pooled)[:, 0].float()
        return reward


def _of_encoder(model: Any, batch: dict[str, Tensor]) -> Tensor:
    if getattr(model.config, "type_vocab_size", 0) < 2:
        batch = {name: values for name, values in batch.items() if name != "token_type_ids"}
    logits: Tensor = model(**batch).logits
    return logits[:, 0].float()
