"""How C and C++ test frameworks and runners state a failing test: gtest, Catch2, doctest, ctest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

LOOK_BACK, LOOK_AHEAD = 40, 12
"""Lines read before a gtest's verdict, and after an assertion's place."""

_GTEST = expression(r"^\[  FAILED  \] (?P<name>[\w/.<>]{1,200}?)(?:, where .{0,900}| \(\d+ ms\))+$")
_GTEST_NAMED = expression(r"^\[  FAILED  \] (?P<name>[\w/]{1,200}\.[\w/]{1,200})$")
_GTEST_PLACE = expression(r"^\S.{0,300}(?::\d+: Failure|\(\d+\): error: .*)$")
_GTEST_RUN = expression(r"^\[ RUN      \] ")
_CATCH = expression(
    r"^(?P<place>\S.{0,300}(?::\d+|\(\d+\)): )"
    r"(?:FAILED:$|(?:FATAL )?ERROR: (?:CHECK|REQUIRE|FAIL|test case))"
)
_CATCH_SAID = expression(
    r"^\s+(?:REQUIRE|CHECK|WARN|FAIL|SUBCASE)\w*\(.*|^\s+values: .*|^\s+\S.* == .*"
)
_BOOST = expression(
    r"^\S.{0,300}(?:\(\d+\)|:\d+): (?:fatal )?error: in \"(?P<name>[^\"]{1,200})\": .+"
)
_CTEST = expression(
    r"^(?:\t\s*|\s{2,12}(?=.{0,300} \((?:Failed|Timeout|SEGFAULT|Not Run|\w{1,20} aborted)\)))"
    r"\d+ - (?P<name>\S.{0,200}?) \((?P<why>[\w ]{1,40})\)(?:\s+\w.*)?$"
)
_CTEST_NOW = expression(
    r"^\s*\d+/\d+ Test\s+#\d+: (?P<name>\S+) \.*\s*\*\*\*"
    r"(?P<why>[A-Za-z][\w: ]{1,40}?)(?:\s+[\d.]+ sec|"
    r"  (?:Required regular expression not found|Error regular expression found in output)\b)"
)
_XCTEST = expression(r"^\S.{0,300}:\d+: error: (?P<name>-\[\S+ \w+\]|[\w.]+) : (?P<said>.+)")
_QT = expression(r"^FAIL!  : (?P<name>[\w:]{1,200})\([^)]{0,200}\) (?P<said>.+)")
_PERL = expression(r"^#\s+Failed test (?:(?P<name>'.{1,200}')|at (?P<place>\S+ line \d+))")
_USE_OK = expression(r"^#\s{1,12}Error:\s{1,4}(?P<said>\S.{0,1000})$")
"""Why `use_ok` or `require_ok` could not load its module."""
_HARNESS = expression(
    r"^(?:\.{0,2}/)*(?P<file>\S{1,300}\.t)\s{1,40}\(Wstat: .{1,80} Failed: [1-9]\d{0,6}\)$"
)
_WHICH = expression(r"^\s{1,8}Failed tests?:\s{1,4}(?P<which>\d[\d, -]{0,200})$")
_DIED = expression(
    r"^(?P<said>[^\s#].{0,800}?) at \S{1,300}\.(?:p[lm]|PL|t|cgi|psgi) line \d{1,7}\.$"
)
_WARNED = expression(
    r"^(?:Use of |Useless use|Subroutine \S+ redefined|Wide character|Argument \")|masks earlier|"
    r"isn't numeric|used only once|is deprecated|Odd number of|Deep recursion|[Pp]ossible "
)
"""What perl itself warns of ends nothing (perldiag)."""
PERL_DIED = 33
"""Rank of `die`, which `warn` looks like: behind all words of failure."""
_HANGS, _CRASHES = (
    ("timeout",),
    ("seg", "abort", "exception", "illegal", "bus", "numerical", "other"),
)


def gtests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield GoogleTest's failing tests, each with the first assertion's place and words."""
    for at, line, match in matching(lines, "[  FAILED  ]", _GTEST):
        place = _gtest_place(lines, at)
        said = _first_words(lines, place + 1) if place is not None else None
        shown = [stripped(lines[place])] if place is not None else []
        why = f": {said.text}" if said else ""
        yield _test(
            (*shown, *([said] if said else []), stripped(line)),
            f"{match['name']}{why}",
            match["name"],
            76 if shown else 71,
        )
    for _, line, match in matching(lines, "[  FAILED  ]", _GTEST_NAMED):
        yield _test((stripped(line),), "", match["name"], 70)


