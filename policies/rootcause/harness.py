"""How Mozilla's harnesses (mozlog, mozcrash, mozharness) and buildbot state a cause, whatever suite ran.

Sources: mozlog's "tbpl" formatter (`TEST-UNEXPECTED-<status> | <test> | <message>`), mozcrash's log_crashes
(`PROCESS-CRASH | ...[@ symbol] | test`, the older form has the test first), and what each harness adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

LOOK_BACK = 60
"""Lines before a crash's report that may hold the assertion which made it."""

_LEVEL = r"^\s{0,8}(?:(?:WARNING|ERROR|CRITICAL|FATAL) - +)?(?:[\w.-]{1,40} (?:[A-Z][a-z]+: )?)?"
_UNEXPECTED = expression(
    rf"{_LEVEL}(?P<said>TEST-UNEXPECTED-(?P<status>[A-Z-]{{2,30}})(?: \|"
    rf"|:) (?P<rest>\S.{{0,1500}}))$"
)
_CRASH = expression(
    rf"{_LEVEL}(?P<said>PROCESS-CRASH \| (?P<rest>.{{0,900}}\[@ (?P<symbol>.{{1,300}}?)\].{{0,300}}))$"
)
_ASSERTS = expression(
    r"Assertion failure: \S|Hit MOZ_CRASH\(|###!!! ABORT: |thread '.{1,80}' panicked at "
    r"|MOZ_ASSERT"
)
_AUTOMATION = expression(
    rf"{_LEVEL}(?:Automation Error: |Remote Device Error: |INFRA-ERROR: |remoteFailed: )\S"
)
_FOLLOWS = expression(
    r"application terminated with exit code|xpcshell return code: |exited with code"
    r"|test completed"
    r"|process exit with code|no \w+ test results|did not see|expected PASS$"
    r"|finished in a non-clean"
)
"""It repeats that the test failed, or tells the process's end: the reason stands in another line."""
_HANGS = expression(
    r"application timed out after|test timed out|external timeout|application ran for longer"
    r"|timed out (?:loading|waiting|after)|Test exceeded|Timed out while",
    re.I,
)
_LINTED = expression(r"^\S{1,300}:\d{1,7}(?::\d{1,7})? \| .{1,600} \([\w@/-]{2,60}\)$")
"""mozlint's "treeherder" formatter: place, message, rule."""
_UNSTABLE = expression(r"0x[0-9a-f]+|\b\d+ bytes\b|(?<= )\d{4,}\b")


def mozlog(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each unexpected result and crash; a crash states the cause of the result beside it."""
    for at, line, match in matching(lines, "PROCESS-CRASH", _CRASH):
        yield _crash(lines, at, line, match)
    for _, line, match in matching(lines, "TEST-UNEXPECTED-", _UNEXPECTED):
        yield _unexpected(line, match)
    for word in ("Error: ", "INFRA-ERROR", "remoteFailed"):
        for _, line, _ in matching(lines, word, _AUTOMATION):
            yield Finding(lines=(stripped(line),), rank=78, rule="harness itself")


def _unexpected(line: Line, match: re.Match[str]) -> Finding:
    said, rest = match["said"], match["rest"]
    hangs = match["status"] == "TIMEOUT" or _HANGS.search(rest)
    found = C.TEST_TIMEOUT if hangs else C.TEST_FAILURE
    if match["status"] == "CRASH":
        found = C.SIGNAL_CRASH
    if _LINTED.search(rest):
        found = C.LINT
    return Finding(
        lines=(Line(line.number, line.text.strip()),),
        rank=66 if _FOLLOWS.search(rest) else 80,
        rule="harness test",
        failure_class=found,
        summary=said,
        identity=_UNSTABLE.sub("", rest),
    )


def _crash(lines: Sequence[Line], at: int, line: Line, match: re.Match[str]) -> Finding:
    before = lines[max(0, at - LOOK_BACK) : at]
    why = [stripped(one) for one in before if _ASSERTS.search(one.text)][:1]
    return Finding(
        lines=(stripped(line), *why),
        rank=86,
        rule="harness crash",
        failure_class=C.SIGNAL_CRASH,
        summary=match["said"],
        identity=f"{match['symbol']} {match['rest'].rpartition(' | ')[2]}"
        if " | " in match["rest"]
        else match["symbol"],
    )
