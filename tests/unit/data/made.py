"""Examples for the tests of this folder."""

from instructmining.example import Example, Message, make_example


def example(prompt: str, source: str = "a", response: str = "Because.", degraded: str | None = None) -> Example:
    """An example of one turn."""
    turns = [Message(role="user", content=prompt), Message(role="assistant", content=response)]
    return make_example(turns, source, "alpaca", {}, degraded)
