"""Loading tokenizers and causal language models from a prepared folder."""

from pathlib import Path
from typing import Any, cast

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from instructmining.jobs.lost_files import check_links
from instructmining.models.settings import Dtype

logging.disable_progress_bar()  # type: ignore[no-untyped-call]

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def pick_device() -> torch.device:
    """A CUDA device if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_tokenizer(folder: Path, trust_remote_code: bool = False) -> Any:
    """A tokenizer with a padding token; raises FileNotFoundError where one of its files is gone."""
    check_links(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_base_model(
    folder: Path, dtype: Dtype, quantisation: str | None = None, trust_remote_code: bool = False
) -> Any:
    """A causal language model on the device of this job, in evaluation mode.

    Raises FileNotFoundError where one of its files is gone.
    """
    check_links(folder)
    device = pick_device()
    options: dict[str, Any] = {"dtype": DTYPES[dtype], "trust_remote_code": trust_remote_code}
    if quantisation:
        options |= {"quantization_config": _quantisation(quantisation, DTYPES[dtype]), "device_map": {"": device}}
    model = AutoModelForCausalLM.from_pretrained(folder, **options)
    return (model if quantisation else cast(torch.nn.Module, model).to(device)).eval()


def _quantisation(kind: str, dtype: torch.dtype) -> Any:
    """The bitsandbytes settings of a kind of quantisation."""
    from transformers import BitsAndBytesConfig

    if kind == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)  # type: ignore[no-untyped-call]
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
    )
