"""The catalogue of figures: one row for each, which rules, targets, the report and the command that draws read.

A new figure is a function that returns a `Drawing`, a row here and a caption. The rules import this module, so it
imports nothing heavy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Shown = Literal["fit", "ratings", "validation", "selection", "comparison", "predictions", "curves", "judge", "designs"]
QUALITY_RULE, SELECTION, COMPARISON = "1. Quality rule", "2. Selection", "3. Comparison"


@dataclass(frozen=True)
class Figure:
    """A figure: an SVG, and beside it as CSV the table that it is drawn from."""

    name: str
    """The name of its files, of its rule (`figure_{name}`) and of its caption (`workflow/report/{name}.rst`)."""
    drawn_by: str
    """The function that draws it, as `module:function` of this package."""
    inputs: Mapping[str, str]
    """What the function takes, in order: for each option of the command, the file under `results/`. `{last}` stands for
    the last round of the validation."""
    shows: Shown
    """The result that it shows; every run with this result draws the figure."""
    folder: str
    """Where its files are, under `results/`."""
    category: str = ""
    """Its category in the report that the rules bind."""
    subcategory: str = "{model}"
    """Its subcategory there."""
    title: str = ""
    """Its label there; its name if not given."""
    shows_size: bool = False
    """Whether the function also takes the settings of the selection, with the size that a search found."""

    @property
    def path(self) -> str:
        """Its files under `results/`, without their suffix."""
        return f"{self.folder}/{self.name}"


def _of_rule(name: str, drawn_by: str, *inputs: str) -> Figure:
    """A figure of the rule of one model, drawn from results of its fit."""
    paths = {path.partition(".")[0]: f"quality_rule/{{model}}/{path}" for path in inputs}
    return Figure(name, drawn_by, paths, "fit", "report/{model}", QUALITY_RULE)


def _of_comparison(name: str, drawn_by: str, inputs: Mapping[str, str], shows: Shown, title: str = "") -> Figure:
    """A figure of the arms of one pool, drawn from results of their comparison."""
    paths = {option: f"comparison/{{model}}/{{pool}}/{file}" for option, file in inputs.items()}
    return Figure(name, drawn_by, paths, shows, "report/{model}/{pool}", COMPARISON, title=title)


def _of_designs(name: str, drawn_by: str) -> Figure:
    """A figure of several runs with different sampling designs; `make designs` draws it."""
    return Figure(name, drawn_by, {"designs": "designs/designs.json"}, "designs", "designs")


_ROWS = (
    _of_rule("univariate", "rule:draw_univariate", "observations.parquet", "diagnostics.json"),
    _of_rule("coefficients", "rule:draw_coefficients", "diagnostics.json"),
    _of_rule("predicted", "rule:draw_predicted", "diagnostics.json"),
    _of_rule("residuals", "evidence:draw_residuals", "diagnostics.json"),
    _of_rule("held_out", "evidence:draw_held_out", "diagnostics.json"),
    Figure(
        name="across_models",
        drawn_by="across:draw_rules",
        inputs={"rules": "quality_rule/across_models.json"},
        shows="fit",
        folder="report",
        category=QUALITY_RULE,
        subcategory="across models",
        title="how far the rule holds",
    ),
    Figure(
        name="people",
        drawn_by="people:draw_people",
        inputs={"people": "quality_rule/{model}/{pool}/people.json"},
        shows="ratings",
        folder="report/{model}/{pool}",
        category=QUALITY_RULE,
        title="agreement with people",
    ),
    Figure(
        name="validation",
        drawn_by="validation:draw_validation",
        inputs={"validation": "validation/{model}/{pool}/{last}/validation.json"},
        shows="validation",
        folder="report/{model}/{pool}",
        category=QUALITY_RULE,
    ),
    _of_comparison("arms", "comparison:draw_arms", {"comparison": "comparison.json"}, "comparison"),
    _of_comparison(
        "predicted_arms",
        "validation:draw_validation",
        {"validation": "predicted.json"},
        "predictions",
        title="arms as predicted",
    ),
    _of_comparison("sizes", "sizes:draw_sizes", {"curves": "sizes.json"}, "curves"),
    Figure(
        name="quality",
        drawn_by="selection:draw_quality",
        inputs={"ranking": "selection/{model}/{pool}/ranking.parquet"},
        shows="selection",
        folder="report/{model}/{pool}",
        category=SELECTION,
        title="predicted quality",
        shows_size=True,
    ),
    _of_comparison("judge", "judge:draw_judge", {"judge": "judge.json"}, "judge"),
    _of_designs("designs", "across:draw_designs"),
    _of_designs("spread", "across:draw_spread"),
)
FIGURES = {figure.name: figure for figure in _ROWS}
"""Every figure by its name."""
