"""What can be wrong with input data."""

from instructmining.command import UserError


class DataError(UserError):
    """Input data cannot be used; the message says where, what was found and what was expected."""


class BadRow(ValueError):  # noqa: N818 - it names a row
    """One row is not an example: a report counts rows by `reason`, `detail` is about this row only.

    `content` is what could be read of a row that is not even an object.
    """

    def __init__(self, reason: str, detail: str = "", content: object = None) -> None:
        super().__init__(f"{reason}; {detail}" if detail else reason)
        self.reason, self.content = reason, content
