"""Settings of the report."""

import pytest
from pydantic import ValidationError

from instructmining.report.settings import Report


def test_a_report_may_show_no_examples_but_not_fewer() -> None:
    assert Report(examples=0).examples == 0
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Report(examples=-1)
