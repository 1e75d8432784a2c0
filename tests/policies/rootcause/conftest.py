"""One way to ask for the cause of a small log."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.failure import Failure
from policies.rootcause import Hints, diagnose
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[3] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
NOISE = ["lint docs/errors.md ... ok", "INFO error budget: 8 failures left", ""]
ENDING = ["removed tmp", "ERROR: check failed, see log above (exit code 1)"]


@pytest.fixture(scope="session")
def cause() -> Callable[[str], Failure]:
    """Give what diagnoses a log's text; noise stands around it, and exit 1 is known."""

    def ask(text: str) -> Failure:
        lines = [*NOISE, *text.split("\n"), *ENDING]
        return diagnose(lines, Hints(exit_code=1, now=NOW), SIGNATURES)

    return ask
