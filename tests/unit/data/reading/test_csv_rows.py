"""Rows of CSV: separators, quotes out of place, lines."""

import pytest

from instructmining.data.errors import DataError
from tests.unit.data.reading.conftest import Read

ROW = {"instruction": "Say a", "output": "a, b"}
SEPARATED = {
    "semicolons": ("instruction;output\nSay a;a, b\n", "in.csv"),
    "tabs": ("instruction\toutput\nSay a\ta, b\n", "in.csv"),
    "bars": ("instruction|output\nSay a|a, b\n", "in.csv"),
    "tabs, as the name says": ("instruction\toutput\nSay a\ta, b\n", "in.tsv"),
    "all cells quoted": ('"instruction";"output"\n"Say a";"a, b"\n', "in.csv"),
    "sep=": ("sep=;\ninstruction;output\nSay a;a, b\n", "in.csv"),
    "sep= with a mark and CRLF": ("\ufeffsep=;\r\ninstruction;output\r\nSay a;a, b\r\n", "in.csv"),
    "sep=, quoted": ('"sep=|"\ninstruction|output\nSay a|a, b\n', "in.csv"),
    "a carriage return alone": ('instruction,output\rSay a,"a, b"\r', "in.csv"),
    "blank lines": ('\n \ninstruction,output\n\n  \nSay a,"a, b"\n\n', "in.csv"),
}


@pytest.mark.parametrize("kind", SEPARATED)
def test_the_separator_is_that_of_the_header(read: Read, kind: str) -> None:
    assert read(*SEPARATED[kind]) == [ROW]


def test_a_header_of_one_column_is_one_column(read: Read) -> None:
    assert read("text\nhello; you\n", "in.csv") == [{"text": "hello; you"}]


STRAY = 'a quote is not closed or not doubled; within quotes, write each quote as ""'
B, C = {"instruction": "Say b", "output": "b"}, {"instruction": "Say c", "output": 'c, "d"'}
QUOTES = {
    "stray in quotes": ('Say a,"5" pipe\nSay b,b\n', [STRAY, B]),
    "stray without quotes": ('Say a,5" pipe\nSay b,b\n', [STRAY, B]),
    "unclosed to the end": ('Say a,"a\nSay b,b\n', [STRAY, B]),
    "unclosed to the next quote": ('Say a,"a\nSay b,b\nSay c,"c, ""d"""\nSay b,b\n', [STRAY, B, C, B]),
    "unclosed in the last row": ('Say b,b\nSay a,"a', [B, STRAY]),
    "two of them": ('Say a,"5" pipe\nSay b,b\nSay a,"a\nSay b,b\n', [STRAY, B, STRAY, B]),
    "a backslash before it": ('Say a,"an \\"a\\" then"\nSay b,b\n', [STRAY, B]),
    "in place": ('Say b,b\n"Say c","c, ""d"""\n', [B, C]),
}


@pytest.mark.parametrize("kind", QUOTES)
def test_a_quote_out_of_place_makes_its_own_row_bad(read: Read, kind: str) -> None:
    text, rows = QUOTES[kind]
    assert read(f"instruction,output\n{text}", "in.csv") == rows


def test_a_quote_out_of_place_is_in_the_line_that_is_named(read: Read) -> None:
    assert read('a,b\n"two\nlines",1\nx,"y" z\nx,2\n', "in.csv") == [
        {"a": "two\nlines", "b": "1"},
        STRAY,
        {"a": "x", "b": "2"},
    ]


def test_between_tabs_a_quote_within_a_cell_is_text(read: Read) -> None:
    assert read('a\tb\nsay "hi" twice\t1\n', "in.tsv") == [{"a": 'say "hi" twice', "b": "1"}]


def test_a_row_with_other_cells_than_the_header_is_bad(read: Read) -> None:
    found = [f"wrong number of cells; found {cells}, the header names 2" for cells in (1, 3)]
    assert read("a,b\n1\n1,2,3\n4,5\n", "in.csv") == [*found, {"a": "4", "b": "5"}]


@pytest.mark.parametrize("header", ['a,"b', 'a, "b"', '"a" x,b'])
def test_a_header_with_a_quote_out_of_place_is_said(read: Read, header: str) -> None:
    with pytest.raises(DataError, match=r"in\.csv: cannot be read: the header: a quote is not closed or not doubled"):
        read(f"{header}\n1,2\n", "in.csv")


def test_two_columns_without_a_name_are_said(read: Read) -> None:
    with pytest.raises(DataError, match=r"twice in the header: a, \(no name\), \(no name\)"):
        read("a,,\n1,,\n", "in.csv")
