"""Loading from a prepared folder: the number format asked for, a padding token, and nothing where a file is gone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.indicators.text import load_tokenizer as load_counting_tokenizer
from instructmining.models.load import load_base_model, load_tokenizer, pick_device
from instructmining.models.prepare import gather, prepare
from instructmining.models.question_model import load_question_model
from instructmining.models.reward_model import load_reward_model
from instructmining.models.settings import ModelFiles
from tests.conftest import tiny_llama
from tests.tiny_models import word_tokenizer
from tests.unit.models.made import OUTPUT, PREPARED, a_model

pytestmark = pytest.mark.usefixtures("workplace")


@pytest.mark.parametrize(
    "load",
    [
        load_tokenizer,
        lambda folder: load_counting_tokenizer(folder, trust_remote_code=False),
        lambda folder: load_base_model(folder, "fp32"),
        lambda folder: load_reward_model(folder, "fp32"),
        lambda folder: load_question_model(folder, "fp32"),
    ],
)
def test_a_file_that_is_gone_is_named_with_what_to_do(load: Callable[[Path], Any], tiny_tokenizer: Any) -> None:
    a_model(tiny_tokenizer)
    prepare(ModelFiles(path="models/one"), OUTPUT, gather)
    Path("models/one/model.safetensors").unlink()
    with pytest.raises(FileNotFoundError) as error:
        load(PREPARED)
    for said in (
        "results/models/tiny/model.safetensors -> ../../../models/one/model.safetensors: the file",
        "is gone",
        "`snakemake --force results/models/tiny/model.json`",
    ):
        assert said in str(error.value)


def test_a_tokenizer_without_padding_pads_with_its_end_token() -> None:
    word_tokenizer(pad_token=None).save_pretrained("tokenizer")  # type: ignore[arg-type]
    tokenizer = load_tokenizer(Path("tokenizer"))
    assert tokenizer.pad_token_id == tokenizer.eos_token_id is not None


def test_a_model_is_loaded_in_the_number_format_asked_for_and_to_be_evaluated() -> None:
    tiny_llama().train().save_pretrained("model")
    model = load_base_model(Path("model"), "bf16")
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}
    assert not model.training and model.device.type == pick_device().type
