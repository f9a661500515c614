"""The engine under every model: order and memory."""

from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.indicators.engine import Engine
from instructmining.indicators.scoring import Meter, Scorer, Scores, score_shard
from tests.unit.indicators.made import write_shard


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


def test_a_shard_with_an_example_that_fits_no_memory_fails_and_leaves_nothing(tmp_path: Path, examples: Any) -> None:
    def forward(group: list[int]) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    scorer = Scorer(
        prepare=list,
        run=lambda found, meter: Scores({"made": Engine(64, meter).run([5] * len(found), forward).tolist()}),
    )
    with pytest.raises(torch.OutOfMemoryError):
        score_shard(write_shard(tmp_path, examples), scorer, tmp_path / "scores.parquet", tmp_path / "report.json")
    assert [path.name for path in tmp_path.iterdir()] == ["000.parquet"]
