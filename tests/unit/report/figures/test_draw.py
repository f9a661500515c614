"""Figures are drawn from small inputs; what they look like is for eyes."""

import re
from dataclasses import asdict
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from instructmining.comparison.intervals import over_seeds
from instructmining.comparison.result import ArmResult, ComparisonResult, Difference
from instructmining.files import write_json, write_result, write_table
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.figures.comparison import draw_arms
from instructmining.report.figures.draw import main
from instructmining.report.figures.evidence import draw_held_out, draw_residuals
from instructmining.report.figures.rule import draw_coefficients, draw_predicted, draw_univariate
from instructmining.report.figures.selection import draw_quality
from instructmining.report.figures.sizes import draw_sizes
from instructmining.report.figures.style import look, save
from tests.unit.simulation import observations


@cache
def fitted(indicators=("ppl", "mtld", "relevance", "flat"), choice="given", noise=0.02):
    """Observations of 12 subsets, and the diagnostics of a fit to them."""
    rng = np.random.default_rng(0)
    x = {name: np.ones(12) if name == "flat" else rng.normal(size=12) for name in indicators}
    y = 1 + 0.1 * x["ppl"] + noise * rng.normal(size=12)
    table = observations(y, x)
    settings = QualityRuleSettings(confidence=0.9, choice=choice, repeats=2)
    return table, fit_rule(table, list(x), settings, {}).diagnostics


def comparison():
    def arm(name, mean, difference):
        loss = over_seeds([mean, mean + 0.01, mean - 0.02], 0.95)
        return ArmResult(name, 50, 10, 900.0, loss, {"test": loss}, difference, f"{name}: a verdict")

    selected = arm(
        "selected", 2.0, Difference(over_seeds([-0.1, -0.2, -0.1], 0.95), -0.2, -0.05, -0.3, 0.0, 0.04, 0.08)
    )
    arms = (selected, arm("random", 2.1, None))
    about = ("tiny", "mixed", "random", "steps", 0.95, (0, 1, 2), {"test": "test"}, 40)
    return ComparisonResult(*about, arms, "A sentence.")


def curves():
    sizes = [
        (arm, kept, size) for arm in ("selected", "random") for kept in ("epochs", "steps") for size in (32, 64, 256)
    ]
    points = [
        {
            "arm": arm,
            "kept": kept,
            "examples": n,
            "steps": 8,
            "loss": asdict(over_seeds([2.0, 2.1 - n / 1000, 1.9], 0.95)),
        }
        for arm, kept, n in sizes
    ]
    return {"model": "tiny", "pool": "mixed", "confidence": 0.95, "points": points, "sentences": []}


def ranking():
    columns = {"id": list("abcdef"), "source": ["x", "y"] * 3, "degraded": [None, None, None, "words_shuffled"] * 1}
    columns["degraded"] = pa.array([None, None, None, "words_shuffled", None, None], pa.string())
    return pa.table({**columns, "predicted": np.arange(6.0), "rank": np.arange(1, 7)})


DRAWINGS = {
    "univariate": lambda: draw_univariate(*fitted()),
    "one indicator": lambda: draw_univariate(*fitted(("ppl",))),
    "coefficients": lambda: draw_coefficients(fitted()[1]),
    "predicted": lambda: draw_predicted(fitted()[1]),
    "residuals": lambda: draw_residuals(fitted()[1]),
    "held out": lambda: draw_held_out(fitted()[1]),
    "no indicator": lambda: draw_coefficients(fitted(choice="bic", noise=9.0)[1]),
    "arms": lambda: draw_arms(comparison()),
    "sizes": lambda: draw_sizes(curves()),
    "quality": lambda: draw_quality(ranking(), 2),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_has_the_same_bytes_every_time(name, tmp_path):
    with look():
        for copy in ("a", "b"):
            save(DRAWINGS[name](), tmp_path / f"{copy}.svg", tmp_path / f"{copy}.csv")
    svg = (tmp_path / "a.svg").read_bytes()
    assert svg == (tmp_path / "b.svg").read_bytes()
    assert b"<dc:date>" not in svg and re.search(rb"<svg[^>]*viewBox", svg)


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_text_is_clipped_and_no_titles_overlap(name):
    with look():
        figure = DRAWINGS[name]().figure
        figure.draw_without_rendering()
        boxes = [axes.title.get_window_extent() for axes in figure.axes if axes.get_visible()]
        top = figure._suptitle.get_window_extent() if figure._suptitle else None
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in [*boxes, *([top] if top else [])])
    assert top is None or all(box.y1 <= top.y0 for box in boxes)


