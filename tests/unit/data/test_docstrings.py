"""The prose of docstrings: sentences without markup, or nothing."""

import pytest

from instructmining.data.docstrings import is_deprecated, parameters, summary

DOCSTRING = """Return the :func:`~numpy.mean` of ``x`` along *axis*, ignoring NaNs [1]_.

.. versionadded:: 1.2
   Not prose at all.

It keeps the **type** of the input (e.g. Float).

Parameters
----------
x : array_like
    The values that the mean is taken of.

    .. versionchanged:: 2.0
axis, other : int
    Not asked about.
keep: bool
    Short.

Returns
-------
float
    The mean value of everything in it.
"""


def test_a_summary_is_prose_without_markup_and_sections():
    assert summary(DOCSTRING, 40) == (
        "Return the `numpy.mean` of `x` along axis, ignoring NaNs. It keeps the type of the input (e.g. Float)."
    )


def test_a_summary_is_cut_at_the_end_of_a_sentence():
    assert summary(DOCSTRING, 12) == "Return the `numpy.mean` of `x` along axis, ignoring NaNs."
    assert summary(DOCSTRING, 5) == ""


def test_parameters_are_those_with_prose():
    assert parameters(DOCSTRING, 40) == {"x": "The values that the mean is taken of."}


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "Short.",
        "f(x, y, z) -> int",
        ">>> f(1, 2, 3, 4, 5, 6)",
        "Use it to do one of these things:",
        "Args:\n  x: y",
    ],
)
def test_a_docstring_without_prose_has_no_summary(docstring):
    assert summary(docstring, 40) == ""


def test_an_object_is_deprecated_if_its_docstring_says_so_before_its_parameters() -> None:
    assert is_deprecated("Deprecated: use g instead.")
    assert is_deprecated("Add two numbers.\n\n.. deprecated:: 1.2")
    assert not is_deprecated("Add two numbers.\n\nParameters\n----------\nx : a deprecated alias\n")
