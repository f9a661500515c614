"""Which form the rows of a source have."""

from collections.abc import Iterable

from instructmining.data.errors import DataError
from instructmining.data.forms.turns import CONVERSATION_FIELDS
from instructmining.data.settings import Form
from instructmining.example import JsonObject

KNOWN_FORMS = """\
  alpaca: instruction, input (optional), output or response; system and history (optional)
  dolly: instruction, context (optional), response
  self_instruct: instruction, instances[{input, output}]
  sharegpt: conversations[{from, value}]
  messages: messages[{role, content}]"""


def detect_form(rows: Iterable[object]) -> Form:
    """The only form that fits the first rows; raises DataError with the fields found where none or several fit."""
    objects = [row for row in rows if isinstance(row, dict)]
    fitting = {form for row in objects for form in _fitting_forms(row)}
    if len(fitting) == 1:
        return fitting.pop()
    found = sorted({str(field)[:40] for row in objects for field in row})[:20]
    several = f"the forms {', '.join(sorted(fitting))} all fit" if fitting else "no known form fits"
    raise DataError(
        f"{several}; fields found: {', '.join(found) or 'none'}\nset `form` to one of these, or map the `fields`:\n"
        + KNOWN_FORMS
    )


def _fitting_forms(row: JsonObject) -> list[Form]:
    """Forms whose fields a row has, unless it has others that the form would silently leave out."""
    fitting: list[Form] = []
    if "instruction" in row and ("output" in row) != ("response" in row) and "context" not in row:
        fitting.append("alpaca")
    if {"instruction", "context", "response"} <= row.keys():
        fitting.append("dolly")
    if {"instruction", "instances"} <= row.keys():
        fitting.append("self_instruct")
    turn = _first_turn(row)
    if {"from", "value"} <= turn.keys():
        fitting.append("sharegpt")
    if {"role", "content"} <= turn.keys():
        fitting.append("messages")
    return fitting


def _first_turn(row: JsonObject) -> JsonObject:
    turns = [row[field] for field in CONVERSATION_FIELDS if isinstance(row.get(field), list) and row[field]]
    return turns[0][0] if len(turns) == 1 and isinstance(turns[0][0], dict) else {}
