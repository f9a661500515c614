"""Find how many examples of a ranking to keep: the size with the lowest loss on the eval sets of the role `search`.

The eval sets of the role `test` are read only to make sure that they share no prompt with these. Every trial is kept in
`--folder`; a search that was killed resumes where it stopped, and so does an unfinished fine-tune.

    python -m instructmining.selection.search_size --settings '{"low": 32, "high": 512}' --seed 0 --pool mixed \\
        --model-name smollm2 --model results/models/smollm2/model.json --base-model '{"template": "plain"}' \\
        --training '{"dtype": "fp32"}' --ranking ranking.parquet --shards results/data/pools/mixed/*.parquet \\
        --search-sets results/data/eval/search.parquet --test-sets results/data/eval/test.parquet \\
        --folder trials --store store --trials trials.parquet --size size.json
"""

import argparse
import json
import logging
import math
import signal
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.example import fold_blanks, read_examples
from instructmining.files import read_table, write_json, write_table
from instructmining.progress import start_log
from instructmining.selection.proposals import search, stop_reason
from instructmining.selection.ranking import RANKING
from instructmining.selection.settings import Search
from instructmining.selection.trial import Trial, Trials, to_rows
from instructmining.training.settings import Training

TRIALS = pa.schema(
    [
        pa.field("trial", pa.int64(), metadata={"description": "1 is the first"}),
        pa.field("size", pa.int64(), metadata={"description": "examples, the first of the ranking"}),
        pa.field("loss", pa.float64(), metadata={"description": "nats per token on the search sets, mean over seeds"}),
        pa.field("losses", pa.list_(pa.float64()), metadata={"description": "the same for each seed"}),
        pa.field("steps", pa.int64(), metadata={"description": "optimizer steps of a fine-tune"}),
        pa.field("tokens", pa.int64(), metadata={"description": "tokens trained on, over all seeds"}),
        pa.field("seconds", pa.float64(), metadata={"description": "wall time of the fine-tunes when they ran"}),
    ]
)


def check_apart(search_sets: Sequence[Path], test_sets: Sequence[Path]) -> None:
    """Raise ValueError if a prompt of a search set is also in a test set."""
    tests = {prompt: path.stem for path in test_sets for prompt in _prompts(path)}
    for path in search_sets:
        shared = sorted(_prompts(path) & set(tests))
        if shared:
            raise ValueError(
                f"eval set {path.stem} (role search) shares {len(shared)} prompts with {tests[shared[0]]} (role test),"
                f" e.g. {shared[0][:60]!r}; take other sources: no result may be reported on prompts that the size was"
                " chosen on"
            )


def _prompts(path: Path) -> set[str]:
    return {fold_blanks(example.instruction) for example in read_examples(path)}


def best_of(trials: Sequence[Trial]) -> Trial:
    """The trial with the lowest loss; of equal ones, that of the smallest size. Raises ValueError if all failed."""
    best = min(trials, key=lambda trial: (trial.loss, trial.size))
    if not math.isfinite(best.loss):
        raise ValueError(
            f"the loss of all {len(trials)} trials is not a finite number; lower training.learning_rate, or set"
            " training.dtype to fp32 or bf16"
        )
    return best


def _failed(trials: Sequence[Trial]) -> str:
    """Which trials have no loss, in words."""
    sizes = [str(trial.size) for trial in trials if not math.isfinite(trial.loss)]
    return f" Without a finite loss, so failed: {', '.join(sizes)} examples." if sizes else ""


def search_in_words(trials: Sequence[Trial], settings: Search, search_sets: Sequence[Path]) -> str:
    """What the search found, in words."""
    best, sizes = best_of(trials), sorted(trial.size for trial in trials)
    worst = max(trial.loss for trial in trials if math.isfinite(trial.loss))
    seeds = f"{settings.seeds} seed{'s' if settings.seeds > 1 else ''}"
    ends = {settings.low: "lowest", settings.high: "highest"}
    edge = f" It is the {ends[best.size]} size allowed: the best may lie beyond." if best.size in ends else ""
    return (
        f"{settings.method} tried {len(trials)} sizes from {sizes[0]} to {sizes[-1]}, each with {seeds}; on"
        f" {', '.join(path.stem for path in search_sets)} the loss was from {best.loss:.3f} to {worst:.3f} nats per"
        f" token, lowest for {best.size} examples.{edge}{_failed(trials)} The lowest of several noisy losses is too low"
        " a guess; the loss on the test sets is the honest one."
    )


def main() -> None:
    """Search, write all trials and the size."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the rule's shell ignores it, and so would this process
    start_log()
    arguments = _parse()
    settings: Search = arguments.settings
    ranking = read_table(arguments.ranking, RANKING)
    if settings.high > len(ranking):
        raise ValueError(
            f"selection.search.high is {settings.high}, but the pool has only {len(ranking)} examples after cleaning;"
            " lower it or add sources to the pool"
        )
    check_apart(arguments.search_sets, arguments.test_sets)
    tried = search(settings, arguments.seed, _trials(arguments, ranking).run)
    trials = list(tried.values())
    sentence = search_in_words(trials, settings, arguments.search_sets)
    write_table(arguments.trials, pa.Table.from_pylist(to_rows(trials), schema=TRIALS), TRIALS)
    found = {
        "examples": best_of(trials).size,
        "method": settings.method,
        "loss": best_of(trials).loss,
        "trials": len(trials),
        "stopped": stop_reason(settings, tried) or "as no further size was proposed",
        "search_sets": [path.stem for path in arguments.search_sets],
        "sentence": sentence,
    }
    write_json(arguments.size, found)
    logging.info(sentence)


def _trials(arguments: argparse.Namespace, ranking: pa.Table) -> Trials:
    names = ("folder", "store", "pool", "model_name", "model", "base_model", "training", "shards")
    return Trials(
        **{name: vars(arguments)[name] for name in names},
        ranking=ranking,
        eval_sets=arguments.search_sets,
        seeds=arguments.settings.seeds,
        threads=arguments.threads,
        checkpoint_minutes=arguments.checkpoint_minutes,
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=Search.model_validate_json, required=True)
    parser.add_argument("--seed", type=int, required=True, help="of the search; fine-tunes have seeds 0, 1, ...")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--base-model", type=json.loads, required=True)
    parser.add_argument("--training", type=Training.model_validate_json, required=True)
    parser.add_argument("--ranking", type=Path, required=True)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--search-sets", type=Path, nargs="+", required=True)
    parser.add_argument("--test-sets", type=Path, nargs="+", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--checkpoint-minutes", type=float, default=10)
    parser.add_argument("--folder", type=Path, required=True, help="where the trials are kept")
    parser.add_argument("--store", type=Path, required=True, help="folder that keeps adapters and checkpoints")
    parser.add_argument("--trials", type=Path, required=True)
    parser.add_argument("--size", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    run_main(main)
