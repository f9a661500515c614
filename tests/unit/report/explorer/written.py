"""What is in a data file of the explorer."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

HOSTILE = '</script><script>alert(1)</script>"); alert(2); receive("'


def read_data_file(path: Path) -> tuple[str, dict[str, Any], bytes]:
    """The name in a data file, its header, and the bytes after it."""
    found = re.fullmatch(r'receive\("([^"]+)", "([A-Za-z0-9+/=]+)"\);\n', path.read_text())
    assert found
    content = gzip.decompress(base64.b64decode(found[2]))
    length = int.from_bytes(content[:4], "little")
    return found[1], json.loads(content[4 : 4 + length]), content[-(-(4 + length) // 8) * 8 :]
