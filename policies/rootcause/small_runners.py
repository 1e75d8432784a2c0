"""Test runners of smaller languages: Erlang's EUnit and Common Test, plunit, SRFI 64, Nim's unittest.

Sources: EUnit's verbose text report (`<place>...*failed*`, frames, then `**<class>:<reason>` on one or more
lines), plunit (`ERROR: <file>:<line>:`, then `test <name>: <what was amiss>`), unittest of Nim's standard
library (`<file>(<line>, <column>): Check failed: <expression>`, its values, then `[FAILED] <name>`),
rebar3's lines of Common Test (`%%% <suite> ==> <case>: FAILED`, then the reason so marked), Guile's runner
(`<file>:<line>: FAIL <name>`, `# of unexpected failures`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.rootcause.cases import failed_test
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, paragraph, stripped

RANK = 81
NEAR = 60
"""Frames between a failing EUnit test and its reason, or checks between Nim's first and the test's name."""

_EUNIT = expression(
    r"^\s{0,40}(?:[\w.]{1,100}:\d{1,7}: ?)?(?P<name>\w[\w.]{0,100}: ?[\w' -]{1,200})"
    r" ?(?:\([^)]{0,200}\) ?)?\.\.\.(?:\[\d[\d.]* s\] )?\*failed\*$"
)
_RAISED = expression(r"^\s{0,40}\*\*(?P<said>(?:error|exit|throw):\S.{0,500})$")
_TERM_LINES = 8
"""Of a reason, which Erlang prints as a term over several lines."""
_PLUNIT = expression(
    r"^\s{0,12}test (?P<name>\S[^:]{0,200}(?::[\w ]{1,80})?): (?P<said>\S.{0,300})$"
)
_PLUNIT_PLACE = expression(r"^ERROR: \S{1,300}:\d{1,7}:(?:\d{1,7}:)?$")
_PLUNIT_VALUE = expression(r"^ERROR: {1,8}(?P<said>(?:Expected|Got): {1,8}\S.{0,300})$")
_SUITE = expression(r"^%%% (?P<suite>\w{1,100}) ==> (?P<case>[\w.]{1,200}): FAILED$")
_SUITE_SAID = expression(r"^%%% \w{1,100} ==> (?P<said>\S.{0,500})$")
_SRFI = expression(r"^\S{1,300}:\d{1,7}: (?P<said>(?:FAIL|XPASS)(?: (?P<name>\S.{0,200}))?)$")
_SRFI_COUNTS = "# of unexpected "
_NIM = expression(
    r"^\s{2,8}(?:\S{1,300}\(\d{1,7}, ?\d{1,5}\): )?"
    r"(?P<said>(?:Check failed|Unhandled exception|Expect Failed): \S.{0,500})$"
)
_NIM_TEST = expression(r"^\s{0,8}\[FAILED\] (?P<name>\S.{0,300})$")


def small_runners(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing test with what was amiss."""
    for at, line, match in matching(lines, "*failed*", _EUNIT):
        said = _raised(lines[at + 1 : at + NEAR])
        yield _failed("eunit", f"{match['name'].replace(': ', ':')}/0", said, line)
    for at, line, match in matching(lines, "test ", _PLUNIT):
        if at and _PLUNIT_PLACE.match(lines[at - 1].text):
            told = _values(lines[at + 1 : at + 3])
            yield _failed("plunit", match["name"], [Line(line.number, match["said"]), *told], line)
    for at, line, match in matching(lines, ": FAILED", _SUITE):
        told = [x for x in lines[at + 1 : at + 3] if _SUITE_SAID.match(x.text)][:1]
        said = [Line(x.number, x.text.partition(" ==> ")[2]) for x in told]
        yield _failed("common test", f"{match['suite']}:{match['case']}", said, line)
    if any(holding(lines, _SRFI_COUNTS)):
        for _, line, match in matching(lines, ": ", _SRFI):
            yield _failed("srfi-64", match["name"] or "", [Line(line.number, match["said"])], line)
    for at, line, match in matching(lines, "[FAILED] ", _NIM_TEST):
        if checks := _checks(lines[max(0, at - NEAR) : at]):
            yield _failed("nim unittest", match["name"], checks, line)


def _failed(rule: str, name: str, said: Sequence[Line], line: Line) -> Finding:
    why = " ".join(one.text for one in said)
    own = () if any(one.number == line.number for one in said) else (stripped(line),)
    return failed_test(rule, name, (*said, *own), why=why, rank=RANK)


def _raised(below: Sequence[Line]) -> list[Line]:
    """Give the reason's lines, the first without its stars; none where another test comes before."""
    own = list(takewhile(lambda line: not line.text.endswith(("...ok", "*failed*")), below))
    at = next((at for at, line in enumerate(own) if _RAISED.match(line.text)), None)
    if at is None:
        return []
    told = [stripped(line) for line in paragraph(own, at, _TERM_LINES)]
    return [*takewhile(lambda line: not line.text.startswith("output:"), told)]


def _values(below: Sequence[Line]) -> list[Line]:
    return [Line(one.number, m["said"]) for one in below if (m := _PLUNIT_VALUE.match(one.text))]


def _checks(above: Sequence[Line]) -> list[Line]:
    """Give the first check that failed since the test before, with the line of its values."""
    since = next(
        (n for n in range(len(above), 0, -1) if above[n - 1].text.lstrip().startswith("[")), 0
    )
    for at, line in enumerate(above[since:], since):
        if match := _NIM.match(line.text):
            values = [stripped(one) for one in above[at + 1 : at + 2] if " was " in one.text]
            return [Line(line.number, match["said"]), *values]
    return []
