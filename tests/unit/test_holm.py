"""Several tests at once."""

import pytest

from instructmining.holm import holm


def test_holms_correction_is_that_of_its_definition() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([None]) == [None]
