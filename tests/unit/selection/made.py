"""What the tests of selections share: a rule, examples, a search, its trials and what it found."""

import math
from typing import Any

from instructmining.data.reports import SourceReport
from instructmining.example import Example, Message, make_example
from instructmining.models.settings import BaseModel
from instructmining.quality_rule.rule import QualityRule
from instructmining.quality_rule.term import Term
from instructmining.selection.card import Origin
from instructmining.selection.found_size import FoundSize
from instructmining.selection.settings import Search
from instructmining.selection.trial import Trial

RULE = QualityRule(
    *("tiny", "observations", 1.0, (Term("ppl", 0.5, 0.1, 0.3, 0.7, 0.01, 0.2, 1.0, 3.0, 2.0),)),
    *(0.95, 9, 9, 0.5, 0.4, -0.3, 0.6, 0.1, None, {}, {}),
)
ORIGIN = Origin("dolly", None, "data/<b>|dolly.jsonl", 6, 6)
TURNS = [("system", "Be short."), ("user", "Say a."), ("assistant", "a"), ("user", "Say b."), ("assistant", "b")]
SEVERAL = make_example([Message(role=role, content=text) for role, text in TURNS], "oasst", "messages", {})
FOUND_SIZE = FoundSize(2, "grid", 1.5, 3, "after 3 trials", ("docs",), "grid tried 3 sizes from 1 to 6; 2 were best.")
"""What a search for the size wrote."""
MODEL = BaseModel(hub="Qwen/Qwen3-0.6B", revision="abc", template="chat", parameters=6e8)


def example(i: int) -> Example:
    """An example of one turn; the first is degraded."""
    messages = [Message(role="user", content=f"Say {i}."), Message(role="assistant", content=f"{i}")]
    row = {"instruction": f"Say {i}.", "context": "", "response": f"{i}", "category": "né"}
    return make_example(messages, "dolly", "dolly", row, "words_shuffled" if i == 0 else None)


def source_report(source: str) -> SourceReport:
    """The report of a source of six rows, all of which were kept."""
    return SourceReport(source, f"{source}.jsonl", "abc", "dolly", 6, 6, {}, 0, 0, {}, 0)


def settings(method: str = "blendsearch", **options: Any) -> Search:
    """A search of ten sizes."""
    return Search(**{"method": method, "low": 32, "high": 500, "trials": 10, **options})


def trial(size: int) -> Trial:
    """A trial of a made-up curve whose lowest point is at 140."""
    return Trial(size, (abs(math.log(size / 140)),), 1, 10 * size, 60.0)


def arguments(options: dict[str, str]) -> list[str]:
    """Options as a command line has them."""
    return [part for name, value in options.items() for part in (f"--{name}", value)]
