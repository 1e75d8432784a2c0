"""What tests that passed printed: it is no cause, however it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.rootcause.finding import Line
from policies.rootcause.scan import holding

_TEST_STARTS = re.compile(
    r"^\s*=== RUN\s+(?P<go>\S+)|^\[ RUN      \] (?P<gtest>\S+)"
    r"|^(?:\[INFO\] )?Running (?P<java>[a-z]\w*(?:\.\w+)+)$"
)
_TEST_PASSED = re.compile(
    r"^\s*--- (?:PASS|SKIP): (?P<go>\S+)|^\[       OK \] (?P<gtest>[\w/.]+)"
    r"|^(?:\[(?:INFO|WARNING)\] )?Tests run: \d+, Failures: 0, Errors: 0,.* (?:-- "
    r"|- )?in (?P<java>[\w.]+)"
)

_TEST_WORDS = (
    "=== RUN",
    "[ RUN ",
    "Running ",
    "--- PASS",
    "--- SKIP",
    "[       OK ]",
    "Tests run: ",
)


def passed_tests(lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """Give the stretches between a test's start and its verdict that it passed; both name the test."""
    passed: list[tuple[int, int]] = []
    started: dict[str, int] = {}
    for _, line in holding(lines, *_TEST_WORDS):
        text = line.text
        if (match := _TEST_STARTS.match(text)) is not None:
            started[_name(match)] = line.number
        elif (match := _TEST_PASSED.match(text)) is not None:
            began = started.pop(_name(match), None)
            while began is not None and passed and passed[-1][0] > began:
                passed.pop()  # a test inside this one
            if began is not None:
                passed.append((began, line.number))
    return tuple(sorted(passed))


def _name(match: re.Match[str]) -> str:
    return next(name for name in match.groups() if name)
