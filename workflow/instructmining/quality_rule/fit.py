"""Fit the quality rule: least squares of the log loss on the indicators, over the subsets.

    python -m instructmining.quality_rule.fit --observations observations.parquet --settings '{}' \\
        --indicator-settings '{}' --indicators ppl mtld --rule rule.json --diagnostics diagnostics.json

Seeds of one subset are averaged first: they share their indicators, so treating them as independent would make the
intervals too narrow.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import read_table, write_result
from instructmining.indicators.winsorise import Limits, limits_in
from instructmining.quality_rule.evidence.assess import assess
from instructmining.quality_rule.evidence.checks import made_alike
from instructmining.quality_rule.evidence.diagnose import diagnose
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.leverage import fitted_leverage
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.regression.least_squares import Design, drop_unusable, least_squares, make_design
from instructmining.quality_rule.regression.share_terms import terms_offered
from instructmining.quality_rule.regression.weights import weigh
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.quality_rule.source_effects import source_effects


@dataclass(frozen=True)
class Fit:
    """A rule and the evidence about it."""

    rule: QualityRule
    diagnostics: Diagnostics


def fit_rule(
    observations: pa.Table,
    indicators: Sequence[str],
    settings: QualityRuleSettings,
    indicator_settings: dict[str, Any],
    seed: int = 0,
    limits: Mapping[str, Limits] | None = None,
) -> Fit:
    """Fit a rule to the observations of one base model; raises ValueError where they do not allow it.

    `limits` are those that the scores in the observations were held within.
    """
    mixed = made_alike(observations, stop=settings.mixed == "stop")
    offered = make_design(observations, terms_offered(observations, indicators, settings.effects))
    usable, left_out = drop_unusable(offered, settings.folds)
    weighted, kind = weigh(usable, settings.fit)
    assessment = assess(weighted, observations, settings, seed)
    design = weighted.keep(assessment.choice.indicators)
    result = least_squares(design)
    offered = replace(offered, weights=design.weights)
    found = diagnose(design, offered, result, assessment, settings.confidence, seed)
    diagnostics = replace(found, checks=(*mixed, *found.checks))
    rule = QualityRule(
        model=_only_model(observations),
        fit=kind,
        intercept=float(result.params[0]),
        terms=tuple(replace(term, winsorised=(limits or {}).get(term.indicator)) for term in diagnostics.terms),
        confidence=settings.confidence,
        observations=len(observations),
        subsets=len(design.subsets),
        r2=diagnostics.r2,
        adjusted_r2=float(result.rsquared_adj),
        loo_r2=diagnostics.leave_one_out.r2,
        loo_spearman=diagnostics.leave_one_out.spearman,
        order_p_value=diagnostics.order_p_value,
        residual_sd=float(np.sqrt(result.mse_resid)),
        noise_sd=diagnostics.noise.sd if diagnostics.noise else None,
        left_out=left_out | _not_chosen(weighted, design, settings.choice),
        indicator_settings=indicator_settings,
        checks=diagnostics.checks,
        held_out=diagnostics.held_out,
        verdict=assessment.verdict,
        choice=settings.choice,
        models_tried=assessment.choice.models_tried,
        noise_floor=diagnostics.noise.floor if diagnostics.noise else None,
        covariance=tuple(tuple(row) for row in result.cov_params()[1:, 1:].tolist()),
        leverage=fitted_leverage(design, result),
        sources=source_effects(design, settings.confidence),
    )
    return Fit(rule, diagnostics)


def _not_chosen(offered: Design, design: Design, how: str) -> dict[str, str]:
    return {name: f"was not kept by the choice ({how})" for name in offered.indicators if name not in design.indicators}


def _only_model(observations: pa.Table) -> str:
    models = sorted(set(observations["model"].to_pylist()))
    if len(models) != 1:
        raise ValueError(
            f"a rule is for one base model, but the observations are of {', '.join(models) or 'none'}; fit one rule for"
            " each model"
        )
    return str(models[0])


def main() -> None:
    """Read the observations, write the rule and its diagnostics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=Path, required=True)
    parser.add_argument("--settings", type=QualityRuleSettings.model_validate_json, required=True)
    parser.add_argument("--indicator-settings", type=json.loads, required=True, help="by scorer, as JSON")
    parser.add_argument("--indicators", nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scores", type=Path, help="of the candidates, if the subsets' scores were winsorised")
    parser.add_argument("--winsorised", nargs="*", default=[], help="the indicators of which they were")
    for output in ("--rule", "--diagnostics"):
        parser.add_argument(output, type=Path, required=True)
    arguments = parser.parse_args()
    settings: QualityRuleSettings = arguments.settings
    observations = read_table(arguments.observations, observations_schema(arguments.indicators))
    share = settings.winsorise
    limits = limits_in(arguments.scores, arguments.winsorised, share) if share and arguments.scores else {}
    given = (arguments.indicators, settings, arguments.indicator_settings, arguments.seed, limits)
    fit = fit_rule(observations, *given)
    write_result(arguments.rule, fit.rule)
    write_result(arguments.diagnostics, fit.diagnostics)
    print(f"{fit.rule.formula()}\n{fit.rule.verdict}")


if __name__ == "__main__":
    run_main(main)
