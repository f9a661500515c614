"""The tables that gather the indicators of a pool."""

import pyarrow as pa

SCORES = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example"}),
        pa.field("source", pa.string(), metadata={"description": "the source it was imported from"}),
        pa.field("degraded", pa.string(), metadata={"description": "how it was degraded on purpose; null if not"}),
    ]
)
"""One row per example of a pool; one column more per indicator."""

EMBEDDINGS = pa.schema([pa.field("id", pa.string(), metadata={"description": "the example"})])
"""One row per example of a pool; a column `embeddings` more where there is a sentence encoder."""
