"""`rating` through an endpoint: as the model here, asked once, and never guessed."""

import json
import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow.parquet as pq
import pytest

from instructmining.command import UserError
from instructmining.endpoint.client import Endpoint, EndpointError, Reply, Token, Usage
from instructmining.files import read_json, read_result
from instructmining.indicators import rating_endpoint
from instructmining.indicators.rating_endpoint import add_up, endpoint_scorer, rating_of
from instructmining.indicators.rating_settings import RatingScorer
from instructmining.indicators.results import Asked, ShardReport
from tests.conftest import conversation
from tests.judge_server import Failure, JudgeServer, Request, completion, served, serving
from tests.unit.indicators.made import write_shard
from tests.unit.indicators.test_rating import PROMPT, SPACED, probabilities, rate, tokenizer

KEY = "sk-not-a-real-key-0123456789"
ONE_BY_ONE = Lock()
"""The tiny model is made anew for each request, from the seed that all threads share."""


def tiny_model(request: Request) -> Request:
    """What the tiny model says after the message: its likeliest token, with the probabilities of all that it knows."""
    with ONE_BY_ONE:
        given = probabilities(served(request), tokenizer())
    likeliest = sorted(given, key=given.__getitem__, reverse=True)
    reply = completion(likeliest[0], "length")
    if request.get("logprobs"):
        said = [{"token": f" {token}", "logprob": math.log(given[token])} for token in likeliest]
        reply["choices"][0]["logprobs"] = {"content": [{**said[0], "top_logprobs": said}]}
    return reply


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with serving(JudgeServer(tiny_model)) as running:
        yield running


def settings(server: JudgeServer, answers: Any = SPACED, **changes: Any) -> RatingScorer:
    where = {"base_url": server.url, "model": "tiny", "retries": 0, "key_variable": "KEY", **changes}
    return RatingScorer.model_validate({"endpoint": where, "prompt": PROMPT, "answers": answers})


def ask(server: JudgeServer, cache: Path, examples: Any, **changes: Any) -> list[float]:
    asked = settings(server, **changes)
    assert asked.endpoint
    scorer = endpoint_scorer(Endpoint(asked.endpoint, cache, {"KEY": KEY}), asked.endpoint, asked, lambda _: None)
    return scorer(examples).indicators["rating"]


def test_the_rating_is_that_of_the_same_model_here(server: JudgeServer, tmp_path: Path, examples: Any) -> None:
    here = rate(examples, tokenizer(), answers=SPACED).indicators["rating"]
    assert ask(server, tmp_path, examples) == pytest.approx(here, abs=1e-5)
    assert {(each["max_tokens"], each["temperature"], each["top_logprobs"]) for each in server.requests} == {(1, 0, 20)}


def test_nothing_is_asked_twice_even_if_answers_are_worth_something_else(
    server: JudgeServer, tmp_path: Path, examples: Any
) -> None:
    first = ask(server, tmp_path, examples)
    asked = len(server.requests)
    assert ask(server, tmp_path, examples) == first
    twice = ask(server, tmp_path, examples, answers={word: 2 * value for word, value in SPACED.items()})
    assert twice == pytest.approx([2 * value for value in first])
    assert len(server.requests) == asked > 0


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("answered", "x", "m", (Token("yes", math.log(0.5)), Token(" yes", math.log(0.1)))), 1.0),
        (Reply("cut", "x", "m", (Token("no", math.log(0.3)), Token("yes", math.log(0.1)), Token("x", -1))), 0.25),
        (Reply("cut", "x", "m", (Token("x", -0.1), Token("Yes", -2.0))), None),
        (Reply("answered", " yes\n", "m"), 1.0),
        (Reply("answered", "I would say yes", "m"), None),
        (Reply("refused", "yes", "m"), None),
        (Reply("rejected", "yes", "m"), None),
    ],
)
def test_a_reply_is_worth_the_mean_of_its_answers(reply: Reply, expected: float | None) -> None:
    found = rating_of(reply, {"yes": 1.0, "no": 0.0})
    assert found == (None if expected is None else pytest.approx(expected))


def test_without_probabilities_the_reply_is_the_answer(server: JudgeServer, tmp_path: Path, examples: Any) -> None:
    server.reply = lambda _: "cat"
    assert ask(server, tmp_path, examples[:2], logprobs=False) == [3.0, 3.0]
    assert "logprobs" not in server.requests[0]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("It is a cat", r"the reply is 'It is a cat', without probabilities; expected one of 'the', 'a', 'cat', 'dog'"),
        (completion(None, refusal="I will not."), r"refused: I will not\."),
    ],
)
def test_a_reply_without_an_answer_stops_with_the_example(
    server: JudgeServer, tmp_path: Path, reply: Any, said: str
) -> None:
    example = conversation("why", "so")
    server.reply = lambda _: reply
    with pytest.raises(UserError, match=rf"1 of 1 examples have no rating, such as {example.id}: {said}"):
        ask(server, tmp_path, [example])


def test_likeliest_tokens_without_an_answer_are_named(server: JudgeServer, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the likeliest first tokens are ' .*expected one of 'maybe', 'never'"):
        ask(server, tmp_path, [conversation("why", "so")], answers={"maybe": 1, "never": 0})


def test_an_endpoint_that_refuses_probabilities_says_so(server: JudgeServer, tmp_path: Path) -> None:
    server.failures = [Failure(400, b'{"error": {"message": "logprobs are not supported"}}')]
    with pytest.raises(EndpointError, match=r"rejects every request.*logprobs are not supported"):
        ask(server, tmp_path, [conversation("why", "so")])


def test_a_missing_key_is_named_as_in_the_config(server: JudgeServer, tmp_path: Path) -> None:
    endpoint = settings(server).endpoint
    assert endpoint
    with pytest.raises(EndpointError, match=r"KEY \(indicators\.rating\.endpoint\.key_variable\) is not set"):
        Endpoint(endpoint, tmp_path, {})


def test_what_replies_took_is_added_up() -> None:
    replies = [Reply("answered", "a", "m", (), Usage(10, 1)), Reply("cut", "b", "m", (), Usage(5, 2))]
    assert add_up([*replies, Reply("answered", "c", "m")]) == Asked(3, 15, 3, 1)


def test_a_shard_is_rated_by_the_command_and_the_key_is_nowhere(
    server: JudgeServer, tmp_path: Path, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shard(tmp_path, examples)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", KEY)
    options = {"settings": json.dumps(settings(server).model_dump(exclude_unset=True)), "examples": "000.parquet"}
    options |= {"cache": "replies", "scores": "scores.parquet", "report": "report.json"}
    monkeypatch.setattr("sys.argv", ["rating", *(part for k, v in options.items() for part in (f"--{k}", v))])
    rating_endpoint.main()
    here = rate(examples, tokenizer(), answers=SPACED).indicators["rating"]
    assert pq.read_table("scores.parquet")["rating"].to_pylist() == pytest.approx(here, abs=1e-5)
    asked = len(server.requests)
    assert read_result(ShardReport, Path("report.json")).asked == Asked(asked, asked, asked, 0)
    assert set(read_json(Path("report.json"))) == {field.name for field in fields(ShardReport)}
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
