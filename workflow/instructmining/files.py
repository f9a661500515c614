"""The only way results are written: checked, under a temporary name, then renamed, so that no file is half-written."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA_VERSION = 1
Result = TypeVar("Result")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; on success it is renamed to `path`, on failure it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`; on success it replaces `folder` as a whole, on failure it is removed.

    Both are in the same parent folder, so that relative links stay valid. Leftovers of a killed process are removed.
    """
    temporary, old = folder.with_name(f".{folder.name}.tmp"), folder.with_name(f".{folder.name}.old")
    _remove(temporary, old)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if folder.exists():
            folder.replace(old)
        temporary.replace(folder)
    finally:
        _remove(temporary, old)


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small result with its `schema_version`; NaN and infinity raise ValueError, as they are never results."""
    document = {"schema_version": SCHEMA_VERSION, **value}
    write_text(path, json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a small result; raises ValueError where its `schema_version` differs from this code's."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    found = document.pop("schema_version", None)
    if found != SCHEMA_VERSION:
        raise ValueError(f"{path}: schema_version is {found}, expected {SCHEMA_VERSION}; delete it and run again")
    return document


def write_result(path: Path, result: "DataclassInstance") -> None:
    """Write a dataclass of plain values as a small result."""
    write_json(path, asdict(result))


def read_result(kind: type[Result], path: Path) -> Result:
    """Read what `write_result` wrote; raises ValueError where the file does not hold a result of this kind."""
    try:
        return TypeAdapter(kind).validate_python(read_json(path))
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:3])
        raise ValueError(f"{path} is not a {kind.__name__}: {found}; delete it and run again") from None


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one JSON object a line."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def check_schema(path: Path, found: pa.Schema, expected: pa.Schema) -> None:
    """Raise ValueError unless every expected column is there with its type."""
    for field in expected:
        position = found.get_field_index(field.name)
        if position < 0:
            raise ValueError(f"{path}: column {field.name!r} is missing; found {found.names}")
        if found.field(position).type != field.type:
            raise ValueError(f"{path}: column {field.name!r} is {found.field(position).type}, expected {field.type}")


def write_table(path: Path, table: pa.Table, schema: pa.Schema) -> None:
    """Write a Parquet table (zstd) after checking it against `schema`."""
    check_schema(path, table.schema, schema)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_table(path: Path, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet table, or some of its columns, after checking that it has the columns of `schema`."""
    check_schema(path, pq.read_schema(path), schema)
    return pq.read_table(path, columns=columns)


@contextmanager
def table_writer(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Yield a writer of row groups for a table that need not fit in memory."""
    with replacing(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        yield writer


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_same_ids(given: list[str], written: list[str], where: str) -> None:
    """Raise ValueError unless a stage wrote exactly the IDs it was given, in order: nothing is dropped silently."""
    if given == written:
        return
    missing, extra = set(given) - set(written), set(written) - set(given)
    raise ValueError(
        f"{where}: wrote {len(written)} examples for {len(given)} given;"
        f" {len(missing)} missing (e.g. {sorted(missing)[:3]}), {len(extra)} not asked for (e.g. {sorted(extra)[:3]})"
    )
