"""The turns of an example as people read them: what a template writes beside the texts is there too."""

import json

from instructmining.example import Example, Message, turn_text


def shown_turns(example: Example) -> list[tuple[str, str]]:
    """Who speaks and the text of each turn; tools come first, reasoning before the turn that it led to."""
    tools = [("tools", "\n".join(json.dumps(tool, ensure_ascii=False) for tool in example.tools))]
    return [*(tools if example.tools else []), *(part for message in example.messages for part in _shown(message))]


def _shown(message: Message) -> list[tuple[str, str]]:
    role, reasoning = message["role"], message.get("reasoning_content")
    return [*([(f"{role}, reasoning", reasoning)] if reasoning else []), (role, turn_text(message))]
