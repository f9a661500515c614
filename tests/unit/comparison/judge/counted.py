"""Verdicts that no judge gave, and what they say about an arm."""

from instructmining.comparison.judge.count import judged_arm
from instructmining.comparison.judge.result import JudgedArm
from instructmining.comparison.judge.verdicts import Outcome, PairVerdict, Verdict


def pair(
    prompt: int,
    first: Verdict | None,
    second: Verdict | None,
    seed: int = 0,
    lengths: tuple[int, int] = (10, 10),
    missing: Outcome = "unparseable",
) -> list[PairVerdict]:
    outcomes: list[Outcome] = ["verdict" if verdict else missing for verdict in (first, second)]
    return [
        PairVerdict(f"p{prompt}", f"set{prompt % 2}", seed, order, verdict, outcome, *lengths, "j", "r")  # type: ignore[arg-type]
        for order, verdict, outcome in zip(("arm_first", "baseline_first"), (first, second), outcomes, strict=True)
    ]


def judged(*pairs: list[PairVerdict]) -> JudgedArm:
    return judged_arm("selected", "random", [verdict for each in pairs for verdict in each], 0.95)
