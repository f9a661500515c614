"""Rules assessed on simulated observations."""

from instructmining.quality_rule.evidence.assess import assess
from instructmining.quality_rule.evidence.held_out import Candidate
from instructmining.quality_rule.regression.least_squares import make_design
from instructmining.quality_rule.settings import QualityRuleSettings
from tests.unit.simulation import observations, to_design


def candidate_of(y, x, sources=None):
    design = to_design(y, x) if sources is None else make_design(observations(y, x, sources=sources), list(x))
    return Candidate("rule", design, lambda design: design.indicators)


def assessed(y, x, sources=None, **settings):
    table = observations(y, x, sources=sources)
    settings = QualityRuleSettings(repeats=2, **settings)
    return assess(make_design(table, [name for name in x if name != "len_out"]), table, settings, 0)


def row(assessment, name):
    return next(row for row in assessment.held_out if row.name == name)
