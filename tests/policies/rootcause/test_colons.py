"""A cause whose line ends with a colon is told with the line below, where that goes on with it."""

import pytest

from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES

HEAD = "Error loading settings.toml:"


def cause(*lines):
    return diagnose(lines, Hints(exit_code=1, now=NOW), SIGNATURES)


@pytest.mark.parametrize("between", [(), ("",)])
def test_the_reason_stands_below(between):
    found = cause(HEAD, *between, "settings.toml:8:3: unclosed table, expected `]`")
    assert found.summary == f"{HEAD} settings.toml:8:3: unclosed table, expected `]`"
    assert found.line_numbers == (1, 2 + len(between))
    other = cause(HEAD, "settings.toml:8:3: missing value")
    assert other.fingerprint != found.fingerprint
    again = cause(HEAD, "settings.toml:9:1: unclosed table, expected `]`")
    assert again.failure_class == found.failure_class


@pytest.mark.parametrize(
    "below",
    [
        "--- Input ---",
        "12 | key = 1",
        "2026-01-02T03:04:05Z INFO ends",
        "exit status 1",
        "Caused by:",
    ],
)
def test_what_does_not_go_on_with_it_is_no_reason(below):
    assert cause(HEAD, below).summary in (HEAD, below.strip())
