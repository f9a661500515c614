"""The page of files among the results."""

from dataclasses import dataclass
from typing import Literal

from instructmining.result_tables import PAGE, anchor, field_docs, fields_table, in_words, nested, page


@dataclass(frozen=True)
class Inner:
    """What is inside."""

    low: float


@dataclass(frozen=True)
class Outer:
    """What is around it."""

    name: str
    """What it is
    called."""
    inner: tuple[Inner, ...]
    p_value: float | None
    """None where there is none, a | b."""


def test_the_page_has_not_drifted() -> None:
    text = PAGE.read_text()
    assert page(text) == text, "run: python -m instructmining.result_tables"


def test_a_type_is_written_as_json_has_it() -> None:
    assert in_words(dict[str, int | None]) == "object of integers or null"
    assert in_words(dict[str, tuple[tuple[float, ...], ...]]) == "object of lists of lists of numbers"
    assert in_words(tuple[Inner, ...]) == "list of [Inner](#inner)"
    assert in_words(Literal["a", "b"]) == "`a`, `b`"


def test_the_meaning_of_a_field_is_the_docstring_below_it() -> None:
    assert field_docs(Outer) == {"name": "What it is called.", "p_value": "null where there is none, a | b."}


def test_a_dataclass_is_a_table_of_its_fields() -> None:
    assert fields_table(Outer).splitlines()[2:] == [
        "| `name` | string | What it is called. |",
        "| `inner` | list of [Inner](#inner) |  |",
        r"| `p_value` | number or null | null where there is none, a \| b. |",
    ]


def test_a_heading_that_names_a_package_can_be_linked_to() -> None:
    assert anchor("Difference (quality_rule.across)") == "difference-quality_ruleacross"


def test_nested_dataclasses_follow() -> None:
    assert list(nested(Outer)) == [Outer, Inner]
