"""A model behind a real local server: what is asked again, what is kept, and what never leaves."""

import json
from pathlib import Path
from typing import Any

import pytest

from instructmining.endpoint.client import Endpoint, EndpointError, Reply, Token, Usage
from instructmining.files import write_json
from tests.judge_server import Failure, JudgeServer, completion
from tests.unit.comparison.judge.asked import BUSY, KEY, endpoint, settings


@pytest.mark.parametrize("change", [{"model": "another"}, {"max_tokens": 9}, {"base_url": "http://127.0.0.1:9/v1"}])
def test_a_reply_of_another_judge_is_not_used(server: JudgeServer, tmp_path: Path, change: dict[str, Any]) -> None:
    this, other = endpoint(server, tmp_path), endpoint(server, tmp_path, **change)
    messages = [{"role": "user", "content": "x"}]
    assert this.path(this.request(messages)) != other.path(other.request(messages))


@pytest.mark.parametrize(
    "failure",
    [
        BUSY,
        Failure(500, b"oops"),
        Failure(200, b'{"choices": [ broken'),
        Failure(200, b'{"hello": 1}'),
        Failure(200, b"<html>gateway</html>", {"content-type": "text/html"}),
        Failure(seconds=1.0, body=b"{}"),
    ],
    ids=["429", "500", "broken JSON", "other JSON", "HTML", "time-out"],
)
def test_what_passes_is_asked_again(server: JudgeServer, tmp_path: Path, failure: Failure) -> None:
    server.failures = [failure]
    asked = endpoint(server, tmp_path, timeout_seconds=0.5)
    assert asked.ask(asked.request([{"role": "user", "content": "VERDICT-0: A"}])).outcome == "answered"
    assert len(server.requests) == 2


def test_a_wrong_key_is_not_tried_again_and_is_not_shown(server: JudgeServer, tmp_path: Path) -> None:
    server.failures = [Failure(401, json.dumps({"error": {"message": f"Incorrect API key: {KEY}"}}).encode())]
    asked = endpoint(server, tmp_path, key_variable="JUDGE_KEY")
    with pytest.raises(EndpointError, match=r"Incorrect API key: \[key\]") as error:
        asked.ask(asked.request([]))
    assert KEY not in str(error.value)
    assert server.keys == [f"Bearer {KEY}"]


def test_a_missing_key_is_said_before_anything_is_asked(server: JudgeServer, tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match=r"JUDGE_KEY .* is not set"):
        Endpoint(settings(server, key_variable="JUDGE_KEY"), tmp_path, {})


def test_the_likeliest_first_tokens_and_what_a_reply_took_are_kept(server: JudgeServer, tmp_path: Path) -> None:
    reply = completion("yes")
    likeliest = [{"token": " yes", "logprob": -0.5}, {"token": "no", "logprob": -1.5}]
    reply["choices"][0]["logprobs"] = {"content": [{"token": " yes", "logprob": -0.5, "top_logprobs": likeliest}]}
    server.reply = lambda _: reply
    asked = endpoint(server, tmp_path)
    request = asked.request([], logprobs=True, top_logprobs=2)
    new, kept = asked.ask(request), asked.ask(request)
    assert new == kept == Reply("answered", "yes", "tiny-judge", (Token(" yes", -0.5), Token("no", -1.5)), Usage(1, 1))
    assert (server.requests[0]["logprobs"], len(server.requests)) == (True, 1)


def test_a_reply_that_was_kept_before_tokens_were_is_still_used(server: JudgeServer, tmp_path: Path) -> None:
    asked = endpoint(server, tmp_path)
    path = asked.path(asked.request([]))
    old = {"outcome": "answered", "text": "kept", "model": "m"}
    write_json(path, {"endpoint": server.url, "request": asked.request([]), "reply": old})
    assert asked.ask(asked.request([])) == Reply("answered", "kept", "m")
    assert not server.requests
