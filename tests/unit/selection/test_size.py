"""How many examples a selection has: as asked for, as a share, or as a search found."""

from pathlib import Path

from instructmining.files import write_result
from instructmining.selection.settings import Selection
from instructmining.selection.size import selection_size, sized
from tests.unit.selection.made import FOUND_SIZE, settings


def test_a_small_fraction_keeps_at_least_one() -> None:
    assert selection_size(10, None, 0.001) == 1


def test_the_size_that_was_found_takes_the_place_of_the_search(tmp_path: Path) -> None:
    write_result(tmp_path / "size.json", FOUND_SIZE)
    selection = Selection(search=settings())
    assert sized(selection, tmp_path / "size.json") == Selection(examples=2)
    assert sized(selection, None) is selection
