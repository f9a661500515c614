"""The verdicts of a judge on pairs of answers, as a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pyarrow as pa

from instructmining.files import read_table

Verdict = Literal["win", "tie", "lose"]
Order = Literal["arm_first", "baseline_first"]
ORDERS: tuple[Order, ...] = get_args(Order)
Outcome = Literal["verdict", "identical", "unparseable", "cut", "refused", "rejected"]

VERDICTS = pa.schema(
    [
        pa.field("prompt", pa.string(), metadata={"description": "ID of the prompt"}),
        pa.field("prompt_set", pa.string(), metadata={"description": "the set that the prompt is from"}),
        pa.field("seed", pa.int64(), metadata={"description": "seed of the fine-tunes that answered"}),
        pa.field("order", pa.string(), metadata={"description": "whose answer the judge saw first"}),
        pa.field(
            "verdict", pa.string(), metadata={"description": "win, tie or lose of the arm; null if there is none"}
        ),
        pa.field(
            "outcome",
            pa.string(),
            metadata={
                "description": "verdict; identical: equal answers, a tie that nobody was asked about; or why there is"
                " none: unparseable, cut at max_tokens, refused by the judge, rejected by the endpoint"
            },
        ),
        pa.field("arm_characters", pa.int64(), metadata={"description": "length of the arm's answer"}),
        pa.field("baseline_characters", pa.int64(), metadata={"description": "length of the baseline's answer"}),
        pa.field("judge", pa.string(), metadata={"description": "the model that judged, as the endpoint calls it"}),
        pa.field("reply", pa.string(), metadata={"description": "what the judge said"}),
    ]
)


@dataclass(frozen=True)
class PairVerdict:
    """The verdict on one pair of answers in one order; fields as in VERDICTS."""

    prompt: str
    prompt_set: str
    seed: int
    order: Order
    verdict: Verdict | None
    outcome: Outcome
    arm_characters: int
    baseline_characters: int
    judge: str | None
    reply: str | None


def read_verdicts(path: Path) -> list[PairVerdict]:
    """The verdicts of a table."""
    return [PairVerdict(**row) for row in read_table(path, VERDICTS, VERDICTS.names).to_pylist()]
