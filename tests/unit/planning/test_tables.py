"""Tables of plans."""

from rich.console import Console

from instructmining.planning.tables import plain_table


def test_text_is_on_the_left_and_numbers_are_on_the_right(capsys):
    table = plain_table("seeds", "subsets")
    table.add_row("1", "24")
    Console(width=40).print(table)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == ["seeds  subsets", "1           24"]
