"""The tables that gather the indicators of a pool."""

import pytest

from instructmining.indicators.tables import EMBEDDINGS, SCORES


@pytest.mark.parametrize("schema", [SCORES, EMBEDDINGS])
def test_a_table_is_by_example_and_says_what_its_columns_are(schema) -> None:
    assert schema.names[0] == "id"
    assert all(field.metadata[b"description"] for field in schema)
