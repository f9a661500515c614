"""The tables of docs/files.md, made from the list of files and from the schemas and dataclasses of what they hold.

python -m instructmining.result_tables        # rewrites them; a test fails where they have drifted
"""

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa

from instructmining.command import run_main
from instructmining.files import write_text
from instructmining.marked import renew
from instructmining.result_files import FILES, ResultFile

PAGE = Path(__file__).parents[2] / "docs" / "files.md"
MARKS = ("<!-- files: made by python -m instructmining.result_tables -->", "<!-- end of files -->")
JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def main() -> None:
    """Rewrite the page."""
    write_text(PAGE, page(PAGE.read_text(encoding="utf-8")))


def page(text: str) -> str:
    """The page with its tables renewed."""
    return renew(text, MARKS, "\n\n".join(["## Files", *files(), "## Tables", *tables(), "## JSON files", *results()]))


def files() -> Iterator[str]:
    """One table of files per stage."""
    for stage, rows in groupby(FILES, key=stage_of):
        yield f"### {stage}"
        yield table(("path", "what it is"), ((f"`{row.path}`", row.what) for row in rows))


def stage_of(row: ResultFile) -> str:
    """The heading that a file is listed under."""
    return f"`{row.path.split('/')[0]}/`" if "/" in row.path else "For people"


def tables() -> Iterator[str]:
    """The columns of every Parquet table; tables with the same columns are described once."""
    schemas = [row.holds for row in FILES if isinstance(row.holds, pa.Schema)]
    for number, schema in enumerate(schemas):
        if not any(schema.equals(earlier) for earlier in schemas[:number]):
            yield title([row for row in FILES if isinstance(row.holds, pa.Schema) and row.holds.equals(schema)])
            rows = ((f"`{field.name}`", f"`{field.type}`", description(field)) for field in schema)
            yield table(("column", "type", "meaning"), rows)


def description(field: pa.Field) -> str:
    """What a column means, as its schema says."""
    found: bytes = (field.metadata or {}).get(b"description", b"")
    return found.decode()


def results() -> Iterator[str]:
    """The fields of every JSON file that has a dataclass, each nested dataclass after the first that uses it."""
    shown: set[type] = set()
    for kind in dict.fromkeys(row.holds for row in FILES if isinstance(row.holds, type)):
        yield title([row for row in FILES if row.holds is kind])
        for part in nested(kind):
            if part not in shown:
                shown.add(part)
                yield from ([] if part is kind else [f"### {heading(part)}"])
                yield one_line(inspect.getdoc(part) or "")
                yield fields_table(part)


def title(rows: list[ResultFile]) -> str:
    """The paths of some files, above what they hold."""
    return f"**{', '.join(f'`{row.path}`' for row in rows)}**"


def nested(kind: type) -> Iterator[type]:
    """A dataclass, and those in its fields, depth first."""
    yield kind
    for annotation in get_type_hints(kind).values():
        for part in dataclasses_in(annotation):
            yield from nested(part)


def dataclasses_in(annotation: Any) -> Iterator[type]:
    """The dataclasses that a type is made of."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from dataclasses_in(part)


@cache
def names() -> Counter[str]:
    """How many dataclasses there are of each name, among all JSON files."""
    kinds = {part for row in FILES if isinstance(row.holds, type) for part in nested(row.holds)}
    return Counter(kind.__name__ for kind in kinds)


def heading(kind: Any) -> str:
    """The name of a dataclass, with its package where another one has the same name."""
    package = str(kind.__module__).removeprefix("instructmining.").rpartition(".")[0]
    return f"{kind.__name__} ({package})" if names()[kind.__name__] > 1 else str(kind.__name__)


def anchor(text: str) -> str:
    """What a link to a heading names, as GitHub and the site make it."""
    return re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")


def fields_table(kind: type) -> str:
    """The fields of a dataclass: name, type, and the docstring below the field."""
    meanings = field_docs(kind)
    rows = ((f"`{name}`", in_words(kept), meanings.get(name, "")) for name, kept in get_type_hints(kind).items())
    return table(("field", "type", "meaning"), rows)


def field_docs(kind: type) -> dict[str, str]:
    """The docstrings below the fields of a class, by field."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            meaning = one_line(str(ast.literal_eval(below.value)))
            found[field.target.id] = re.sub(r"\bNone\b", "null", meaning)
    return found


def in_words(annotation: Any) -> str:
    """A type as JSON has it."""
    arguments = [part for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
    if NoneType in get_args(annotation):
        return f"{' or '.join(map(in_words, arguments))} or null"
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    if get_origin(annotation) is dict:
        return f"object of {several(arguments[1])}"
    if get_origin(annotation) in (list, tuple):
        return f"list of {several(arguments[0])}"
    if is_dataclass(annotation):
        return f"[{heading(annotation)}](#{anchor(heading(annotation))})"
    return JSON_TYPES.get(annotation) or " or ".join(map(in_words, arguments)) or "any value"


def several(annotation: Any) -> str:
    """The same in the plural."""
    words = in_words(annotation)
    return re.sub(r"^(string|integer|number|boolean|list|object|any value)\b", r"\1s", words)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", r"\|") for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


if __name__ == "__main__":
    run_main(main)
