"""The embedded default: without a network, with a known truth in its data."""

from importlib.util import find_spec

from instructmining.config import Config
from instructmining.embedded import DEFAULT

CONFIG = Config.model_validate(DEFAULT)


def test_nothing_of_it_comes_over_a_network_or_from_a_file_of_the_users() -> None:
    places = [*CONFIG.sources.values(), *CONFIG.models.values(), CONFIG.indicators.embedding.model]  # type: ignore[union-attr]
    assert not any(place.hub or place.path for place in places)


def test_its_models_lie_in_installed_packages() -> None:
    models = [*CONFIG.models.values(), CONFIG.indicators.embedding.model]  # type: ignore[union-attr]
    assert all(find_spec(str(model.package).partition("/")[0]) for model in models)


def test_every_pool_holds_degraded_sources_for_the_rule_to_find() -> None:
    for pool in CONFIG.pools.values():
        assert any(CONFIG.sources[name].degrade for name in pool.sources)
