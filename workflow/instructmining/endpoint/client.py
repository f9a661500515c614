"""A model behind an OpenAI-compatible endpoint, asked once per request: replies are kept on disk by what was asked.

After passing failures (time-outs, 429, 5xx, broken replies) the request is sent again, with growing pauses. Any other
failure stops the command, and a rerun continues where it stopped. The key is read from the environment and appears
nowhere else: if a server sends it back, it is removed.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import openai
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice

from instructmining.command import UserError
from instructmining.endpoint.settings import EndpointSettings
from instructmining.files import read_result, write_result
from instructmining.progress import Progress

Outcome = Literal["answered", "cut", "refused", "rejected"]
LONGEST_PAUSE_SECONDS = 8.0
REJECTED = (400, 413, 422)
"""Status codes that concern one request, such as one that is too long; others concern the endpoint."""


class EndpointError(UserError):
    """The endpoint gives no replies; the message says why, without the key."""


class BrokenReplyError(Exception):
    """A reply with status 200 that is not a chat completion."""


@dataclass(frozen=True)
class Token:
    """A token that a reply might have begun with."""

    text: str
    """Its text, with the spaces in it."""
    logprob: float
    """Natural logarithm of its probability."""


@dataclass(frozen=True)
class Usage:
    """Tokens that a request took, as the endpoint counts them."""

    prompt_tokens: int
    """Tokens that were read."""
    completion_tokens: int
    """Tokens that were written."""


@dataclass(frozen=True)
class Reply:
    """What the model said."""

    outcome: Outcome
    """`cut` at max_tokens, `refused` by the model or its filter, `rejected` by the endpoint with one of REJECTED."""
    text: str
    """The reply; for `rejected`, the endpoint's reason."""
    model: str
    """The model that replied, as the endpoint calls it."""
    first: tuple[Token, ...] = ()
    """The likeliest first tokens; empty if they were not asked for, or the endpoint gives none."""
    usage: Usage | None = None
    """What it took; None if the endpoint does not say, or the reply was kept before this was counted."""


@dataclass(frozen=True)
class KeptReply:
    """A reply on disk, with what was asked."""

    endpoint: str
    """Where it was asked."""
    request: dict[str, Any]
    """All that was asked."""
    reply: Reply
    """What the model said."""


class Endpoint:
    """Asks the model, or takes the reply from disk."""

    def __init__(self, settings: EndpointSettings, cache: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._settings, self._cache = settings, cache
        self._key = read_key(settings, environment)
        self._client = openai.OpenAI(
            base_url=settings.base_url,
            api_key=self._key or "none",
            timeout=settings.timeout_seconds,
            max_retries=settings.retries,
        )

    def request(self, messages: list[dict[str, str]], **more: Any) -> dict[str, Any]:
        """All that a reply depends on, apart from the endpoint; `more` is asked for as the API has it."""
        limit = {"max_tokens": self._settings.max_tokens} if self._settings.max_tokens else {}
        return {"model": self._settings.model, "messages": messages, "temperature": 0, **limit, **more}

    def ask(self, request: dict[str, Any]) -> Reply:
        """The reply on disk, or a new one; raises EndpointError where the endpoint gives none."""
        path = self.path(request)
        if path.is_file():
            return read_result(KeptReply, path).reply
        reply = self._new_reply(request)
        if reply.outcome != "rejected":  # another server, or a larger context, may accept the request
            write_result(path, KeptReply(self._settings.base_url, request, reply))
        return reply

    def path(self, request: dict[str, Any]) -> Path:
        """Where a reply is kept: the name is a hash of endpoint and request."""
        content = json.dumps([self._settings.base_url, request], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()
        return self._cache / digest[:2] / f"{digest}.json"

    def _new_reply(self, request: dict[str, Any]) -> Reply:
        """Ask until there is a whole reply; the client itself asks again after time-outs, 429 and 5xx."""
        for attempt in range(self._settings.retries + 1):
            if attempt:
                time.sleep(min(0.5 * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS))
            try:
                return self._reply_of(self._client.chat.completions.create(**request))
            except openai.APIStatusError as error:
                if error.status_code in REJECTED:
                    return Reply("rejected", self._hide_key(str(error)), self._settings.model)
                raise self._error(error) from None
            except openai.OpenAIError as error:
                raise self._error(error) from None
            except (BrokenReplyError, json.JSONDecodeError) as error:
                broken = error
        raise self._error(f"no whole reply in {self._settings.retries + 1} attempts: {broken}")

    def _reply_of(self, completion: Any) -> Reply:
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            raise BrokenReplyError(f"not a chat completion: {str(completion)[:200]!r}")
        choice = completion.choices[0]
        text, refusal = choice.message.content or "", getattr(choice.message, "refusal", None)
        outcome: Outcome = "answered"
        if refusal or choice.finish_reason == "content_filter":
            outcome = "refused"
        elif choice.finish_reason == "length":
            outcome = "cut"
        model = completion.model or self._settings.model
        return Reply(outcome, self._hide_key(refusal or text), model, _first(choice), _usage(completion))

    def _error(self, error: object) -> EndpointError:
        return EndpointError(
            f"{self._settings.base_url}: {self._hide_key(str(error))}\n"
            "Replies so far are kept; once the endpoint answers, the same command continues where it stopped."
        )

    def _hide_key(self, text: str) -> str:
        return text.replace(self._key, "[key]") if self._key else text


def _first(choice: Choice) -> tuple[Token, ...]:
    """The likeliest first tokens of a reply."""
    tokens = choice.logprobs.content if choice.logprobs else None
    return tuple(Token(each.token, each.logprob) for each in tokens[0].top_logprobs) if tokens else ()


def _usage(completion: ChatCompletion) -> Usage | None:
    used = completion.usage
    return Usage(used.prompt_tokens, used.completion_tokens) if used else None


def ask_all(title: str, requests: Sequence[dict[str, Any]], endpoint: Endpoint, parallel: int) -> dict[str, Reply]:
    """The reply to each distinct request, by the name of its file."""
    distinct = {endpoint.path(request).name: request for request in requests}
    progress, replies = Progress(title, len(distinct), "requests"), dict[str, Reply]()
    with ThreadPoolExecutor(parallel) as pool:
        waiting = {pool.submit(endpoint.ask, request): name for name, request in distinct.items()}
        try:
            for future in as_completed(waiting):
                replies[waiting[future]] = future.result()
                progress.show(len(replies))
        except EndpointError:
            pool.shutdown(cancel_futures=True)
            raise
    rejected = [reply for reply in replies.values() if reply.outcome == "rejected"]
    if rejected and len(rejected) == len(replies):
        raise EndpointError(f"the endpoint rejects every request; its reason for the first: {rejected[0].text}")
    return replies


def read_key(settings: EndpointSettings, environment: Mapping[str, str]) -> str:
    """The key, empty if the endpoint needs none; raises EndpointError where the variable is not set."""
    if settings.key_variable is None:
        return ""
    key = environment.get(settings.key_variable, "")
    if not key:
        raise EndpointError(
            f"the environment variable {settings.key_variable} ({settings.place}.key_variable) is not set;"
            " export it in the shell that starts the run"
        )
    return key
