"""The linter, the formatter and the type checker, so that one command says all."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents_real import cache_folder

ROOT = Path(__file__).resolve().parents[1]

TOOLS = {
    "lint": ("ruff", "check", "--no-cache", "."),
    "format": ("ruff", "format", "--check", "--no-cache", "."),
    # What did not change since the last run is not looked at again: mypy compares hashes.
    "types": ("mypy", "--cache-dir", str(cache_folder() / "mypy")),
}


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_the_code_is_clean(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *TOOLS[tool]], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
