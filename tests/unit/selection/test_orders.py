"""Orders of a pool without a rule."""

import pyarrow as pa
import pytest

from instructmining.comparison.arm_kinds import ARMS, orders
from instructmining.selection.orders import ORDERS, Draw, Pool

POOL = Pool(
    pa.table(
        {
            "id": ["a", "b", "c", "d"],
            "len_out": [3, 9, 9, 1],
            "ppl": [2.0, 1.0, 4.0, 3.0],
            "ifd": [0.5, 1.5, 0.9, 1.2],
            "reward": [1.0, 2.0, 2.0, 0.0],
            "influence": [0.1, 0.3, 0.2, 0.0],
            "similarity": [0.4, 0.1, 0.2, 0.3],
        }
    )
)
EXPECTED = {
    "longest": "bcad",
    "shortest_ppl": "badc",
    "ifd": "cadb",
    "reward_only": "bcad",
    "influence": "bcad",
    "similar": "adcb",
}


@pytest.mark.parametrize(("name", "order"), EXPECTED.items())
def test_an_order_as_large_as_the_pool_is_all_of_it_the_best_first(name: str, order: str) -> None:
    assert ORDERS[name](POOL, Draw(4)) == list(order)


def test_a_random_order_is_drawn_by_the_seeds() -> None:
    first, again, other = (ORDERS["random"](POOL, Draw(4, seeds)) for seeds in ((0, 0), (0, 0), (0, 1)))
    assert first == again != other
    assert sorted(first) == ["a", "b", "c", "d"]


def test_what_the_config_may_name_are_these_orders() -> None:
    assert set(orders([*POOL.scores.column_names])) == set(ORDERS) <= set(ARMS)
    assert orders(["ppl"]) == ["random", "shortest_ppl"]
