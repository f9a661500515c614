"""Fit the quality rule: least squares of the log loss on the indicators, over the subsets.

    python -m instructmining.quality_rule.fit --observations observations.parquet --settings '{}' \\
        --indicator-settings '{}' --indicators ppl mtld --rule rule.json --diagnostics diagnostics.json

Seeds of one subset are averaged first: they share their indicators, so that treating them as independent would make the
intervals too narrow.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.files import read_table, write_json
from instructmining.quality_rule.evidence.assess import assess, to_values
from instructmining.quality_rule.evidence.checks import intervals_check, made_alike
from instructmining.quality_rule.evidence.diagnose import diagnose, examine
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import Design, drop_unusable, least_squares, make_design
from instructmining.quality_rule.regression.weights import weigh
from instructmining.quality_rule.rule import QualityRule, Term
from instructmining.quality_rule.settings import QualityRuleSettings


@dataclass(frozen=True)
class Fit:
    """A rule and the evidence about it."""

    rule: QualityRule
    diagnostics: dict[str, Any]


def fit_rule(
    observations: pa.Table,
    indicators: Sequence[str],
    settings: QualityRuleSettings,
    indicator_settings: dict[str, Any],
    seed: int = 0,
) -> Fit:
    """Fit a rule to the observations of one base model; raises ValueError where they do not allow it."""
    mixed = made_alike(observations, stop=settings.mixed == "stop")
    offered = make_design(observations, indicators)
    usable_design, left_out = drop_unusable(offered)
    weighted, kind = weigh(usable_design, observations, settings.fit)
    assessment = assess(weighted, observations, settings, seed)
    design = weighted.keep(assessment.choice.indicators)
    result = least_squares(design)
    residuals = examine(design, result, settings.confidence)
    offered = replace(offered, weights=design.weights)
    diagnostics = diagnose(design, offered, result, residuals, settings.confidence, seed)
    terms = _terms(design, diagnostics["coefficients"][1:])
    checks = [*mixed, *assessment.checks, *residuals.checks, *intervals_check(terms)]
    rule = QualityRule(
        model=_only_model(observations),
        fit=kind,
        intercept=float(result.params[0]),
        terms=terms,
        confidence=settings.confidence,
        observations=len(observations),
        subsets=len(design.subsets),
        r2=float(result.rsquared),
        adjusted_r2=float(result.rsquared_adj),
        loo_r2=diagnostics["leave_one_out"]["r2"],
        loo_r2_low=diagnostics["leave_one_out"]["r2_low"],
        loo_r2_high=diagnostics["leave_one_out"]["r2_high"],
        loo_spearman=diagnostics["leave_one_out"]["spearman"],
        residual_sd=float(np.sqrt(result.mse_resid)),
        noise_sd=residuals.noise.sd if residuals.noise else None,
        left_out=left_out | _not_chosen(weighted, design, settings.choice),
        indicator_settings=indicator_settings,
        checks=tuple(checks),
        held_out=tuple(assessment.held_out),
        verdict=assessment.verdict,
        choice=settings.choice,
        models_tried=assessment.choice.models_tried,
        noise_floor=residuals.noise.floor if residuals.noise else None,
    )
    evidence = {**to_values(assessment, settings.choice), "checks": [asdict(check) for check in checks]}
    return Fit(rule, diagnostics | evidence)


def _not_chosen(offered: Design, design: Design, how: str) -> dict[str, str]:
    return {name: f"was not kept by the choice ({how})" for name in offered.indicators if name not in design.indicators}


def _only_model(observations: pa.Table) -> str:
    models = sorted(set(observations["model"].to_pylist()))
    if len(models) != 1:
        raise ValueError(f"a rule holds for one base model, but the observations are of {', '.join(models) or 'none'}")
    return str(models[0])


def _terms(design: Design, rows: list[dict[str, Any]]) -> tuple[Term, ...]:
    names = {field.name for field in fields(Term)}
    return tuple(
        Term(
            **{name: value for name, value in row.items() if name in names},
            fitted_min=float(values.min()),
            fitted_max=float(values.max()),
            mean=float(values.mean()),
        )
        for row, values in zip(rows, design.x.T, strict=True)
    )


def main() -> None:
    """Read the observations, write the rule and its diagnostics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=Path, required=True)
    parser.add_argument("--settings", type=QualityRuleSettings.model_validate_json, required=True)
    parser.add_argument("--indicator-settings", type=json.loads, required=True)
    parser.add_argument("--indicators", nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=0)
    for output in ("--rule", "--diagnostics"):
        parser.add_argument(output, type=Path, required=True)
    arguments = parser.parse_args()
    observations = read_table(arguments.observations, observations_schema(arguments.indicators))
    fit = fit_rule(observations, arguments.indicators, arguments.settings, arguments.indicator_settings, arguments.seed)
    fit.rule.to_json(arguments.rule)
    write_json(arguments.diagnostics, fit.diagnostics)
    print(f"{fit.rule.formula()}\n{fit.rule.verdict}")


if __name__ == "__main__":
    main()
