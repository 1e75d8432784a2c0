"""The stretches of a log that passing tests printed: what they say of errors was expected.

Sources: go test, googletest, surefire (a test's start and its verdict), jest's and vitest's consoles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.go_turns import turns
from policies.rootcause.scan import holding, since
from policies.rootcause.stretches import apart

_TEST_STARTS = expression(
    r"^\[ RUN      \] (?P<gtest>\S+)"
    r"|^(?:\[INFO\] )?Running (?P<java>[a-z]\w*(?:\.\w+)+)$"
)
_TEST_PASSED = expression(
    r"^\[       OK \] (?P<gtest>[\w/.]+)"
    r"|^(?:\[(?:INFO|WARNING)\] )?Tests run: \d+, Failures: 0, Errors: 0,.* (?:-- "
    r"|- )?in (?P<java>[\w.]+)"
)
_TEST_WORDS = ("[ RUN ", "Running ", "[       OK ]", "Tests run: ")

_CONSOLES = (
    (expression(r"^ {2}● Console$"), expression(r"^\S|^ {2}● ")),
    (expression(r"^std(?:err|out) \| \S{1,300}\.[cm]?[jt]sx? > "), expression(r"^$")),
)
"""jest's and vitest's headings over what tests print, and what ends it."""


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
    return apart([*passed, *_go_tests(lines), *_consoles(lines)])


def _go_tests(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Give what each passed test said, in all its turns."""
    passed: list[tuple[int, int]] = []
    said: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for turn in turns(lines):
        if turn.speaker:
            own = said.setdefault(turn.speaker.partition("/")[0], {})
            stretch = (lines[turn.begins].number, lines[turn.ends].number)
            own.setdefault(turn.speaker, []).append(stretch)
        if turn.judged:
            passed += _judged(said, turn.judged, has_failed=turn.has_failed)
    return passed


def _judged(
    said: dict[str, dict[str, list[tuple[int, int]]]], name: str, *, has_failed: bool
) -> list[tuple[int, int]]:
    """Take from *said* what the test *name* said, and its parts if it passed; give what is no cause."""
    top = name.partition("/")[0]
    if has_failed:
        said.get(top, {}).pop(name, None)
        return []
    parts = [said.get(top, {}).pop(name, [])] if top != name else said.pop(name, {}).values()
    return [stretch for part in parts for stretch in part]


def _consoles(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Give the stretches in which jest and vitest show what the code under test printed."""
    stretches: list[tuple[int, int]] = []
    form, began = None, 0
    for line in since(lines, "  ● Console", "stdout | ", "stderr | "):
        if form is None:
            form = next((end for start, end in _CONSOLES if start.match(line.text)), None)
            began = line.number
        elif form.match(line.text):
            stretches.append((began, line.number))
            form = None
    return stretches


def _name(match: re.Match[str]) -> str:
    return next(name for name in match.groups() if name)
