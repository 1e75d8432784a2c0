"""How Rust's and Go's test runners state a cause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line

LOOK_AHEAD = 40

_GO_FAIL = re.compile(r"^\s*--- FAIL: (?P<name>\S+)")
_GO_SAID = re.compile(r"^\s+[\w./-]+_test\.go:\d+: ")
_GO_PANIC = re.compile(r"^panic: ")
_RUST_PANIC = re.compile(r"^thread '(?P<name>[^']{1,200})' (?:\(\d+\) )?panicked at ")
_RUST_ERROR = re.compile(
    r"^error(?:\[E\d{4}\])?: (?!could not compile|aborting due|test failed|process didn't)"
)
_RUST_PLACE = re.compile(r"^\s*--> ")


def go_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield failing Go tests with the first line they said, and panics."""
    for at, line in enumerate(lines):
        match = _GO_FAIL.match(line.text)
        if match:
            around = [*lines[at + 1 : at + LOOK_AHEAD], *reversed(lines[max(0, at - 10) : at])]
            said = _first_said(around)
            parent = not said or "/" in (_next_name(lines[at + 1 : at + LOOK_AHEAD]) or "")
            yield _test(line, match["name"], said, 70 if parent else 75)
        elif _GO_PANIC.match(line.text):
            yield Finding(lines=(line,), rank=73, rule="go panic")


def rust(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield rustc errors with a place, and panicking tests."""
    for at, line in enumerate(lines):
        panic = _RUST_PANIC.match(line.text)
        if panic:
            said = next((after for after in lines[at + 1 : at + 3] if after.text.strip()), line)
            yield _test(line, panic["name"], [said] if said is not line else [], 73)
        elif _RUST_ERROR.match(line.text) and _has_place(lines[at + 1 : at + 4]):
            is_lint = any("clippy::" in after.text for after in lines[at : at + 20])
            found = FailureClass.LINT if is_lint else FailureClass.COMPILE_ERROR
            yield Finding(lines=(line,), rank=78, rule="rustc", failure_class=found)


def _has_place(after: Sequence[Line]) -> bool:
    return any(_RUST_PLACE.match(line.text) for line in after)


def _first_said(around: Sequence[Line]) -> list[Line]:
    said = [Line(n, text.strip()) for n, text in around if _GO_SAID.match(text)]
    return said[:1]


def _next_name(after: Sequence[Line]) -> str | None:
    return next((match["name"] for line in after if (match := _GO_FAIL.match(line.text))), None)


def _test(line: Line, name: str, said: Sequence[Line], rank: int) -> Finding:
    why = f": {said[0].text}" if said else ""
    return Finding(
        lines=(Line(line.number, line.text.strip()), *said),
        rank=rank,
        rule="test",
        failure_class=FailureClass.TEST_FAILURE,
        summary=f"{name}{why}",
        identity=name,
    )
