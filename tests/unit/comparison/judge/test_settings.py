"""No secret gets into the settings of the judge."""

import pytest

from tests.judge_server import JudgeServer
from tests.unit.comparison.judge.asked import KEY, settings


@pytest.mark.parametrize("value", [KEY, "two words", ""])
def test_a_key_in_the_config_is_refused_without_showing_it(server: JudgeServer, value: str) -> None:
    from instructmining.config import ConfigError, load_config
    from instructmining.embedded import DEFAULT

    judge = {**settings(server).model_dump(mode="json"), "key_variable": value}
    with pytest.raises(ConfigError, match="never the key itself") as error:
        load_config({**DEFAULT, "comparison": {"judge": judge}})
    assert not value or value not in str(error.value)


@pytest.mark.parametrize("url", ["http://user:secret@host/v1", "https://host/v1?key=secret", "host:8000"])
def test_an_address_with_a_secret_in_it_is_refused_without_showing_it(server: JudgeServer, url: str) -> None:
    from instructmining.config import ConfigError, load_config
    from instructmining.embedded import DEFAULT

    judge = {**settings(server).model_dump(mode="json"), "base_url": url}
    with pytest.raises(ConfigError, match="without user, password or query") as error:
        load_config({**DEFAULT, "comparison": {"judge": judge}})
    assert "secret" not in str(error.value)


def test_an_arm_is_judged_once(server: JudgeServer) -> None:
    with pytest.raises(ValueError, match="an arm appears twice"):
        settings(server, arms=["selected", "selected"])
