"""The adapter that gradients are taken in."""

from pathlib import Path

import pytest
from safetensors.torch import load_file

from instructmining.example import EXAMPLES, Example, to_table
from instructmining.files import write_json, write_table
from instructmining.training.warm_up import main, random_examples


def test_the_draw_depends_on_the_seed_and_does_not_exceed_the_pool(table: Path) -> None:
    first, again, other = ([e.id for e in random_examples([table], 4, seed)] for seed in (0, 0, 1))
    assert first == again
    assert set(first) != set(other)
    with pytest.raises(ValueError, match=r"warmup_examples is 1000, but the pool has \d+ examples"):
        random_examples([table], 1000, 0)


def test_a_warmed_up_adapter_has_no_half_that_is_zero(
    model: Path, examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / "pool" / "000.parquet", to_table(examples), EXAMPLES)
    write_json(tmp_path / "pool.report.json", {"shards": [len(examples)]})
    options = {
        "model": model, "base-model": '{"template": "plain"}', "settings": '{"dtype": "fp32", "batch_size": 4}',
        "pool": tmp_path / "pool.report.json", "examples": 8, "seed": 0, "adapter": tmp_path / "adapter",
    }  # fmt: skip
    monkeypatch.setattr(
        "sys.argv", ["warm_up", *(part for name, value in options.items() for part in (f"--{name}", str(value)))]
    )
    main()
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert weights
    assert all(weight.abs().sum() > 0 for weight in weights.values())
