"""The server that the tests of the judge ask."""

from tests.unit.comparison.judge.conftest import no_long_pauses, server

__all__ = ["no_long_pauses", "server"]
