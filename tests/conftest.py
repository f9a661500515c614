"""Tiny models of the real classes, made on the spot, and examples to feed them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from instructmining.example import Example, make_example
from tests.slurm.slurm_cluster import Cluster, free_ports, reason_not_to_start

# Tests never time, and what they try is the same each time.
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")

ROOT = Path(__file__).parents[1]
os.environ["PYTHONPATH"] = str(ROOT / "workflow")  # commands that tests start run the library of this checkout
WORDS = [
    "the",
    "a",
    "cat",
    "dog",
    "sat",
    "ran",
    "on",
    "mat",
    "road",
    "fast",
    "slow",
    "why",
    "how",
    "what",
    "is",
    "was",
    "and",
    "or",
    "two",
    "three",
    "red",
    "blue",
    "sky",
    "sea",
]


FIRST = ("test_tutorial.py", "test_public_data.py", "test_additions.py")
"""Tests of several minutes each, which would else be the last that everything waits for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests start first, the others in their order."""
    items.sort(key=lambda item: item.path.name not in FIRST)


def conversation(instruction: str, response: str, source: str = "made") -> Example:
    """An example of one turn."""
    messages = [{"role": "user", "content": instruction}, {"role": "assistant", "content": response}]
    return make_example(messages, source, "alpaca", {"instruction": instruction, "output": response})  # type: ignore[arg-type]


LOOK: Any = {"type": "function", "function": {"name": "look", "description": "what is there", "parameters": {}}}
CALL: Any = {"type": "function", "function": {"name": "look", "arguments": {"at": "sky"}}}


def tool_example(source: str = "tools", answered: bool = True) -> Example:
    """A user asks, the assistant calls a tool after reasoning, and, if `answered`, answers with the result."""
    turns = [
        {"role": "user", "content": "what is the sky"},
        {"role": "assistant", "content": "", "reasoning_content": "why not look", "tool_calls": [CALL]},
    ]
    results = [{"role": "tool", "content": "blue", "name": "look"}, {"role": "assistant", "content": "the sky is blue"}]
    return make_example([*turns, *(results if answered else [])], source, "messages", {}, tools=[LOOK])  # type: ignore[list-item]


@pytest.fixture
def examples() -> list[Example]:
    """Examples of very different lengths."""
    lengths = [(3, 1), (1, 12), (8, 5), (20, 2), (2, 30), (5, 5), (1, 1), (12, 9)]
    return [
        conversation(" ".join(WORDS[: i + 1]), " ".join(WORDS[j % 7 :][:j])) for i, j in lengths for j in (j, j + 1)
    ]


@pytest.fixture(scope="session")
def tiny_tokenizer() -> Any:
    """A word-level tokenizer with the special tokens of a Llama."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>", "<pad>"]
    vocabulary = {word: number for number, word in enumerate([*special, *WORDS, "User:", "Assistant:", ".", ","])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )


def tiny_llama(vocabulary: int = 64, hidden_size: int = 32) -> Any:
    """A Llama with two layers and random weights, the same each time."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden_size,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="session")
def tiny_model() -> Any:
    """One such Llama for tests that do not change it."""
    return tiny_llama()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real Slurm of 8 CPUs, 16 GB and two fake GPUs, started once for a session where it may be, and stopped after it.

    A session that is killed leaves its cluster running, in pytest's temporary folder:
    `SLURM_TEST_CLUSTER=/tmp/pytest-of-root/pytest-N/slurm0 tests/slurm/cluster.sh stop` ends it.
    """
    if reason := reason_not_to_start():
        pytest.skip(reason)
    cluster = Cluster(tmp_path_factory.mktemp("slurm"), (("PORT", str(free_ports())),))
    try:
        cluster.manage("start")
        yield cluster
    finally:
        cluster.manage("stop")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Any) -> Any:
    """A run of the whole workflow that has gone through once; tests that change something take a copy.

    It is made by whichever of the processes that run tests at once needs it first; each takes a copy.
    """
    from tests.workflow.conftest import Run, lay_out

    own = tmp_path_factory.getbasetemp()
    shared = Run((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared")
    with FileLock(shared.folder.with_suffix(".lock")):
        if not shared.folder.exists():
            lay_out(shared.folder, tiny_tokenizer)
        shared.finish()  # nothing to do where another process has been here
    return shared.copy(own / "finished")


@pytest.fixture
def run(finished: Any, tmp_path: Path) -> Any:
    """A finished run to change."""
    return finished.copy(tmp_path / "run")
