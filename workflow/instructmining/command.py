"""How a command ends: what a user can mend is told in one line, a fault of ours with its traceback."""

import json
import sys
from collections.abc import Callable
from pathlib import Path


class UserError(ValueError):
    """Something that a user can mend: the message says where, what was found and what was expected."""


def run_main(main: Callable[[], None]) -> None:
    """Run a command; end it with the message alone and exit code 1 where its input is at fault: no traceback buries it.

    A damaged file shows as an error of whatever reads it, which a fault of ours may cause too. So the files that the
    command was given are opened again: if one cannot be read, that is the cause.
    """
    try:
        main()
    except (UserError, OSError) as error:
        raise SystemExit(str(error)) from None
    except ValueError:
        if damaged := [said for word in sys.argv[1:] if (said := damage(Path(word)))]:
            raise SystemExit("\n".join(damaged)) from None
        raise


def damage(path: Path) -> str:
    """What is wrong with a Parquet or a JSON file; nothing if it can be opened, or if it is neither."""
    readers: dict[str, Callable[[Path], object]] = {".parquet": _open_parquet, ".json": _open_json}
    if path.suffix not in readers or not path.is_file():
        return ""
    try:
        readers[path.suffix](path)
    except ValueError as error:
        return f"{path}: damaged, or not {path.suffix.removeprefix('.')} at all ({path.stat().st_size} bytes): {error}"
    return ""


def _open_parquet(path: Path) -> object:
    import pyarrow.parquet as pq  # few commands need it, and loading it takes a while

    return pq.read_schema(path)


def _open_json(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))
