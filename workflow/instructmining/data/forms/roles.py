"""The roles of a conversation, by the names that data sets give them."""

from collections.abc import Mapping

from instructmining.data.errors import BadRow
from instructmining.data.forms.values import shown

NAMES = {
    "system": ("system",),
    "developer": ("developer",),
    "user": ("user", "human", "prompter"),
    "assistant": ("assistant", "gpt", "chatgpt", "model", "bot", "chatbot", "ai", "bing", "bard", "claude", "gemini"),
    "tool": ("tool", "function", "observation", "tool_response", "function_response", "ipython"),
}
ROLE_OF = {name: role for role, names in NAMES.items() for name in names}
CALLER = "caller"
CALLERS = ("function_call", "tool_call")
"""Names of a turn of the assistant's whose text is a call, as in LLaMA-Factory's data."""
INSTRUCTING = ("system", "developer")
"""Roles that may only come before all others."""


def role_of(name: object, own: Mapping[str, str]) -> str:
    """The role of a name, without regard to case and blanks; CALLER where the turn is a call; `own` come first."""
    if isinstance(name, str) and name in ROLE_OF and not own:
        return ROLE_OF[name]
    folded = fold(name) if isinstance(name, str) else ""
    if role := own.get(folded) or ROLE_OF.get(folded):
        return role
    if folded in CALLERS:
        return CALLER
    known = ", ".join([*own, *ROLE_OF, *CALLERS])
    raise BadRow("unknown role", f"found {shown(name)}, expected one of {known} (a source may name it in `roles`)")


def fold(name: str) -> str:
    """A name of a role as it is looked up."""
    return name.strip().lower()
