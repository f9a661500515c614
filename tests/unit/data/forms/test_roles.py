"""Roles by the names that data sets give them."""

import pytest

from instructmining.data.errors import BadRow
from instructmining.data.forms.roles import CALLER, role_of


@pytest.mark.parametrize(
    "name, role",
    [
        ("user", "user"),
        ("Human ", "user"),
        ("PROMPTER", "user"),
        ("bing", "assistant"),
        ("model", "assistant"),
        ("observation", "tool"),
        ("Developer", "developer"),
        ("function_call", CALLER),
    ],
)
def test_a_role_has_many_names_in_any_case(name, role):
    assert role_of(name, {}) == role


def test_own_names_come_first():
    assert role_of("Bot", {"bot": "user"}) == "user" and role_of("gpt", {"bot": "user"}) == "assistant"


@pytest.mark.parametrize("name", ["narrator", None, 3, ["user"]])
def test_an_unknown_role_is_shown_with_the_known_ones(name):
    with pytest.raises(BadRow, match=r"unknown role; found .* expected one of narrated, system, .*name it in `roles`"):
        role_of(name, {"narrated": "user"})