def test_constant_indicators_are_not_drawn():
    figure = draw_univariate(*fitted()).figure
    assert [axes.get_xlabel() for axes in figure.axes] == ["ppl", "mtld (words)", "relevance (cosine)"]


def test_an_interval_that_contains_zero_is_hollow():
    drawing = draw_coefficients(fitted()[1])
    markers = [line for line in drawing.figure.axes[0].lines if line.get_marker() == "o"]
    hollow = [line.get_markerfacecolor() == "white" for line in markers]
    rows = drawing.table
    intervals = [(rows[f"{kind}low"], rows[f"{kind}high"]) for kind in ("", "hc3_", "bootstrap_")]
    assert hollow == np.any([(low <= 0) & (high >= 0) for low, high in intervals], axis=0).tolist()


def test_the_arms_are_tabled_with_both_intervals():
    table = draw_arms(comparison()).table.set_index("arm")
    assert table.loc["selected", ["examples_low", "examples_high"]].tolist() == [-0.2, -0.05]
    assert table.loc["selected", ["both_low", "both_high"]].tolist() == [-0.3, 0.0]
    assert table.loc["selected", ["seeds", "p_adjusted"]].tolist() == [3, 0.08]
    assert table.loc["random", ["seeds_low", "examples_low"]].isna().all()


def test_quality_is_grouped_by_source_and_degradation():
    table = draw_quality(ranking(), 2).table
    groups = [(row.source, row.degraded, row.examples, row.kept) for row in table.itertuples()]
    assert groups == [("x", "", 3, 1), ("y", "", 2, 1), ("y", "words_shuffled", 1, 0)]


def test_a_pool_without_degraded_examples_is_drawn():
    column = pa.nulls(6, pa.string())
    table = draw_quality(ranking().set_column(2, "degraded", column), 6).table
    assert table["kept"].sum() == 6


@pytest.mark.parametrize(
    "name", ["univariate", "coefficients", "predicted", "residuals", "held_out", "arms", "sizes", "quality"]
)
def test_the_command_draws(name, tmp_path, monkeypatch):
    table, diagnostics = fitted()
    write_table(tmp_path / "observations.parquet", table, table.schema)
    write_table(tmp_path / "ranking.parquet", ranking(), ranking().schema)
    write_result(tmp_path / "diagnostics.json", diagnostics)
    comparison().to_json(tmp_path / "comparison.json")
    write_json(tmp_path / "curves.json", curves())
    inputs = {
        "univariate": ["observations.parquet", "diagnostics.json"],
        "arms": ["comparison.json"],
        "sizes": ["curves.json"],
        "quality": ["ranking.parquet"],
    }.get(name, ["diagnostics.json"])
    command = ["figures", name]
    for path in inputs:
        command += [f"--{path.split('.')[0]}", str(tmp_path / path)]
    command += ["--settings", '{"fraction": 0.5}'] if name == "quality" else []
    outputs = ["--output", str(tmp_path / "f.svg"), "--table", str(tmp_path / "f.csv")]
    monkeypatch.setattr("sys.argv", [*command, *outputs])
    main()
    assert len(pd.read_csv(tmp_path / "f.csv")) > 0