def assertions(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing assertions of Catch2, doctest, Boost.Test, QtTest, XCTest, Test::More."""
    for at, line, match in matching(lines, "ERROR: ", _CATCH):
        yield _catch(lines, at, line, match)
    for at, line, match in matching(lines, "FAILED:", _CATCH):
        yield _catch(lines, at, line, match)
    for word, pattern in (("error: in ", _BOOST), (": error: ", _XCTEST), ("FAIL!  :", _QT)):
        for _, line, match in matching(lines, word, pattern):
            yield _test((stripped(line),), "", match["name"], 76)


def perl_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what Perl's Test::More says of a failing test, with what it got, and where a script died."""
    for at, line, match in matching(lines, "Failed test", _PERL):
        got = [stripped(one) for one in lines[at + 1 : at + 4] if "got: " in one.text][:1]
        name = match["name"] or match["place"]
        test = _test((stripped(line), *got), "", name, 75)
        yield _of_load(test, name, lines[at + 1 : at + 5])
    for at, line, match in matching(lines, "(Wstat: ", _HARNESS):
        which = next(
            (m["which"] for one in lines[at + 1 : at + 3] if (m := _WHICH.match(one.text))), ""
        )
        if which:
            name = f"{match['file']} test{which.replace(' ', '')}"
            yield _test((stripped(line), stripped(lines[at + 1])), "", name, 74)
    for _, line, match in matching(lines, " line ", _DIED):
        if not _WARNED.search(match["said"]):
            yield Finding(
                lines=(stripped(line),),
                rank=PERL_DIED,
                rule="perl died",
                first_wins=False,
                identity=match["said"],
            )


def _of_load(test: Finding, name: str, below: Sequence[Line]) -> Finding:
    """Give *test*, led by why its module did not load: by that it is known, since every test may load it."""
    for one in below:
        if match := _USE_OK.match(one.text):
            said, why = Line(one.number, match["said"]), f"{name}: {match['said']}"
            led = replace(
                test, lines=(said, *test.lines), summary=why, identity=f"load {match['said']}"
            )
            return replace(led, rule="use_ok")
    return test


def ctest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what ctest counts as failed: last, after the tests' own words."""
    for word, pattern, rank in (("***", _CTEST_NOW, 70), (" (", _CTEST, 69)):
        for _, line, match in matching(lines, word, pattern):
            why = match["why"].lower()
            if why.startswith(("not run", "disabled", "skipped")):
                continue
            found, more = C.TEST_FAILURE, 0
            if why.startswith(_HANGS):
                found, more = C.TEST_TIMEOUT, 6
            elif why.startswith(_CRASHES):
                found, more = C.SIGNAL_CRASH, 6
            yield Finding(
                lines=(stripped(line),),
                rank=rank + more,
                rule="ctest",
                failure_class=found,
                identity=f"{match['name']} {why}",
                replay=(f"ctest -R {shlex.quote('^' + match['name'] + '$')}",),
            )


def _gtest_place(lines: Sequence[Line], at: int) -> int | None:
    found = None
    for before in range(at - 1, max(-1, at - LOOK_BACK), -1):
        if _GTEST_RUN.match(lines[before].text):
            break
        if _GTEST_PLACE.match(lines[before].text):
            found = before
    return found


def _first_words(lines: Sequence[Line], at: int) -> Line | None:
    return next((stripped(line) for line in lines[at : at + 3] if line.text.strip()), None)


def _catch(lines: Sequence[Line], at: int, line: Line, match: re.Match[str]) -> Finding:
    after = lines[at + 1 : at + LOOK_AHEAD]
    said = [stripped(one) for one in after if _CATCH_SAID.match(one.text)][:2]
    told = f": {said[0].text}" if said else ""
    return _test((stripped(line), *said), f"{stripped(line).text}{told}", match["place"] + told, 76)


def _test(lines: tuple[Line, ...], summary: str, identity: str, rank: int) -> Finding:
    return Finding(
        lines=lines,
        rank=rank,
        rule="native test",
        failure_class=C.TEST_FAILURE,
        summary=summary,
        identity=identity,
    )
