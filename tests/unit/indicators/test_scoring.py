"""What all scorers share: chunks of a shard in, one finite score per example out."""

import math
import threading
from pathlib import Path
from typing import Any

import pytest

from instructmining.example import make_example
from instructmining.files import read_json
from instructmining.indicators import custom_function, likelihood, rating, reward, scoring, text, unieval
from instructmining.indicators.rating_settings import RatingScorer
from instructmining.indicators.scoring import Scorer, Scores, ahead, read_chunks, score_shard
from instructmining.indicators.settings import LikelihoodScorer, RewardScorer, UniEvalScorer
from tests.tiny_models import pair_tokenizer, t5_tokenizer, tiny_deberta, tiny_t5
from tests.unit.indicators.made import write_shard


def fixed(scores: Scores) -> Scorer[Any]:
    """A scorer that gives these scores, whatever it is asked."""
    return Scorer(prepare=list, run=lambda _, __: scores)


def test_a_shard_is_read_in_chunks_by_the_columns_that_scores_depend_on(tmp_path: Path, examples: Any) -> None:
    chunks = list(read_chunks(write_shard(tmp_path, examples), examples=6))
    assert [len(chunk) for chunk in chunks] == [6, 6, 4]
    assert [example.id for chunk in chunks for example in chunk] == [example.id for example in examples]
    assert {example.row for chunk in chunks for example in chunk} == {""}


def test_an_empty_shard_is_one_empty_chunk(tmp_path: Path) -> None:
    assert list(read_chunks(write_shard(tmp_path, []))) == [[]]


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


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_score_that_is_not_finite_fails_the_shard(tmp_path: Path, examples: Any, bad: float) -> None:
    shard = write_shard(tmp_path, examples)
    scores = Scores({"made": [1.0] * (len(examples) - 1) + [bad]})
    with pytest.raises(ValueError, match="made: 1 scores are not finite"):
        score_shard(shard, fixed(scores), tmp_path / "scores.parquet", tmp_path / "report.json")
    assert not (tmp_path / "scores.parquet").exists()


def test_a_missing_score_fails_the_shard(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    with pytest.raises(ValueError, match=f"made: 1 scores for {len(examples)} examples"):
        score_shard(shard, fixed(Scores({"made": [1.0]})), tmp_path / "scores.parquet", tmp_path / "report.json")


def test_the_report_of_a_shard_counts_what_was_truncated_by_source(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    truncated = [True, *[False] * (len(examples) - 1)]
    scores = Scores({"made": [1.0] * len(examples)}, {"made": truncated})
    score_shard(shard, fixed(scores), tmp_path / "scores.parquet", tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")["truncated"] == {"made": {"made": 1}}


def test_an_empty_shard_is_scored_as_empty() -> None:
    assert len(scoring.to_table([], Scores({"made": []}))) == 0


def scorers(model: Any, tokenizer: Any) -> dict[str, Scorer[Any]]:
    """Every scorer on tiny models."""
    path = {"model": {"path": "x"}, "dtype": "fp32"}
    asked = {**path, "prompt": "{instruction} {response} why", "answers": {" cat": 1, " dog": 0}, "parameters": 1}
    return {
        "text": text.text_scorer(tokenizer),
        "likelihood": likelihood.likelihood_scorer(
            model, tokenizer, "plain", LikelihoodScorer(model="tiny", dtype="fp32")
        ),
        "reward": reward.reward_scorer(
            tiny_deberta(), pair_tokenizer(), RewardScorer.model_validate({**path, "prompt": "pair"})
        ),
        "unieval": unieval.unieval_scorer(tiny_t5(), t5_tokenizer(), UniEvalScorer.model_validate(path)),
        "rating": rating.rating_scorer(model, tokenizer, [8, 9], RatingScorer.model_validate(asked)),
        "custom": custom_function.function_scorer("made", lambda examples: [len(e.response) for e in examples]),
    }


@pytest.mark.parametrize("name", ["text", "likelihood", "reward", "unieval", "rating", "custom"])
@pytest.mark.parametrize("response", ["", " ", "\n", "\u200b"])
def test_an_empty_response_has_finite_scores_and_changes_no_other(
    tmp_path: Path, examples: Any, tiny_model: Any, tiny_tokenizer: Any, name: str, response: str
) -> None:
    scorer = scorers(tiny_model, tiny_tokenizer)[name]
    turns: Any = [{"role": "user", "content": "why"}, {"role": "assistant", "content": response}]
    with_empty = [*examples[:3], make_example(turns, "made", "alpaca", {})]
    score_shard(write_shard(tmp_path, with_empty), scorer, tmp_path / "scores.parquet", tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")["examples"] == {"made": 4}
    alone, together = scorer(examples[:3]).indicators, scorer(with_empty).indicators
    for indicator, values in together.items():
        assert math.isfinite(values[3])
        assert values[:3] == pytest.approx(alone[indicator], abs=1e-5)
