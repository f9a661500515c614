"""Reward models are loaded as what they are, and read where they were trained to be."""

import json
from pathlib import Path

import pytest
import torch

from instructmining.models.reward_model import GPTNeoXRewardModel, load_reward_model, rewards
from instructmining.models.sequences import TokenSequence
from tests.tiny_models import tiny_llama_classifier, write_open_assistant


def sequence(*ids: int) -> TokenSequence:
    return TokenSequence(list(ids), [0] * len(ids), truncated=False)


def test_a_decoder_is_read_at_the_last_token_of_each_sequence() -> None:
    model = tiny_llama_classifier()
    with torch.inference_mode():
        expected = [
            model.score(model.model(torch.tensor([ids])).last_hidden_state[0, -1]).item() for ids in ([5, 6], [7])
        ]
    assert rewards(model, [sequence(5, 6), sequence(7)], pad=0).tolist() == pytest.approx(expected, abs=1e-6)


def test_a_checkpoint_of_open_assistant_is_loaded_with_its_own_head(tmp_path: Path) -> None:
    weights = write_open_assistant(tmp_path)
    model = load_reward_model(tmp_path, "fp32")
    assert isinstance(model, GPTNeoXRewardModel)
    assert torch.equal(model.out_proj.bias, weights["out_proj.bias"])


def test_another_pooling_than_the_last_token_is_refused(tmp_path: Path) -> None:
    write_open_assistant(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text()) | {"pooling": "mean"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="pooling is 'mean'; only 'last' is supported"):
        load_reward_model(tmp_path, "fp32")
