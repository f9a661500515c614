"""The losses that a fine-tune is measured by, one per response, as a table."""

import pyarrow as pa

LOSSES = pa.schema(
    [
        pa.field("eval_set", pa.string()),
        pa.field("id", pa.string(), metadata={"description": "the example"}),
        pa.field("loss", pa.float64(), metadata={"description": "negative log-likelihood of the response, in nats"}),
        pa.field("tokens", pa.int64(), metadata={"description": "tokens of the response"}),
    ]
)
