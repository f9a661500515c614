"""Let the judge compare the answers of one arm with those of the baseline, pair by pair, in both orders.

In: prompts, the answers of the arm and of the baseline by seed. Out: one row per pair and order, with the reply.

    python -m instructmining.comparison.judge.ask --settings '{"base_url": "http://localhost:8000/v1", ...}' \\
        --prompts prompts.parquet --arm selected/seed0.parquet --baseline random/seed0.parquet \\
        --cache results/comparison/replies --output verdicts/selected.parquet
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from instructmining.command import run_main
from instructmining.comparison.judge.answers import Answer, read_answers
from instructmining.comparison.judge.ballot import ballot, read_verdict
from instructmining.comparison.judge.prompts import Prompt, read_prompt_table
from instructmining.comparison.judge.settings import Judge
from instructmining.comparison.judge.verdicts import ORDERS, VERDICTS, Order, Outcome, PairVerdict, Verdict
from instructmining.endpoint.client import Endpoint, Reply, ask_all
from instructmining.files import check_same_ids, write_table
from instructmining.progress import start_log


@dataclass(frozen=True)
class Pair:
    """The answers of an arm and of the baseline to one prompt, both tuned with the same seed."""

    prompt: Prompt
    seed: int
    arm: Answer
    baseline: Answer

    def in_order(self, order: Order) -> tuple[Answer, Answer]:
        """The answer shown as A, and the answer shown as B."""
        return (self.arm, self.baseline) if order == "arm_first" else (self.baseline, self.arm)


def pair_up(prompts: Sequence[Prompt], arm: Sequence[list[Answer]], baseline: Sequence[list[Answer]]) -> list[Pair]:
    """All pairs, in order of seed; raises ValueError where answers are missing or belong to other prompts."""
    ids = [prompt.id for prompt in prompts]
    for answers in (*arm, *baseline):
        check_same_ids(ids, [answer.prompt for answer in answers], "answers to the prompts")
    return [
        Pair(prompt, seed, ours, theirs)
        for seed, (first, second) in enumerate(zip(arm, baseline, strict=True))
        for prompt, ours, theirs in zip(prompts, first, second, strict=True)
    ]


def judge(pairs: Sequence[Pair], endpoint: Endpoint, parallel: int) -> list[PairVerdict]:
    """Both verdicts on every pair, in order; raises EndpointError where the endpoint rejects every request."""
    asked = {
        (i, order): ballot(pair.prompt.turns, *_texts(pair, order), pair.prompt.before)
        for i, pair, order in _questions(pairs)
    }
    requests = {key: endpoint.request(messages) for key, (messages, _) in asked.items()}
    replies = ask_all("judging", list(requests.values()), endpoint, parallel)
    return [
        _identical(pair, order)
        if (i, order) not in asked
        else _verdict(pair, order, replies[endpoint.path(requests[i, order]).name], asked[i, order][1])
        for i, pair in enumerate(pairs)
        for order in ORDERS
    ]


def _questions(pairs: Sequence[Pair]) -> list[tuple[int, Pair, Order]]:
    """What there is to ask: nothing if both answers are the same text."""
    return [(i, p, order) for i, p in enumerate(pairs) for order in ORDERS if p.arm.texts != p.baseline.texts]


def _texts(pair: Pair, order: Order) -> tuple[Sequence[str], Sequence[str]]:
    first, second = pair.in_order(order)
    return first.texts, second.texts


def _verdict(pair: Pair, order: Order, reply: Reply, word: str) -> PairVerdict:
    choice = read_verdict(reply.text, word) if reply.outcome == "answered" else None
    verdict: Verdict | None = None
    if choice:
        preferred = {"A": "arm", "B": "baseline"} if order == "arm_first" else {"A": "baseline", "B": "arm"}
        verdict = "tie" if choice == "TIE" else "win" if preferred[choice] == "arm" else "lose"
    outcome: Outcome = "verdict" if verdict else "unparseable" if reply.outcome == "answered" else reply.outcome
    return _row(pair, order, verdict, outcome, reply)


def _identical(pair: Pair, order: Order) -> PairVerdict:
    """Equal texts are a tie; no judge is asked."""
    return _row(pair, order, "tie", "identical", None)


def _row(pair: Pair, order: Order, verdict: Verdict | None, outcome: Outcome, reply: Reply | None) -> PairVerdict:
    return PairVerdict(
        prompt=pair.prompt.id,
        prompt_set=pair.prompt.prompt_set,
        seed=pair.seed,
        order=order,
        verdict=verdict,
        outcome=outcome,
        arm_characters=pair.arm.characters,
        baseline_characters=pair.baseline.characters,
        judge=reply.model if reply else None,
        reply=reply.text if reply else None,
    )


def main() -> None:
    """Read the answers, ask, write the verdicts."""
    start_log()
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # one line per request would bury the progress
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=Judge.model_validate_json, required=True)
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--arm", type=Path, nargs="+", required=True, help="the answers of the arm, in order of seed")
    parser.add_argument(
        "--baseline", type=Path, nargs="+", required=True, help="the answers of the baseline, in order of seed"
    )
    parser.add_argument(
        "--cache", type=Path, required=True, help="folder of replies; a reply in it is not asked for again"
    )
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    answers = [[read_answers(path) for path in paths] for paths in (arguments.arm, arguments.baseline)]
    pairs = pair_up(read_prompt_table(arguments.prompts), *answers)
    verdicts = judge(pairs, Endpoint(arguments.settings, arguments.cache), arguments.settings.parallel)
    table = pa.Table.from_pylist([asdict(verdict) for verdict in verdicts], schema=VERDICTS)
    write_table(arguments.output, table, VERDICTS)
    logging.info("%d pairs: %s", len(pairs), dict(Counter(verdict.outcome for verdict in verdicts)))


if __name__ == "__main__":
    run_main(main)
