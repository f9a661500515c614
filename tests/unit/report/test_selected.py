"""What was kept of a ranked pool, and what was not."""

import pyarrow as pa

from instructmining.files import write_result, write_table
from instructmining.report.accounts import Account
from instructmining.report.selected import Selected, read_selected
from instructmining.selection.settings import Search, Selection
from tests.unit.selection.made import FOUND_SIZE

RANKED = Selected("tiny", "new", ["a", "b", "a", "a"], [False, False, True, True], kept=2)


def test_each_source_of_a_ranking_has_an_account() -> None:
    assert RANKED.accounts() == [
        Account("selection", "new, tiny", "a", 3, 1, {"ranked below the cut": 2}),
        Account("selection", "new, tiny", "b", 1, 1, {}),
    ]


def test_the_degraded_share_of_pool_and_selection_is_said() -> None:
    assert RANKED.degraded_share() == "new, tiny: 50.0% of the pool and 0.0% of the selection are degraded"


def test_nothing_is_said_where_nothing_is_degraded() -> None:
    assert Selected("tiny", "new", ["a"], [False], kept=1).degraded_share() is None


def test_what_is_kept_is_as_many_as_a_search_found(tmp_path) -> None:
    folder = tmp_path / "tiny" / "new"
    table = pa.table({"source": ["a", "a", "b"], "degraded": pa.nulls(3, pa.string())})
    write_table(folder / "ranking.parquet", table, table.schema)
    write_result(folder / "size.json", FOUND_SIZE)
    settings = Selection(search=Search(low=1, high=3))
    (found,) = read_selected([folder / "ranking.parquet"], settings, [folder / "size.json"])
    assert (found.model, found.pool, found.kept) == ("tiny", "new", 2)
