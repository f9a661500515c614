"""A real local server that speaks the protocol of OpenAI's chat completions, and fails in the ways that real ones do."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]


@dataclass
class Failure:
    """What the server says instead of a completion."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long it waits before."""


@dataclass
class JudgeServer:
    """Replies with what `reply` makes of a request, after the failures that are waiting have been served, one a request."""

    reply: Callable[[Request], str | Request]
    failures: list[Failure] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""

    def answer(self, request: Request, key: str | None) -> Failure:
        """The next failure, or the reply."""
        self.requests.append(request)
        self.keys.append(key)
        if self.failures:
            return self.failures.pop(0)
        reply = self.reply(request)
        return Failure(body=json.dumps(completion(reply) if isinstance(reply, str) else reply).encode())


def completion(text: str | None, finish_reason: str = "stop", **message: Any) -> Request:
    """A chat completion with one choice."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "tiny-judge",
        "choices": [choice],
        "usage": usage,
    }


def served(request: Request) -> str:
    """All that a request says."""
    return "\n".join(message["content"] for message in request["messages"])


@contextmanager
def serving(server: JudgeServer) -> Iterator[JudgeServer]:
    """The server on a free port of this machine, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said = server.answer(request, self.headers["authorization"])
            time.sleep(said.seconds)
            body = said.body if self.path.endswith("/v1/chat/completions") else b"wrong path"
            self.send_response(said.status)
            for name, value in {"content-type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests print nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{listening.server_port}/v1"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
