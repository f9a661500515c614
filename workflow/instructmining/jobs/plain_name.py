"""Names of the user's files as the engine reads them: as names, with nothing in them that means something to it.

Snakemake replaces `{x}` in a path by a wildcard and `<x>` by a path variable, and knows no way to write these
characters as they are. So a file with such a name goes by a link to it.
"""

import hashlib
import re
from pathlib import Path

from instructmining.files import replacing

SPECIAL = re.compile(r"[{}<>\n]|^\s|\s$")
"""What Snakemake reads as something else, or warns about in each process."""


def plain_name(path: Path, links: Path) -> str:
    """The path as text; if it holds special characters, that of a link to it in the folder `links`."""
    if not SPECIAL.search(str(path)):
        return str(path)
    link = links / hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:16]
    if not link.is_symlink():
        with replacing(link) as temporary:
            temporary.symlink_to(path.absolute())
    return str(link)
