"""What Snakemake says of a config that is wrong, where nobody asked `make`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: 0\nseed: 1\n", "my config.yaml:2:1: key seed appears twice, first in line 1; give each key once"),
        ("sources:\n  -x: {path: in.jsonl}\n", "my config.yaml:2:3: sources.-x: found '-x'; allowed: letters, digits, '_', and '-' but not first"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_file_line_and_column(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "my config.yaml").write_text(text)
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile", "--dry-run"]
    done = subprocess.run(
        [*command, "--configfile", "my config.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert line in (done.stdout + done.stderr).splitlines()
    assert "Traceback" not in done.stdout + done.stderr
