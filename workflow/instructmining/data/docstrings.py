"""The prose of a docstring: its first sentences and what it says of each parameter, without markup."""

import re
from collections.abc import Iterator

FEWEST_WORDS = 6
UNDERLINE = re.compile(r"^\s*([-=~^*])\1{2,}\s*$")
FIELD_LIST = re.compile(r"^(:\w+|@\w+|\w+:$|(Args|Arguments|Returns|Raises|Example|Examples|Note|Notes|Usage):)")
LIST_ITEM = re.compile(r"^([-*+•]|\d+[.)]|\(\w\)|\|)\s")
SIGNATURE = re.compile(r"^[\w.]+\(.*\)\s*(->.*)?$")
PARAMETER = re.compile(r"^(\w+) ?:(?: .*)?$")
LEFTOVERS = re.compile(r"%\(|\{\w*\}|>>>|``|:\w+:`|https?://|\bTODO\b|^See |following\.$|as follows\.$|\|\w+\|")
MARKUP = (
    (re.compile(r"``(.+?)``"), r"`\1`"),
    (re.compile(r":[\w:.+-]+:`[~!]?([^`<]+?)(?:\s*<[^>`]*>)?`"), r"`\1`"),
    (re.compile(r"`([^`<]+?)\s*<[^>`]*>`_{1,2}"), r"\1"),
    (re.compile(r"`([^`]+)`_{1,2}"), r"\1"),
    (re.compile(r"\s*\[\w+\]_"), ""),
    (re.compile(r"\*\*(\w[^*]*)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(\w[\w. ]*)\*(?![\w*])"), r"\1"),
    (re.compile(r"\\(.)"), r"\1"),
)
# A full stop ends a sentence where a capital, a quote or the end follows, and no abbreviation precedes.
SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!\bcf)(?<!\bvs)(?<!\betc)(?<!\bal)(?<=[.!?])\s+(?=[A-Z`\"'(])")


def summary(docstring: str, max_words: int) -> str:
    """The first sentences of a docstring's prose, up to `max_words`; empty where it has none that makes an answer."""
    return _sentences(_paragraphs(docstring), max_words)


def parameters(docstring: str, max_words: int) -> dict[str, str]:
    """What the numpydoc section `Parameters` says of each parameter, cut like a summary; nothing if no prose."""
    descriptions = {name: _sentences(_paragraphs(text), max_words) for name, text in _entries(docstring)}
    return {name: text for name, text in descriptions.items() if text}


def is_deprecated(docstring: str) -> bool:
    """Whether a docstring says, before its first section, that its object is deprecated."""
    return ".. deprecated" in docstring or "deprecated" in docstring.split("Parameters\n")[0].lower()


def _paragraphs(docstring: str) -> list[str]:
    """The leading paragraphs of prose, each on one line; a section, a field list or a list ends them."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", docstring.strip("\n")):
        lines = block.strip("\n").split("\n")
        first = lines[0].strip()
        if (len(lines) > 1 and UNDERLINE.match(lines[1])) or FIELD_LIST.match(first) or LIST_ITEM.match(first):
            break
        text = " ".join(line.strip() for line in lines)
        if _is_prose(lines, text):
            found.append(text)
    return found


def _is_prose(lines: list[str], text: str) -> bool:
    """Not a directive, a doctest, an indented block of code, or a signature."""
    return not (text.startswith(("..", ">>>")) or lines[0].startswith((" ", "\t")) or SIGNATURE.match(text))


def _sentences(paragraphs: list[str], max_words: int) -> str:
    """Whole sentences while they fit; the first one that does not fit, or is not clean, ends the text."""
    kept: list[str] = []
    for sentence in (part for text in paragraphs for part in SENTENCE_END.split(_ended(_without_markup(text)))):
        too_long = sum(len(part.split()) for part in [*kept, sentence]) > max_words
        if too_long or not sentence.endswith((".", "!", "?")) or LEFTOVERS.search(sentence):
            break
        kept.append(sentence)
    text = " ".join(kept)
    return text[0].upper() + text[1:] if len(text.split()) >= FEWEST_WORDS else ""


def _ended(text: str) -> str:
    """Many docstrings leave out the last full stop; a colon introduces what is not here, so it stays and is refused."""
    return text if text.endswith((".", "!", "?", ":", ",", ";")) else text + "."


def _without_markup(text: str) -> str:
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def _entries(docstring: str) -> Iterator[tuple[str, str]]:
    """The name and the dedented description of each entry of the section `Parameters`."""
    name, body = "", list[str]()
    for line in _section(docstring, "Parameters"):
        if line.startswith((" ", "\t")) or not line.strip():
            body.append(line.strip())
            continue
        if name:
            yield name, "\n".join(body)
        match = PARAMETER.match(line)
        name, body = (match[1] if match else ""), []
    if name:
        yield name, "\n".join(body)


def _section(docstring: str, title: str) -> list[str]:
    """The lines of a numpydoc section, up to the next title."""
    lines = docstring.split("\n")
    titles = [i for i in range(len(lines) - 1) if lines[i].strip() and UNDERLINE.match(lines[i + 1])]
    start = next((i for i in titles if lines[i].strip() == title), None)
    if start is None:
        return []
    end = next((i for i in titles if i > start), len(lines))
    return lines[start + 2 : end]
