"""The arms that the workflow offers: one row for each, which the config, the rules and the docs read.

How the examples of each are chosen is in `arms.py`. The rules import this module, so it imports nothing heavy.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ArmKind:
    """What is known of an arm, apart from how its examples are chosen."""

    meaning: str
    """Its examples, as the table in the docs describes them."""
    indicator: str | None = None
    """The indicator that it is chosen by, which a scorer must give."""
    ranked: bool = False
    """Whether it follows the quality rule: it is chosen from the ranking, the others from the scores of the pool."""
    embedded: bool = False
    """Whether it is chosen by embeddings."""
    sized: bool = True
    """Whether it has as many examples as the selection."""


ARMS = {
    "selected": ArmKind("the first examples of the ranking", ranked=True),
    "random": ArmKind("drawn at random, anew for each seed, so that its spread covers the draw; the usual baseline"),
    "longest": ArmKind("those with the longest responses: a strong and free baseline, which the paper does not try"),
    "shortest_ppl": ArmKind("those with the lowest perplexity: one indicator instead of a rule", indicator="ppl"),
    "reward_only": ArmKind("those with the highest reward: one indicator instead of a rule", indicator="reward"),
    "ifd": ArmKind("those with the highest `ifd` below 1: one indicator instead of a rule", indicator="ifd"),
    "influence": ArmKind(
        "those with the highest `influence`: one indicator, which looks at the `fit` eval sets", indicator="influence"
    ),
    "similar": ArmKind(
        "those with the highest `similarity`: one indicator, which looks at the `fit` eval sets", indicator="similarity"
    ),
    "diverse": ArmKind("k-centre on embeddings: coverage alone, whatever the quality", embedded=True),
    "selected_diverse": ArmKind(
        "the order of the rule, without examples that are too similar to one already taken", ranked=True, embedded=True
    ),
    "full": ArmKind("the whole pool", sized=False),
    "untuned": ArmKind("none: the base model as it is, to see whether tuning helped at all", sized=False),
}
LIST = ArmKind("the examples whose IDs you list, such as the selection of another tool", sized=False)


def kind_of(arm: str) -> ArmKind:
    """What is known of an arm; any name that is not in the table is one of `comparison.lists`."""
    return ARMS.get(arm, LIST)


def table_of_arms() -> str:
    """The arms as a Markdown table."""
    rows = [f"| `{name}` | {kind.meaning} |" for name, kind in ARMS.items()]
    return "\n".join(["| arm | examples |", "|---|---|", *rows, f"| a name of `comparison.lists` | {LIST.meaning} |"])
