"""What the tests of the formats share: a log among noise, diagnosed, and again on another night."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loop.alarmscan import guards, scan
from loop.multisearch import engine
from policies.failure import Failure
from policies.rootcause import Diagnosis, Hints, diagnose
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[2] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
BEFORE = ["+ ./run.sh", "Fetching the sources", "error budget: 8 failures left", ""]
AFTER = ["", "cleanup: removed the build folder", "##[error]Process completed with exit code 1."]

UNSAID = "unknown"
"""The format does not say the class: who reads the words may."""

Check = Callable[[str, str, str, str], Failure]


FAST = Signatures(SIGNATURES.entries, engine)


def both_ways(lines: list[str]) -> Failure:
    """Give why *lines* failed: what cannot find anything is left out, which must not change the answer."""
    hints = Hints(exit_code=1, now=NOW)
    guarded = Diagnosis(hints, FAST, scan=scan, guards=guards())
    guarded.feed("".join(f"{line}\n" for line in lines).encode())
    plain = diagnose(lines, hints, SIGNATURES)
    assert guarded.finish() == plain
    return plain


@pytest.fixture
def check() -> Check:
    """Give a check of one log: its class, words of its summary, its replay ("" for none)."""

    def checked(log: str, found: str, words: str, replay: str = "") -> Failure:
        lines = [*BEFORE, *log.strip("\n").split("\n"), *AFTER]
        failure = both_ways(lines)
        assert words in failure.summary, failure
        if found != UNSAID:
            assert failure.failure_class.value == found, failure
        assert failure.replay == ((replay,) if replay else ()), failure
        stamped = [f"2026-07-30T02:38:33.8740364Z {line}" for line in [*BEFORE, *lines]]
        other = both_ways(stamped)
        assert other.fingerprint == failure.fingerprint, (other, failure)
        assert other.line_numbers == tuple(n + len(BEFORE) for n in failure.line_numbers)
        return failure

    return checked
