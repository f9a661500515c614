"""The explorer's page: its assets beside it, and the list of rankings to look at.

python -m instructmining.report.explorer.page --models smollm2 --pools unseen --output results/explorer/index.html
"""

import argparse
import shutil
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import write_text
from instructmining.report.explorer.asset_files import asset_files
from instructmining.report.explorer.data_file import write_data_file

PAGE = "index.html"


def write_page(models: Sequence[str], pools: Sequence[str], page: Path) -> None:
    """Write the page, its assets, and the list of rankings: each model with each pool."""
    rankings = [{"model": model, "pool": pool} for model, pool in product(models, pools)]
    write_data_file(page.parent / "data" / "rankings.js", "rankings", {"rankings": rankings}, {})
    assets = page.parent / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    for path in asset_files():
        shutil.copyfile(path, assets / path.name)
    write_text(page, (assets / PAGE).read_text(encoding="utf-8"))
    (assets / PAGE).unlink()


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", required=True)
    parser.add_argument("--pools", nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_page(arguments.models, arguments.pools, arguments.output)
    print(f"the explorer opens in a browser: {arguments.output}")


if __name__ == "__main__":
    run_main(main)
