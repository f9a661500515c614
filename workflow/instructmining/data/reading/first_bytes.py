"""What a file is by its first bytes, whatever its name says: how it is packed, how its text is encoded, or neither."""

import io
import json
import re
from pathlib import Path

import pyarrow as pa

LOOKED_AT = 512
PARQUET = b"PAR1"
PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
UNPACK = "unpack it first"
CONVERT = "write it as one of these"
OTHERS = (
    (rb"BZh\d1AY&SY", "a bzip2 archive", UNPACK),
    (rb"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (rb"\x04\x22\x4d\x18", "an lz4 archive", UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (rb"Rar!\x1a\x07", "a rar archive", UNPACK),
    (rb"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or save it as CSV"),
    (rb"\xd0\xcf\x11\xe0", "an old Excel workbook", "save it as CSV"),
    (rb".{257}ustar", "a tar archive", UNPACK),
    (rb"ARROW1|\xff\xff\xff\xff", "an Arrow file", CONVERT),
    (rb"ORC[\x00-\x1f]", "an ORC file", CONVERT),
    (rb"Obj\x01", "an Avro file", CONVERT),
    (rb"SQLite format 3", "an SQLite database", CONVERT),
    (rb"\x89HDF", "an HDF5 file", CONVERT),
    (rb"\x93NUMPY", "a NumPy array", CONVERT),
    (rb"\x80[\x02-\x05]", "a pickle, which is never opened as it may run code", CONVERT),
    (rb"version https://git-lfs", "a pointer of Git LFS, not the data", "fetch them with `git lfs pull`"),
    (rb"(?i)\s*<(!doctype|html|\?xml)", "a web page or XML, not data", "download the file itself"),
    (rb"%PDF", "a PDF", CONVERT),
)
"""Patterns of first bytes, what begins so, and what to do."""


def open_bytes(path: Path) -> io.BufferedReader:
    """The bytes of a file, unpacked as often as they are packed; raises ValueError where they are no rows."""
    stream = _buffered(pa.input_stream(str(path), compression=None))
    while codec := next((codec for magic, codec in PACKED.items() if stream.peek(LOOKED_AT).startswith(magic)), None):
        stream = _buffered(pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), codec))
    start = stream.peek(LOOKED_AT)
    for pattern, what, advice in OTHERS:
        if re.match(pattern, start, re.DOTALL):
            raise ValueError(f"this is {what}; expected JSON, CSV or Parquet, plain or in gzip or zstd: {advice}")
    return stream


def is_parquet(stream: io.BufferedReader) -> bool:
    """Whether a file is Parquet, whatever its name."""
    return stream.peek(LOOKED_AT).startswith(PARQUET)


def is_json(stream: io.BufferedReader) -> bool:
    """Whether a text begins with an array or an object, whatever its name."""
    start = stream.peek(LOOKED_AT)[:LOOKED_AT]
    text = start.decode(json.detect_encoding(start[:4]), errors="ignore").lstrip("\ufeff \t\r\n")
    return text.startswith(("[", "{"))


def as_text(stream: io.BufferedReader, newline: str | None) -> io.TextIOWrapper:
    """The text of a file in UTF-8, UTF-16 or UTF-32; bytes that are none become lone surrogates, and their rows bad."""
    encoding = json.detect_encoding(stream.peek(LOOKED_AT)[:4])
    errors = "surrogateescape" if encoding.startswith("utf-8") else "surrogatepass"
    return io.TextIOWrapper(stream, encoding, errors, newline)


def _buffered(stream: pa.NativeFile) -> io.BufferedReader:
    return io.BufferedReader(stream)
