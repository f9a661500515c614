"""A judge behind a local server, and what it is asked."""

import re
from pathlib import Path
from typing import Any

from instructmining.comparison.judge.answers import Answer
from instructmining.comparison.judge.ask import Pair
from instructmining.comparison.judge.prompts import Prompt
from instructmining.comparison.judge.settings import Judge
from instructmining.endpoint.client import Endpoint
from tests.judge_server import Failure, JudgeServer, Request, served

KEY = "sk-not-a-real-key-0123456789"
BUSY = Failure(429, b'{"error": {"message": "slow down"}}', {"retry-after-ms": "1"})


def prefers_first(request: Request) -> str:
    word = re.search(r"VERDICT-(\w+): A", served(request))
    assert word
    return f"The first is better.\nVERDICT-{word[1]}: A"


def prefers_good(request: Request) -> str:
    """A judge that prefers the answer that says `good`."""
    said = prefers_first(request)
    return said if served(request).index("good") < served(request).index("bad") else said[:-1] + "B"


def answer(text: str, prompt: str = "p") -> Answer:
    return Answer(prompt, (text,), (1,), (False,))


def pairs(*texts: tuple[str, str]) -> list[Pair]:
    return [Pair(Prompt(f"p{i}", "own", (f"q{i}",)), 0, answer(a), answer(b)) for i, (a, b) in enumerate(texts)]


def settings(server: JudgeServer, **changes: Any) -> Judge:
    values = {"base_url": server.url, "model": "judge", "prompts": {"own": {"path": "p.jsonl"}}, "retries": 2}
    return Judge.model_validate({**values, **changes})


def endpoint(server: JudgeServer, cache: Path, **changes: Any) -> Endpoint:
    return Endpoint(settings(server, **changes), cache, {"JUDGE_KEY": KEY})
