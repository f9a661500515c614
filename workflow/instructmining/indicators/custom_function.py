"""An indicator of your own: a Python function that takes a list of examples and returns a number for each.

    python -m instructmining.indicators.custom_function --name brevity --settings '{"function": "mine:brevity"}' \\
        --examples results/data/pools/unseen/000.parquet --scores scores.parquet --report report.json
"""

import importlib
from collections.abc import Callable, Iterable

from instructmining.command import run_main
from instructmining.example import Example
from instructmining.indicators.custom_code import function_fingerprint
from instructmining.indicators.scoring import Meter, Scorer, Scores, parse_arguments, score_shard
from instructmining.indicators.settings import CustomIndicator
from instructmining.jobs.plan_guard import hold_code_to_plan
from instructmining.models.device import lease_gpu

Function = Callable[[list[Example]], Iterable[float]]


def main() -> None:
    """Score one shard."""
    arguments = parse_arguments(__doc__, CustomIndicator)
    hold_code_to_plan(arguments.settings.function, function_fingerprint)
    if arguments.settings.gpu:
        lease_gpu()
    scorer = function_scorer(arguments.name, load_function(arguments.settings.function))
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)


def load_function(name: str) -> Function:
    """The function called `module:function`; raises AttributeError if the module has no such function."""
    module, _, function = name.partition(":")
    found: Function = getattr(importlib.import_module(module), function)
    return found


def function_scorer(name: str, function: Function) -> Scorer[list[Example]]:
    """The function as a scorer of one indicator."""

    def run(examples: list[Example], meter: Meter) -> Scores:
        values = [float(value) for value in function(examples)] if examples else []
        meter.advance(len(examples))
        return Scores({name: values})

    return Scorer(prepare=list, run=run)


if __name__ == "__main__":
    run_main(main)
