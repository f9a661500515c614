"""What the C library does with freed memory."""

import ctypes
import subprocess
import sys

import pytest

from instructmining.indicators.memory import keep_freed_memory


def test_memory_that_was_freed_is_not_fetched_again_page_by_page() -> None:
    code = """
import resource
from instructmining.indicators.memory import keep_freed_memory
keep_freed_memory()
del (first := [b"x" * 2**26])[0]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
second = b"y" * 2**26
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100  # of 16,384 pages


def test_a_c_library_without_such_a_setting_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    keep_freed_memory()
