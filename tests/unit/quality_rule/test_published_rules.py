"""The paper's rules, as it gives them."""

import pyarrow as pa
import pytest

from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.published_rules import PUBLISHED


def test_the_rules_predict_what_the_papers_formulas_give() -> None:
    row = pa.table({"reward": [2.0], "len_out": [100.0], "knn_6": [0.5], "und": [0.9], "nat": [0.8], "coh": [0.7]})
    first, third = (PublishedRule(**PUBLISHED[version]) for version in ("v1", "v3"))
    assert first.predict(row) == pytest.approx([1.0694 - 0.1498 * 2 + 8.257e-5 * 100 - 0.9350 * 0.5])
    assert third.predict(row) == pytest.approx([0.0274 - 0.0078 * 2 + 0.4421 * 0.9 - 0.3212 * 0.8 - 0.1520 * 0.7])
    assert third.formula() == "log loss = 0.0274 - 0.0078 * reward + 0.4421 * und - 0.3212 * nat - 0.152 * coh"
