"""The command draws each figure from files."""

import pandas as pd
import pytest

from instructmining.files import write_result, write_table
from instructmining.report.figures.draw import main
from tests.unit.report.figures.made import comparison, curves, fitted, ranking
from tests.unit.report.made import validation_result


@pytest.mark.parametrize(
    "name",
    ["univariate", "coefficients", "predicted", "residuals", "held_out", "arms", "sizes", "quality", "validation"],
)
def test_the_command_draws(name, tmp_path, monkeypatch):
    table, diagnostics = fitted()
    write_table(tmp_path / "observations.parquet", table, table.schema)
    write_table(tmp_path / "ranking.parquet", ranking(), ranking().schema)
    write_result(tmp_path / "diagnostics.json", diagnostics)
    write_result(tmp_path / "comparison.json", comparison())
    write_result(tmp_path / "curves.json", curves())
    write_result(tmp_path / "validation.json", validation_result())
    inputs = {
        "univariate": ["observations.parquet", "diagnostics.json"],
        "arms": ["comparison.json"],
        "sizes": ["curves.json"],
        "quality": ["ranking.parquet"],
        "validation": ["validation.json"],
    }.get(name, ["diagnostics.json"])
    command = ["figures", name]
    for path in inputs:
        command += [f"--{path.split('.')[0]}", str(tmp_path / path)]
    command += ["--settings", '{"fraction": 0.5}'] if name == "quality" else []
    outputs = ["--output", str(tmp_path / "f.svg"), "--table", str(tmp_path / "f.csv")]
    monkeypatch.setattr("sys.argv", [*command, *outputs])
    main()
    assert len(pd.read_csv(tmp_path / "f.csv")) > 0
