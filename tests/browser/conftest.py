"""A real Chromium, installed where it may be, and explorers to open in it."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from instructmining.example import Example
from instructmining.report.explorer.page import write_page
from tests.browser.made_explorer import make_explorer
from tests.conftest import WORDS, conversation

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIMIT_SECONDS = 60
APT_INSTALL = Path(__file__).parents[1] / "apt_install.sh"
HOSTILE = {
    "script": "<script>window.attacked = 1</script>",
    "end of script": "</script></textarea></style><script>window.attacked = 2</script>",
    "image": '"><img src=https://example.org/x onerror="window.attacked = 3">',
    "svg": '<svg onload="window.attacked = 4"><a xlink:href="javascript:window.attacked=5">x</a></svg>',
    "frame": '<iframe srcdoc="<script>parent.attacked = 6</script>"></iframe><base href="https://example.org/">',
    "call": '"); window.attacked = 7; receive("',
    "template": "${window.attacked = 8} {{constructor.constructor('window.attacked = 9')()}}",
    "right to left": "invoice\u202egpj.exe\u202c end \u2066isolated\u2069",
    "zero width": "pass\u200bword\ufeff and \u2060 a\u200db",
    "long line": "x" * 1_000_000,
}


def install_chromium() -> str | None:
    """Install Chromium where it is missing and may be installed; returns why there is none, or None if there is."""
    if shutil.which("chromium"):
        return None
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return "there is no chromium; it is installed by itself on Debian as root only: apt-get install chromium"
    subprocess.run([APT_INSTALL, "chromium"], check=True, timeout=1200)
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium of Debian's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e .[dev]")
    if reason := install_chromium():
        pytest.skip(reason)
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Explorer:
    """The explorer in a tab; what it asked for and what it complained about are kept."""

    tab: Any
    page: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str = "") -> "Explorer":
        """Open the page, or a link to it, anew, and wait until its examples are there."""
        self.tab.goto("about:blank")
        self.tab.goto(address or self.page.as_uri())
        self.tab.wait_for_selector(".ag-row [col-id=rank], #empty:not([hidden])")
        return self

    def status(self) -> str:
        """How many examples are shown, in words."""
        text: str = self.tab.inner_text("#status")
        return text

    def column(self, name: str, rows: int = 5) -> list[str]:
        """The first values of a column of the table, from the top."""
        cells = f".ag-row[row-index='%d'] [col-id='{name}']"
        return [self.tab.inner_text(cells % row) for row in range(rows)]

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression holds; Playwright's own way is refused by the page, which evaluates nothing."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self.tab.evaluate(expression):
            assert time.monotonic() < deadline, f"{expression} is not so after {LIMIT_SECONDS} s; {self.status()}"
            self.tab.wait_for_timeout(50)

    def wait_for_status(self, text: str) -> None:
        """Wait until the status begins with a text."""
        self.wait_for(f"document.getElementById('status').textContent.startsWith({json.dumps(text)})")


@pytest.fixture
def open_explorer(browser: Any) -> Iterator[Any]:
    """A function that opens an explorer in a new tab; afterwards no tab may have complained or asked another host."""
    opened: list[Explorer] = []

    def open_page(page: Path, **options: Any) -> Explorer:
        tab = browser.new_page(viewport={"width": 1440, "height": 900}, **options)
        tab.set_default_timeout(1000 * LIMIT_SECONDS)
        explorer = Explorer(tab, page)
        tab.on("request", lambda request: explorer.requests.append(request.url))
        tab.on("console", lambda said: explorer.complaints.append(f"{said.type}: {said.text}"))
        tab.on("pageerror", lambda error: explorer.complaints.append(str(error)))
        opened.append(explorer)
        return explorer.open()

    yield open_page
    for explorer in opened:
        explorer.tab.close()
        assert explorer.complaints == []
        assert [url for url in explorer.requests if not url.startswith(("file://", "about:"))] == []


@pytest.fixture(scope="session")
def made_examples() -> list[Example]:
    """Six hundred examples of three sources; one in twenty speaks of a zebra far beyond what the table shows."""
    examples = []
    for i in range(600):
        words = " ".join(WORDS[(i * step + i // 24) % len(WORDS)] for step in range(1, 3 + i % 40))
        answer = f"{words} " + "and so on " * 60 + ("a striped Zebra" if i % 20 == 0 else "")
        examples.append(conversation(f"question {i} of {words}", answer, ("alpha", "beta", "gamma")[i % 3]))
    return examples


@pytest.fixture(scope="session")
def made_page(tmp_path_factory: pytest.TempPathFactory, made_examples: list[Example]) -> Path:
    """An explorer of these examples for two models, 60 of the examples selected."""
    return make_explorer(tmp_path_factory.mktemp("made"), made_examples, selected=60, models=["tiny", "other"])


@pytest.fixture(scope="session")
def two_pools_page(tmp_path_factory: pytest.TempPathFactory, made_examples: list[Example]) -> Path:
    """An explorer of two pools: a hundred of these examples, and eighty others."""
    folder, models = tmp_path_factory.mktemp("two"), ["tiny", "other"]
    make_explorer(folder, made_examples[:100], selected=10, models=models, pool="large")
    page = make_explorer(folder, made_examples[100:180], selected=8, models=models, pool="small")
    write_page(models, ["large", "small"], page)
    return page


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An explorer of hostile examples: the same text as instruction and as response."""
    plain = [conversation(f"plain question {i}", "a plain answer") for i in range(20)]
    hostile = [conversation(f"hostile {name}: {text}", text, source="hostile") for name, text in HOSTILE.items()]
    return make_explorer(tmp_path_factory.mktemp("hostile"), [*plain, *hostile], selected=5)
