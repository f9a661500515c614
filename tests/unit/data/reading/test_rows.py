"""The place of a row."""

from pathlib import Path

from instructmining.data.reading.rows import at_line, at_row


def test_a_row_is_named_by_its_line_its_position_or_its_position_in_a_field() -> None:
    path = Path("data/a.json")
    places = [at_line({}, 3, path).place, at_row({}, 3, path).place, at_row({}, 3, path, "data").place]
    assert places == ["data/a.json:3", "data/a.json: row 3", "data/a.json: row 3 of data"]
