"""The files that the explorer's page loads: base64 in a script, as a page opened from disk may load nothing else.

No text of a data set ever appears in HTML or JavaScript: a file is one call, `receive("name", "base64")`. The base64
decodes to gzip, which contains the length of a JSON header (uint32), the header padded to 8 bytes, and the arrays that
the header lists, each padded to 8 bytes; all of it little-endian.
"""

import base64
import gzip
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from instructmining.files import check_same_ids, write_text

ARRAY_TYPES = {"float32": "<f4", "uint8": "|u1", "uint16": "<u2", "int32": "<i4"}


def write_data_file(path: Path, name: str, values: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write small values and arrays for the page, which asks for them by name; raises KeyError for another dtype."""
    packed = base64.b64encode(gzip.compress(pack(values, arrays), mtime=0)).decode("ascii")
    write_text(path, f"receive({json.dumps(name)}, {json.dumps(packed)});\n")


def pack(values: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """The header and the arrays as bytes."""
    listed = [{"name": name, "type": array.dtype.name, "length": array.size} for name, array in arrays.items()]
    text = json.dumps({"values": values, "arrays": listed}, ensure_ascii=False, allow_nan=False).encode()
    parts = [array.astype(ARRAY_TYPES[array.dtype.name]).tobytes() for array in arrays.values()]
    return b"".join(map(_padded, [struct.pack("<I", len(text)) + text, *parts]))


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 8)


def pool_ids(shards: Sequence[Path]) -> list[str]:
    """The IDs of a pool in the order that all of the explorer's files keep."""
    return [name for shard in shards for name in ds.dataset(shard).to_table(columns=["id"])["id"].to_pylist()]


def in_order(table: pa.Table, ids: Sequence[str], where: str) -> pa.Table:
    """The rows of a table in the order of these IDs; raises ValueError unless the table has exactly these IDs."""
    check_same_ids(sorted(ids), sorted(table["id"].to_pylist()), where)
    return table.take(pc.index_in(pa.array(ids, pa.string()), value_set=table["id"].combine_chunks()))


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    """A column of numbers as float32; an empty value is NaN, which the page shows as no value."""
    values: np.ndarray = column.to_numpy().astype(np.float32)
    return values
