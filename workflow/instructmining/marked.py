"""Parts of a document that are made from something else stand between two marks, and only they are rewritten."""

Marks = tuple[str, str]


def renew(text: str, marks: Marks, made: str) -> str:
    """A document with what is between its marks replaced; raises ValueError unless each mark is there once."""
    start, end = marks
    if text.count(start) != 1 or text.count(end) != 1 or text.index(end) < text.index(start):
        raise ValueError(
            f"expected the marks {start} and {end} once each, in this order: put them where the part belongs"
        )
    before, rest = text.split(start)
    return f"{before}{start}\n{made.strip()}\n{end}{rest.split(end)[1]}"
