"""What the names of indicators and the reasons of a loss mean, for readers who never saw the project."""

from collections.abc import Iterable

from instructmining.report.accounts import Account

_INDICATORS = {
    "len_in": "tokens of the instruction",
    "len_out": "tokens of the response",
    "mtld": "how varied the words of the response are",
    "ppl": "how unexpected the response is to the base model: its perplexity",
    "log_ppl": "how unexpected the response is to the base model: the logarithm of its perplexity",
    "ifd": "how little the instruction helps in predicting the response: the loss with it over that without",
    "relevance": "how close the response is to the instruction: cosine of their embeddings",
    "reward": "the mark that a reward model gives the response",
    "nat": "how natural UniEval finds the response, 0 to 1",
    "und": "how understandable UniEval finds the response, 0 to 1",
    "coh": "how well the response follows from what was said before, by UniEval, 0 to 1",
}

_REASONS = {
    "over limit": "the config takes only so many, drawn at random",
    "other part": "the rest of the source is another eval set",
    "duplicate": "the same example stands there already",
    "duplicate within its source": "the same example stands earlier in the source",
    "duplicate of another source": "the same example came from a source named before",
    "contaminated": "too much like an example that the loss is measured on",
    "ranked below the cut": "the rule predicts a higher loss for it than for those that are kept",
}


def meaning(indicator: str) -> str:
    """What an indicator says of an example, in a few words."""
    if indicator.startswith("knn_"):
        return f"distance to the example that is number {indicator.removeprefix('knn_')} among the most similar ones"
    return _INDICATORS.get(indicator, "an indicator of the user's own")


def reasons(accounts: Iterable[Account]) -> dict[str, str]:
    """The reasons for a loss that occur and do not speak for themselves, with what they mean."""
    found = {reason for account in accounts for reason in account.dropped}
    return {reason: text for reason, text in _REASONS.items() if reason in found}
