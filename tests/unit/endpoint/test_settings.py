"""What the judge and the scorer `rating` have in common: no secret gets into their settings."""

import pytest

from instructmining.endpoint.settings import EndpointSettings

GOOD = {"base_url": "http://localhost:8000/v1", "model": "m"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key_variable": "sk-secret"}, "never the key itself"),
        ({"base_url": "http://user:secret@host/v1"}, "without user, password or query"),
    ],
)
def test_a_secret_is_refused(change: dict[str, str], message: str) -> None:
    EndpointSettings.model_validate(GOOD)
    with pytest.raises(ValueError, match=message):
        EndpointSettings.model_validate({**GOOD, **change})
