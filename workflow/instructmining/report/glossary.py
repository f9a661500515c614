"""What the names of indicators mean, and the reasons why rows were left out, for readers new to the project."""

from collections.abc import Iterable

from instructmining.indicators.scorers import find_indicator
from instructmining.quality_rule.regression.share_terms import source_of
from instructmining.report.accounts import Account

_REASONS = {
    "over limit": "the config sets a limit; the rows kept are drawn at random",
    "other part": "these rows belong to another eval set of the same source",
    "duplicate": "the example is already there",
    "duplicate within its source": "the example appears earlier in its source",
    "duplicate of another source": "the example also appears in a source listed earlier",
    "near duplicate within its source": "the example is much like an earlier one of its source",
    "near duplicate of another source": "the example is much like one of a source listed earlier",
    "contaminated": "too similar to an example that the loss is measured on",
    "ranked below the cut": "the examples kept come before it in the order that the selection follows",
}


def meaning(indicator: str) -> str:
    """What an indicator says of an example, and which values are usually better, in a few words."""
    if source := source_of(indicator):
        return f"whether the example is of the source {source}; in a subset, the share of it"
    found = find_indicator(indicator)
    if found is None:
        return "one of the user's own indicators"
    number = f" (i = {indicator.rpartition('_')[2]})" if found.of_set else ""
    better = f"; {found.better} is usually better" if found.better else ""
    aimed = "; it looks at the eval sets of role fit" if found.aimed else ""
    return f"{found.meaning}{number}{better}{aimed}"


def reasons(accounts: Iterable[Account]) -> dict[str, str]:
    """The reasons that occur and need an explanation, each with its meaning."""
    found = {reason for account in accounts for reason in account.dropped}
    return {reason: text for reason, text in _REASONS.items() if reason in found}
