"""A row of the catalogue is all that rules, targets and the command need; the recipe "Add a figure" is followed."""

import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest

from instructmining.files import write_table
from instructmining.report.figures.catalogue import FIGURES, Figure
from instructmining.report.figures.draw import READERS
from tests.conftest import ROOT
from tests.unit.simulation import observations

ROW = '    _of_rule("losses", "losses:draw_losses", "observations.parquet"),\n'
FUNCTION = """
import pandas as pd

from instructmining.report.figures.style import Drawing, new_figure


def draw_losses(observations):
    figure = new_figure(3, 2)
    figure.subplots().plot(observations["log_loss"])
    return Drawing(figure, pd.DataFrame({"log_loss": observations["log_loss"]}))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow to which a figure was added by the recipe: a function, a row, a caption."""
    folder = tmp_path_factory.mktemp("house")
    for name in ("workflow", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", folder)
    figures = folder / "workflow" / "instructmining" / "report" / "figures"
    (figures / "losses.py").write_text(FUNCTION)
    catalogue = figures / "catalogue.py"
    catalogue.write_text(catalogue.read_text().replace("_ROWS = (\n", f"_ROWS = (\n{ROW}"))
    (folder / "workflow" / "report" / "losses.rst").write_text("The log loss of every fine-tune.\n")
    return folder


def run(house: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(house / "workflow")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=house, env=environment | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def test_an_added_figure_has_a_rule_and_is_a_target_and_in_the_report(house: Path) -> None:
    planned = run(house, "snakemake", "--dry-run", "--printshellcmds", "--cores", "1")
    assert "rule figure_losses:" in planned
    assert "losses --observations results/quality_rule/smollm2/observations.parquet" in planned
    page = next(line for line in planned.splitlines() if "instructmining.report.page" in line)
    assert "results/report/smollm2/losses.svg" in page


def test_an_added_figure_is_drawn_by_the_command(house: Path) -> None:
    table = observations([0.5, 0.25], {"ppl": [1.0, 2.0]})
    write_table(house / "observations.parquet", table, table.schema)
    outputs = ["--output", "losses.svg", "--table", "losses.csv"]
    command = [sys.executable, "-m", "instructmining.report.figures.draw", "losses"]
    run(house, *command, "--observations", "observations.parquet", *outputs)
    assert (house / "losses.csv").read_text() == "log_loss\n0.5\n0.25\n" and (house / "losses.svg").exists()


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_the_function_of_a_figure_takes_what_the_row_names(figure: Figure) -> None:
    function = resolve_name(f"instructmining.report.figures.{figure.drawn_by}")
    assert len(inspect.signature(function).parameters) == len(figure.inputs) + figure.shows_size


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_every_input_of_a_figure_has_a_reader(figure: Figure) -> None:
    assert set(figure.inputs) <= set(READERS)


@pytest.mark.parametrize("figure", [each for each in FIGURES.values() if each.category], ids=lambda figure: figure.name)
def test_a_figure_of_a_run_has_a_caption(figure: Figure) -> None:
    assert (ROOT / "workflow" / "report" / f"{figure.name}.rst").read_text().strip()


def test_the_rules_may_import_the_catalogue_as_it_is_light() -> None:
    heavy = "{'matplotlib', 'numpy', 'pandas', 'pyarrow', 'pydantic'} & set(sys.modules)"
    command = f"import sys, instructmining.report.figures.catalogue; sys.exit(bool({heavy}))"
    run(ROOT, sys.executable, "-c", command)
