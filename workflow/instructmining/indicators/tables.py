"""The tables that hold the scores and embeddings of a pool."""

import pyarrow as pa

SCORES = pa.schema(
    [
        pa.field("id", pa.string(), metadata={"description": "the example"}),
        pa.field("source", pa.string(), metadata={"description": "the source it was imported from"}),
        pa.field("degraded", pa.string(), metadata={"description": "how it was degraded on purpose; null if not"}),
    ]
)
"""One row per example of a pool; in addition one column per indicator."""

EMBEDDINGS = pa.schema([pa.field("id", pa.string(), metadata={"description": "the example"})])
"""One row per example of a pool; in addition a column `embeddings` if there is a sentence encoder."""
