"""How C's unit-test frameworks whose verdict is one line with its place state a failing test.

Sources: Unity prints `file:line:test:FAIL: why`, Check `file:line:F:case:test:loop: why` (E for a crash,
whose place is the last that was passed), CppUTest `file:line: error: Failure in TEST(group, name)`, CppUnit
`file:line:Assertion` with the test's name below, or `n) test: name (F) line: n file`; the last two give the
values on the lines below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

_PLACE = r"^(?P<place>(?:[A-Za-z]:)?[^\s:]{1,300}:\d{1,7})"
_UNITY = expression(
    rf"{_PLACE}:(?P<name>[A-Za-z_]\w{{0,200}}):FAIL(?:: ?(?P<said>\S.{{0,1000}}))?$"
)
_CHECK = expression(
    rf"{_PLACE}:(?P<how>[FE]):(?P<case>[^:]{{1,120}}):(?P<name>[^:]{{1,120}}):\d{{1,7}}: ?"
    r"(?P<said>\S.{0,1000})$"
)
_CPPUTEST = expression(
    rf"{_PLACE}: error: Failure in (?:IGNORE_)?TEST\((?P<case>\w{{1,120}}), (?P<name>\w{{1,120}})\)$"
)
_CPPUNIT = expression(
    r"^(?:[^\s:]{1,300}:\d{1,7}: ?(?:Assertion|Error)$"
    r"|\d{1,6}\) test: (?P<name>\S.{0,200}) \([FE]\)(?: line: \d{1,7} \S.{0,300})?$)"
)
_CPPUNIT_NAME = expression(r"^Test name: (?P<name>\S.{0,200})$")
_HANGS = expression(r"Test timeout expired")
_CRASHES = expression(r"Received signal \d")


def c_units(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of Unity, Check, CppUTest and CppUnit, each with its reason."""
    for _, line, match in matching(lines, ":FAIL", _UNITY):
        yield _test(line, (), match["name"], C.TEST_FAILURE)
    for mark in (":F:", ":E:"):
        for _, line, match in matching(lines, mark, _CHECK):
            yield _test(line, (), f"{match['case']} {match['name']}", _class(match))
    for at, line, match in matching(lines, "Failure in ", _CPPUTEST):
        values = [stripped(one) for one in lines[at + 1 : at + 4] if one.text[:1].isspace()]
        yield _test(line, values[:2], f"{match['case']} {match['name']}", C.TEST_FAILURE)
    for mark in ("Assertion", "Error", ") test: "):
        for at, line, match in matching(lines, mark, _CPPUNIT):
            yield from _cppunit(line, lines[at + 1 : at + 6], match["name"])


def _cppunit(line: Line, below: Sequence[Line], name: str | None) -> Iterator[Finding]:
    """Yield a test of CppUnit with what it compared; nothing where no name stands beside the place."""
    said = [stripped(one) for one in takewhile(lambda one: one.text.strip(), below)]
    named = _CPPUNIT_NAME.match(said[0].text) if said and not name else None
    told = name or (named["name"] if named else "")
    if told:
        yield _test(line, (said[1:] if named else said)[:3], told, C.TEST_FAILURE)


def _class(match: re.Match[str]) -> C:
    """Check runs each test in a process of its own, and says how that ended."""
    if match["how"] == "F":
        return C.TEST_FAILURE
    if _HANGS.search(match["said"]):
        return C.TEST_TIMEOUT
    return C.SIGNAL_CRASH if _CRASHES.search(match["said"]) else C.TEST_FAILURE


def _test(line: Line, below: Sequence[Line], name: str, found: C) -> Finding:
    told = " ".join(one.text for one in below)
    return Finding(
        lines=(stripped(line), *below),
        rank=80,
        rule="native test",
        failure_class=found,
        summary=f"{line.text.strip()}: {told}" if told else "",
        identity=name,
    )
