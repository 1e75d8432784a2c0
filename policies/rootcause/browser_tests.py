"""How the browser engines' own runners state a failing test: layout tests, and the gtest launcher.

Sources: WebKit's run-webkit-tests and Blink's run_web_tests (`[n/m] test failed unexpectedly (kind)`; what
failed is run again, and only what fails again counts), Chromium's launcher (`[n/m] Suite.Test (CRASHED)`)
and its logging (`[pid:tid:time:FATAL:file(line)] Check failed: ...`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

LOOK_BACK = 60
"""Lines before a crashed test that may hold the check that failed."""

_LAYOUT = expression(
    r"^\[\d+/\d+\] (?P<name>\S{1,300}) (?P<how>failed|crashed|timed out|passed)(?: unexpectedly)?"
    r"(?: \((?P<kind>[^()]{1,200})\))?(?: .{0,60})?$"
)
_LAUNCHED = expression(
    r"^\[\d+/\d+\] (?P<name>[\w/]{1,120}\.[\w/]{1,120}) \((?P<how>CRASHED|TIMED OUT|FAILED)[^()]{0,40}\)$"
)
_FATAL = expression(r"^\[(?:\d+:)?[\d:/.]{1,60}:FATAL:\S{1,200}\] (?P<said>\S.{0,800})")
_HANGS = ("timed out", "TIMED OUT")
_DIES = ("crashed", "CRASHED")


def browser_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the tests that failed to the end, and the checks on which a browser died."""
    yield from _layout(lines)
    fatal = [(at, line, match) for at, line, match in matching(lines, ":FATAL:", _FATAL)]
    for _, line, match in fatal:
        yield Finding(
            lines=(stripped(line),),
            rank=82,
            rule="browser check",
            failure_class=C.SIGNAL_CRASH,
            identity=match["said"],
        )
    for at, line, match in matching(lines, "] ", _LAUNCHED):
        is_told = any(0 < at - told <= LOOK_BACK for told, _, _ in fatal)
        yield _failed(line, match["name"], match["how"], 74 if is_told else 78)


def _layout(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the layout tests whose last try did not pass, each where it failed first."""
    failed: dict[str, tuple[Line, str]] = {}
    for _, line, match in matching(lines, "] ", _LAYOUT):
        if match["how"] == "passed":
            failed.pop(match["name"], None)
        elif "unexpectedly" in line.text:
            how = f"{match['how']} {match['kind'] or ''}".strip()
            failed.setdefault(match["name"], (line, how))
    for name, (line, how) in failed.items():
        yield _failed(line, name, how, 77)


def _failed(line: Line, name: str, how: str, rank: int) -> Finding:
    found = C.SIGNAL_CRASH if any(word in how for word in _DIES) else C.TEST_FAILURE
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule="browser test",
        failure_class=C.TEST_TIMEOUT if any(word in how for word in _HANGS) else found,
        identity=f"{name} {how}",
    )
