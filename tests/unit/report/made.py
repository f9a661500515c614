"""Results that nobody found, for pages and figures."""

from instructmining.comparison.benchmarks.result import ArmOnTask, BenchmarksResult, TaskDifference
from instructmining.comparison.cost import CostResult, PerFineTune, StageCost
from instructmining.comparison.curves import Curves, Point
from instructmining.comparison.intervals import over_seeds
from instructmining.comparison.judge.result import JudgedArm, JudgeResult, LengthControlled, Share
from instructmining.comparison.result import ArmResult, ComparisonResult, Difference, Estimate
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.selection.decision import Decision, Reason
from instructmining.selection.found_size import FoundSize
from instructmining.validation.result import Choice, ValidationResult

SHARE = Share(0.5, 0.4, 0.6, 9)
ESTIMATE = Estimate(2.0, 0.1, 1.9, 2.1, (1.9, 2.1))


def comparison() -> ComparisonResult:
    """Two arms with three seeds each."""

    def arm(name: str, mean: float, difference: Difference | None) -> ArmResult:
        loss = over_seeds([mean, mean + 0.01, mean - 0.02], 0.95)
        return ArmResult(name, 50, 10, 900.0, loss, {"test": loss}, difference, f"{name}: a verdict")

    difference = Difference(-0.1, -0.3, 0.1, (-0.1, -0.2, 0.0), 0.06, 0.03, 0.04, 0.08)
    arms = (arm("selected", 2.0, difference), arm("random", 2.1, None))
    about = ("tiny", "mixed", "random", "steps", 0.95, (0, 1, 2), {"test": "test"}, 40)
    return ComparisonResult(*about, arms, "A sentence.")


def curves() -> Curves:
    """Two arms at three sizes, with either thing constant."""
    points = [
        Point(arm, kept, size, 8, over_seeds([2.0, 2.1 - size / 1000, 1.9], 0.95))
        for arm in ("selected", "random")
        for kept in ("epochs", "steps")
        for size in (32, 64, 256)
    ]
    return Curves("tiny", "mixed", 0.95, tuple(points), ("a", "b"))


def judge_result(text: str = "plain") -> JudgeResult:
    """One judged arm without a rate at equal length."""
    arm = JudgedArm(
        arm=text,
        baseline=text,
        prompts=9,
        seeds=1,
        pairs=9,
        decided=8,
        identical=0,
        without_verdict={text: 1},
        shares={"win": SHARE, "tie": SHARE, "lose": None},
        win_rate=SHARE,
        by_seed=None,
        by_set={},
        orders_agree=SHARE,
        first_preferred=SHARE,
        length_controlled=LengthControlled(None, text),
        arm_characters=9.0,
        baseline_characters=8.0,
        sentence=text,
    )
    return JudgeResult("tiny", "new", text, "http://localhost/v1", (), 0.95, {}, (arm,))


def arm_on_task(arm: str, text: str = "plain", differs: bool = True) -> ArmOnTask:
    """An arm on a task without a standard error."""
    difference = TaskDifference(0.1, 0.0, 0.2, ("questions",), None, None) if differs else None
    return ArmOnTask(text, arm, text, 0.5, None, 1, 5, 9, difference, f"{arm} on {text}")


def benchmarks_result(text: str = "plain") -> BenchmarksResult:
    """The baseline and two arms."""
    rows = (arm_on_task("random", text, differs=False), arm_on_task("longest", text), arm_on_task("selected", text))
    return BenchmarksResult("tiny", "new", text, 0.95, rows)


def found_size(text: str = "plain") -> FoundSize:
    """The size that a search found after four trials."""
    return FoundSize(7, "tpe", 2.0, 4, "after 4 trials", ("search",), text)


def cost_result(text: str = "plain", break_even: int | None = 12345) -> CostResult:
    """What choosing cost."""
    both = PerFineTune(selected=1.0, full=3.0)
    return CostResult("core hours", (StageCost(text, 1, 1, 1.0, 0.0, None),), 1.0, both, both, break_even, text)


def people_result(text: str = "plain") -> PeopleComparison:
    """Ratings of two examples, of which no measure is told."""
    return PeopleComparison(
        model="tiny",
        ratings=text,
        confidence=0.95,
        judgements=1,
        rating="given",
        alike=1.25,
        pairs=1,
        matched_pairs=1,
        rated=2,
        prompts=1,
        left_out={},
        measures=(),
        sentences=(text,),
    )


def validation_result(text: str = "plain") -> ValidationResult:
    """Four choices: the second refutes the rule, the last has no interval; one is left out."""
    choices = (
        Choice("ruled", 1, 40, 0.912, 0.861, 0.963, 0.921, 0.31, 0.71),
        Choice("random", 2, 40, 1.004, 0.965, 1.043, 1.097, 0.11, 0.0021),
        Choice(text, 1, 40, 0.981, 0.921, 1.041, 0.954, 0.42, 0.71),
        Choice("shortest_ppl", 1, 40, 0.973, None, None, 0.968, None, None),
    )
    left_out = {"full": "was tuned for 50 steps, the subsets for 10"}
    return ValidationResult("tiny", "new", 0.95, choices, left_out, (text,))


def decision(text: str = "plain", by: str = "longest") -> Decision:
    """A selection that falls back, as one of the three things that are known speaks against the rule."""
    reasons = (
        Reason("the order is not shown", True, "The order is shown."),
        Reason(text, False, text),
        Reason("it extrapolates", None, "The leverage is not known."),
    )
    return Decision("tiny", "new", by, reasons, text)
