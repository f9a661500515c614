"""`rating` through an endpoint: the same question as a message, the same mean over what the answers are worth.

The probabilities of the answers are those among the likeliest first tokens of the reply, spaces around them left out,
scaled to sum to 1; an answer that is not among them counts as 0. Where the endpoint gives no probabilities, the reply
itself must be one of the answers. Replies are kept, by what was asked and where: what the answers are worth is no part
of that, so another scale asks nothing again.

    python -m instructmining.indicators.rating_endpoint --settings '{"endpoint": {"base_url": ...}, "preset": ...}' \\
        --examples results/data/pools/unseen/000.parquet --cache results/indicators/replies \\
        --scores scores.parquet --report report.json
"""

import argparse
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from instructmining.command import UserError, run_main
from instructmining.endpoint.client import Endpoint, Reply, ask_all
from instructmining.example import Example
from instructmining.files import read_json, write_json
from instructmining.indicators.rating import fill
from instructmining.indicators.rating_settings import RatingEndpoint, RatingScorer
from instructmining.indicators.results import Asked
from instructmining.indicators.scoring import Meter, Scorer, Scores, score_shard

TOP = 20
"""So many of the likeliest first tokens are asked for, the most that the API gives."""
Requests = list[tuple[str, dict[str, Any]]]
"""The ID of each example, and what is asked about it."""


def main() -> None:
    """Score one shard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=RatingScorer.model_validate_json, required=True)
    parser.add_argument("--examples", type=Path, required=True, help="a shard of a pool")
    parser.add_argument("--cache", type=Path, required=True, help="folder of replies; none in it is asked for again")
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    arguments = parser.parse_args()
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # one line per request would bury the progress
    settings: RatingScorer = arguments.settings
    assert settings.endpoint
    taken: dict[str, Reply] = {}
    scorer = endpoint_scorer(Endpoint(settings.endpoint, arguments.cache), settings.endpoint, settings, taken.update)
    score_shard(arguments.examples, scorer, arguments.scores, arguments.report)
    write_json(arguments.report, {**read_json(arguments.report), "asked": asdict(add_up(list(taken.values())))})


def endpoint_scorer(
    endpoint: Endpoint, asked: RatingEndpoint, settings: RatingScorer, count: Callable[[dict[str, Reply]], object]
) -> Scorer[Requests]:
    """`rating` by the model behind an endpoint; `count` is given the replies, by what was asked.

    It raises UserError where a reply is none of the answers, EndpointError where the endpoint does not answer.
    """
    probabilities = {"logprobs": True, "top_logprobs": TOP} if asked.logprobs else {}

    def prepare(examples: Sequence[Example]) -> Requests:
        texts = [fill(settings.question.prompt, example).texts[0] for example in examples]
        requests = [endpoint.request([{"role": "user", "content": text}], **probabilities) for text in texts]
        return [(example.id, request) for example, request in zip(examples, requests, strict=True)]

    def run(requests: Requests, meter: Meter) -> Scores:
        replies = ask_all("asking", [request for _, request in requests], endpoint, asked.parallel)
        count(replies)
        by_example = {example: replies[endpoint.path(request).name] for example, request in requests}
        ratings = to_ratings(by_example, settings.question.answers)
        meter.advance(len(requests))
        return Scores({"rating": ratings}, {"rating": [False] * len(requests)})

    return Scorer(prepare, run)


def to_ratings(replies: Mapping[str, Reply], answers: Mapping[str, float]) -> list[float]:
    """The rating of each example, by its ID; raises UserError where a reply has none, as none is guessed."""
    worth = {answer.strip(): value for answer, value in answers.items()}
    ratings = {example: rating_of(reply, worth) for example, reply in replies.items()}
    missing = [example for example, rating in ratings.items() if rating is None]
    if missing:
        raise UserError(
            f"{len(missing)} of {len(ratings)} examples have no rating, such as {missing[0]}:"
            f" {found(replies[missing[0]])}; expected one of {', '.join(map(repr, worth))}. Let the prompt ask for just"
            " these, name the answers that the model gives, or leave these examples out of the pool; replies are kept"
        )
    return [rating for rating in ratings.values() if rating is not None]


def rating_of(reply: Reply, worth: Mapping[str, float]) -> float | None:
    """What a reply is worth; None if it holds none of the answers."""
    if reply.outcome in ("refused", "rejected"):
        return None
    if not reply.first:
        return worth.get(reply.text.strip())
    said = [(token.text.strip(), math.exp(token.logprob)) for token in reply.first]
    shares = [(worth[text], share) for text, share in said if text in worth]
    total = sum(share for _, share in shares)
    return sum(value * share for value, share in shares) / total if total else None


def found(reply: Reply) -> str:
    """What a reply holds, for a message."""
    if reply.outcome in ("refused", "rejected"):
        return f"{reply.outcome}: {reply.text}"
    if reply.first:
        return f"the likeliest first tokens are {', '.join(repr(token.text) for token in reply.first)}"
    return f"the reply is {reply.text!r}, without probabilities"


def add_up(replies: Sequence[Reply]) -> Asked:
    """What the replies took, whenever they were asked for."""
    used = [reply.usage for reply in replies]
    asked = [Asked(1, each.prompt_tokens, each.completion_tokens, 0) if each else Asked(1, 0, 0, 1) for each in used]
    return sum(asked, Asked(0, 0, 0, 0))


if __name__ == "__main__":
    run_main(main)
