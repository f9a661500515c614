"""The arms that the workflow offers: one row for each, which the config, the rules and the docs read.

How the examples of each are chosen is in `arms.py`. The rules import this module, so it imports nothing heavy.
"""

from collections.abc import Collection
from dataclasses import dataclass

from instructmining.training.run import LENGTH_MATCHED
from instructmining.validation.result import RULED


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
    ordered: bool = False
    """Whether it is the first of an order, other than that of the lengths, so that it has a length-matched variant."""


ARMS = {
    "selected": ArmKind("the first examples of the ranking", ranked=True, ordered=True),
    "ruled": ArmKind(
        "the first by the quality rule, also where the selection does not follow it", ranked=True, ordered=True
    ),
    "random": ArmKind("drawn at random, anew for each seed, so that its spread covers the draw; the usual baseline"),
    "longest": ArmKind("those with the longest responses: a strong and free baseline, which the paper does not try"),
    "shortest_ppl": ArmKind(
        "those with the lowest perplexity: one indicator instead of a rule", indicator="ppl", ordered=True
    ),
    "reward_only": ArmKind(
        "those with the highest reward: one indicator instead of a rule", indicator="reward", ordered=True
    ),
    "ifd": ArmKind(
        "those with the highest `ifd` below 1: one indicator instead of a rule", indicator="ifd", ordered=True
    ),
    "influence": ArmKind(
        "those with the highest `influence`: one indicator, which looks at the `fit` eval sets",
        indicator="influence",
        ordered=True,
    ),
    "similar": ArmKind(
        "those with the highest `similarity`: one indicator, which looks at the `fit` eval sets",
        indicator="similarity",
        ordered=True,
    ),
    "diverse": ArmKind("k-centre on embeddings: coverage alone, whatever the quality", embedded=True),
    "selected_diverse": ArmKind(
        "the order of the rule, without examples that are too similar to one already taken", ranked=True, embedded=True
    ),
    "full": ArmKind("the whole pool", sized=False),
    "untuned": ArmKind("none: the base model as it is, to see whether tuning helped at all", sized=False),
}
FROM = "from_"
"""What the name of a draw from one source begins with."""
ONE_SOURCE = ArmKind("drawn at random from one source, anew for each seed")
LIST = ArmKind("the examples whose IDs you list, such as the selection of another tool", sized=False)
LENGTHS = "the best of that arm among responses of each length, so that they are as long as those of the baseline"


def kind_of(arm: str) -> ArmKind:
    """What is known of an arm or of its variant; any name that is not in the table is one of `comparison.lists`."""
    return ARMS.get(original(arm), ONE_SOURCE if source_of(arm) else LIST)


def source_of(arm: str) -> str | None:
    """The source that an arm is drawn from, as `dolly` of `from_dolly`; None for another arm."""
    return arm.removeprefix(FROM) if arm.startswith(FROM) else None


def original(arm: str) -> str:
    """The arm that a variant is one of, as `selected` of `selected~length` or `ruled` of `ruled_1`; else the arm."""
    return "ruled" if RULED.fullmatch(arm) else arm.removesuffix(LENGTH_MATCHED)


def ruled_arm(number: int, rounds: int) -> str:
    """The rule's own choice in a round of the validation: `ruled` in the last one, before it `ruled_1`, `ruled_2`."""
    return "ruled" if number == rounds else f"ruled_{number}"


def orders(indicators: Collection[str]) -> list[str]:
    """The arms that are chosen without a rule, by one of these indicators or at random."""
    needed = {name: kind.indicator for name, kind in ARMS.items() if kind.ordered and not kind.ranked}
    needed |= {"random": None, "longest": "len_out"}
    return [name for name in ARMS if name in needed and (needed[name] is None or needed[name] in indicators)]


def is_length_matched(arm: str) -> bool:
    """Whether an arm is a length-matched variant."""
    return arm.endswith(LENGTH_MATCHED)


def length_matched_arms() -> list[str]:
    """The variants that there are."""
    return [f"{name}{LENGTH_MATCHED}" for name, kind in ARMS.items() if kind.ordered]


def table_of_arms() -> str:
    """The arms as a Markdown table."""
    rows = [f"| `{name}` | {kind.meaning} |" for name, kind in ARMS.items()]
    variants = ", ".join(f"`{name}`" for name in length_matched_arms())
    rows += [f"| {variants} | {LENGTHS} |", f"| a name of `comparison.lists` | {LIST.meaning} |"]
    return "\n".join(["| arm | examples |", "|---|---|", *rows])
