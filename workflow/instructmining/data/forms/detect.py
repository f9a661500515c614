"""Which form a row has, and what is there instead where no form fits."""

import json

from instructmining.data.errors import BadRow
from instructmining.data.forms.turns import CONVERSATION_FIELDS, MESSAGES, SHAREGPT, turns_field
from instructmining.data.forms.values import blank, describe, found_fields
from instructmining.data.settings import Form
from instructmining.example import JsonObject

KNOWN_FORMS = """\
  alpaca: instruction, input (optional), output or response; system and history (optional)
  dolly: instruction, context (optional), response or output; system and history (optional)
  self_instruct: instruction, instances[{input, constraints (optional), output}]
  sharegpt: conversations[{from, value}]; system and tools (optional)
  messages: messages[{role, content}]; system and tools (optional)"""
NO_FORM, SEVERAL_FORMS = "no known form fits", "several forms fit"
QUESTIONS = (
    *("instruction", "prompt", "question", "query", "problem", "inputs", "input", "input_text"),
    *("user", "human", "message_1", "q"),
)
ANSWERS = (
    *("output", "response", "answer", "completion", "targets", "target", "output_text", "solution"),
    *("assistant", "message_2", "a"),
)
OTHER_PARTS = {
    "input": ("input", "context"),
    "system": ("system", "system_prompt", "system_message"),
    "history": ("history",),
    "tools": ("tools", "functions"),
}
"""Names that people give to the parts of an example: what a message proposes, and nothing else, is read by them."""
FIELDS = {"instruction", "input", "output", "response", "context", "instances", *CONVERSATION_FIELDS}
PREFERENCE = "chosen and rejected are a preference, not an example"


def form_of(row: JsonObject) -> Form:
    """The form of one row; raises BadRow with what is there where none fits, or several do."""
    forms = _fitting_forms(row)
    if len(forms) > 1 and blank([row["instruction"], row.get("output"), row.get("response")]):
        forms = forms[1:]  # a table of two forms has the fields of both in every row
    if len(forms) > 1:
        raise BadRow(SEVERAL_FORMS, f"{' and '.join(forms)}; say which in `form`")
    if not forms:
        raise no_form(row)
    return forms[0]


def refuse_preference(row: JsonObject) -> None:
    """Raise BadRow for two responses of which one is better: that is a rating, not an example."""
    if not blank(row.get("rejected")) and not blank(row.get("chosen")):
        fields = propose_fields(row, answers=("chosen",))
        asked = f", or read the chosen ones by `fields: {fields}` with `ignore: [rejected]`" if fields else ""
        raise BadRow(PREFERENCE, f"name the file under `quality_rule.ratings`{asked}")


def _fitting_forms(row: JsonObject) -> list[Form]:
    return [form for form in (_form_of_fields(row), _form_of_turns(row)) if form]


def _form_of_fields(row: JsonObject) -> Form | None:
    if "instruction" not in row:
        return None
    if not blank(row.get("instances")):
        return "self_instruct"
    if "output" not in row and "response" not in row:
        return None
    with_context = "context" in row and ("response" in row or not blank(row["context"]))
    return "dolly" if with_context and blank(row.get("input")) else "alpaca"


def _form_of_turns(row: JsonObject) -> Form | None:
    turns = row.get(turns_field(row))
    first = turns[0] if isinstance(turns, list) and turns else None
    if not isinstance(first, dict):
        return None
    if first.get("from") is not None and SHAREGPT.text in first:
        return "sharegpt"
    return "messages" if first.get("role") is not None and MESSAGES.text in first else None


def no_form(row: JsonObject) -> BadRow:
    """What a row holds instead of a known form, as closely as can be said in a line."""
    for field in CONVERSATION_FIELDS:
        if field in row:
            return BadRow(f"{NO_FORM}: {field} is {describe(row[field])}", _expected(row[field]))
    names = [str(field)[:40] for field in row]
    other = [name for name in names if name not in FIELDS and name.strip().lower() in FIELDS]
    advice = f"; {', '.join(other)} must be in lower case and without blanks" if other else ""
    return BadRow(NO_FORM, f"fields found: {found_fields(row)}{advice}")


def propose_fields(row: JsonObject, answers: tuple[str, ...] = ANSWERS) -> str:
    """The line `fields` of a config that reads a row with a question and an answer as texts; empty for other rows."""
    named = {str(name).strip().lower(): str(name) for name in row}
    texts = {known: name for known, name in named.items() if isinstance(row.get(name), str)}
    question = next((texts[name] for name in QUESTIONS if name in texts), None)
    answer = next((texts[name] for name in answers if name in texts), None)
    if question is None or answer is None:
        return ""
    fields = {"instruction": question, "response": answer}
    for part, names in OTHER_PARTS.items():
        found = next((named[name] for name in names if name in named and named[name] not in fields.values()), None)
        fields |= {part: found} if found else {}
    plain = {part: name if name.isidentifier() else json.dumps(name) for part, name in fields.items()}
    return f"{{{', '.join(f'{part}: {name}' for part, name in plain.items())}}}"


def _expected(turns: object) -> str:
    first = turns[0] if isinstance(turns, list) and turns else None
    if not isinstance(first, dict):
        return "expected an array of turns, which are objects with role and content, or from and value"
    return f"expected role and content, or from and value; found {found_fields(first)}"
