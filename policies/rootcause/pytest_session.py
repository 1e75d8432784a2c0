"""How pytest states a failure of the whole session: conftest, usage, coverage, a crash, a time-out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

LOOK_AHEAD = 80

_CONFTEST = expression(r"^ImportError while loading conftest '(?P<path>[^']{1,400})'")
_TOLD = expression(r"^E {1,20}(?P<said>(?:[\w.]{0,200}\.)?\w{1,80}(?:: .{1,2000})?)$")
_USAGE = expression(
    r"^ERROR: (?:file or directory not found: |not found: \S{0,300}(?:::|\.py)|found no collectors for "
    r"|module or package not found)"
    r"|^(?:\S{1,200} -m )?\S{0,200}pytest\S{0,20}: error: |^(?:E?\w{0,80}\.)?UsageError: "
    r"|^ERROR: Wrong expression passed to"
    r"|^Error: no such option|^ERROR: .{1,200}: unknown marker"
)
_TALLY = expression(
    r"^(?:=+ )?(?=.{0,200}\b\d+ (?:failed|errors?)\b)[\d\w, ]{1,200} in [\d.]+s(?: \([\d:]+\))"
    r"?(?: =+)?$"
)
_STOPPED = expression(
    r"^!{3,} (?P<said>KeyboardInterrupt|(?:_pytest\.outcomes\.)?Exit: .{1,300}) !{3,}$"
)
_EMPTY = expression(r"^(?:=+ )?(?:no tests ran|\d+ deselected) in [\d.]+s")
_COVERAGE = expression(
    r"^(?:ERROR: )?(?:FAIL )?Required test coverage of [\d.]+% not reached"
    r"|^(?:ERROR: )?Coverage failure: |^Coverage failure: total of"
)
_ENDS = "=n0123456789"
_USAGE_WORDS = ("ERROR: ", ": error: ", "UsageError: ", "Error: no such option")
_FATAL = expression(r"^(?:Fatal Python error: |Windows fatal exception: )(?P<said>.{1,300})$")
_THREAD = expression(r"^(?:Current thread|Thread) 0x[0-9a-f]{1,20}")
_FRAME = expression(r'^\s{1,8}File "(?P<file>[^"]{1,400})", line \d{1,9},? in (?P<name>\S{1,200})')
_TIMER = expression(r"^\+{5,}\s?Timeout\s?\+{5,}$")
_INTERNAL = expression(r"^INTERNALERROR>\s(?P<said>[A-Za-z_][\w.]{0,200}(?:: .{0,2000})?)$")

_WORKERLESS = expression(r"^RuntimeError: Unexpectedly no active workers available")
"""pytest-xdist's last words when its workers have died: how each of them went down says more."""

_WORDS = (
    *("ImportError while loading", "Fatal Python error: ", "Windows fatal exception: ", "Timeout"),
    *("KeyboardInterrupt", "Exit: ", "INTERNALERROR>", " in ", "overage", *_USAGE_WORDS),
)
"""One of them stands in every line that one of these fits."""


def pytest_session(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what stopped or failed a pytest session outside its tests."""
    timed = False
    for at, line in holding(lines, *_WORDS):
        if match := _CONFTEST.match(line.text):
            yield _conftest(line, match["path"], lines[at + 1 : at + LOOK_AHEAD])
        elif match := _FATAL.match(line.text):
            yield _crash(line, match["said"], lines[at + 1 : at + LOOK_AHEAD])
        elif _TIMER.match(line.text) and not timed:
            timed = True
            yield _timed_out(line, lines[at + 1 : at + 5 * LOOK_AHEAD])
        else:
            yield from _one_line(line)


def _one_line(line: Line) -> Iterator[Finding]:
    text = line.text
    if text.startswith("!!!") and (match := _STOPPED.match(text)):
        told = match["said"].partition(": ")[2]
        found = None if told else FailureClass.TEST_TIMEOUT
        yield _finding(line, "pytest stopped", 78 if told else 62, found, told or "interrupted")
    elif text.startswith("INTERNALERROR>") and (match := _INTERNAL.match(text)):
        said = Line(line.number, match["said"])
        yield _finding(
            said, "pytest internal error", 66 if _WORKERLESS.match(said.text) else 79, None
        )
    elif " in " in text and text[:1] in _ENDS:
        yield from _ended(line)
    elif "overage" in text and _COVERAGE.match(text):
        yield _finding(line, "coverage limit", 75, FailureClass.LINT, "coverage limit")
    elif any(word in text for word in _USAGE_WORDS) and _USAGE.match(text):
        yield _finding(line, "pytest usage", 78, FailureClass.CONFIG_ERROR)


def _ended(line: Line) -> Iterator[Finding]:
    """The last line tells only how many failed; it counts where nothing else is said."""
    if _EMPTY.match(line.text):
        yield _finding(line, "no tests", 56, FailureClass.CONFIG_ERROR, "no tests ran")
    elif _TALLY.match(line.text):
        yield _finding(line, "pytest tally", 57, FailureClass.TEST_FAILURE)


def _conftest(line: Line, path: str, after: Sequence[Line]) -> Finding:
    told = [Line(n, m["said"]) for n, text in after if (m := _TOLD.match(text))]
    said = told[0] if told else line
    return Finding(
        lines=(said, line) if told else (line,),
        rank=79,
        rule="pytest conftest",
        failure_class=None if told else FailureClass.CONFIG_ERROR,
        summary=f"{path}: {said.text}" if told else line.text,
        identity=f"conftest.py {said.text}",
    )


def _crash(line: Line, said: str, after: Sequence[Line]) -> Finding:
    own = next((at for at, item in enumerate(after) if item.text.startswith("Current thread")), 0)
    frame = _first_frame(after[own:])
    where = f" in {frame[1]['name']}" if frame else ""
    return Finding(
        lines=(line, frame[0]) if frame else (line,),
        rank=83,
        rule="python crash",
        failure_class=FailureClass.SIGNAL_CRASH,
        summary=f"{line.text}{where}",
        identity=f"{said}{where}",
    )


def _timed_out(line: Line, after: Sequence[Line]) -> Finding:
    """pytest-timeout's thread method prints every thread's stack between two banners, then exits."""
    frames = [(item, found) for item in after if (found := _FRAME.match(item.text))]
    tests = [pair for pair in frames if pair[1]["name"].startswith("test")]
    frame = tests[-1] if tests else None
    where = f" in {frame[1]['name']} ({frame[1]['file']})" if frame else ""
    return Finding(
        lines=(line, frame[0]) if frame else (line,),
        rank=82,
        rule="pytest timeout",
        failure_class=FailureClass.TEST_TIMEOUT,
        summary=f"Timeout{where}",
        identity=f"Timeout{where}",
    )


def _first_frame(after: Sequence[Line]) -> tuple[Line, re.Match[str]] | None:
    found = ((line, match) for line in after if (match := _FRAME.match(line.text)))
    return next(found, None)


def _finding(
    line: Line, rule: str, rank: int, found: FailureClass | None, identity: str = ""
) -> Finding:
    return Finding(
        lines=(line,), rank=rank, rule=rule, failure_class=found, identity=identity or line.text
    )
