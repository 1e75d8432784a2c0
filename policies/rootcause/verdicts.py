"""How further test runners state a failing test: a line with its verdict, and the reason in the lines below.

Sources: each runner's own reporter: meson test, KUnit, Julia's Test, Dart's test, Robot Framework,
LLVM's lit, MySQL's and MariaDB's mtr, cmocka, shunit2, TeamCity's messages.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

LOOK_AHEAD = 25


@dataclass(frozen=True, slots=True)
class Verdict:
    """One runner's form: the line that names the failing test, and what below it says why."""

    rule: str
    word: str
    """A literal of every such line."""
    head: re.Pattern[str]
    """Groups: name, and where the line itself says why: said."""
    why: re.Pattern[str] | None = None
    """Group said: the first line below that fits states the reason."""
    ends: re.Pattern[str] | None = None
    """Of the lines below, the first that is no more of this test."""
    replay: str = ""
    """A command that takes the test's name."""
    rank: int = 79


VERDICTS: tuple[Verdict, ...] = (
    Verdict(
        "meson test",
        "/",
        expression(
            r"^\s{0,4}\d+/\d+ (?P<name>\S.{0,200}?)\s+(?:FAIL|TIMEOUT|ERROR|UNEXPECTEDPASS)\s+[\d.]+s"
        ),
        expression(r"^(?P<said>(?!std(?:err|out):|[―>-]{2}|\d+/\d+ |[A-Z]\w+=|Summary|\s*$).+)"),
        expression(r"^\s{0,4}\d+/\d+ |^Summary of Failures"),
        "meson test {}",
        76,
    ),
    Verdict(
        "kunit",
        "FAILED at ",
        expression(r"^\s*# (?P<name>[\w-]{1,100}): (?:EXPECTATION|ASSERTION) FAILED at \S+:\d+"),
        expression(r"^\s*(?:# )?(?P<said>Expected .+)"),
    ),
    Verdict(
        "julia test",
        " at ",
        expression(r"^(?P<name>\S.{0,200}): (?:Test Failed|Error During Test) at \S+:\d+$"),
        expression(r"^\s+(?P<said>(?:Evaluated|Got exception|Message|Expected|Thrown): .+)"),
        expression(r"^\S.{0,200}: (?:Test Failed|Error During Test) at "),
    ),
    Verdict(
        "dart test",
        " [E]",
        expression(r"^\d\d:\d\d \+\d+(?: ~\d+)? -\d+: (?P<name>\S.{0,300}) \[E\]$"),
        expression(r"^\s{2,}(?P<said>\S.+)"),
    ),
    Verdict(
        "robot",
        "| FAIL |",
        expression(r"^(?P<name>\S.{0,200}?)\s+(?::: .{0,200})?\| FAIL \|$"),
        # what went wrong in a suite's setup or teardown, and several reasons, stand below their headings
        expression(
            r"^(?:\d{1,3}\) )?(?P<said>(?!\d+ tests?, |[-=]{9}|.*\| (?:PASS|FAIL|SKIP) \||.{1,300}:$).+)"
        ),
        expression(r"^[-=]{9}|^\d+ tests?, "),
        rank=77,
    ),
    Verdict(
        "mysql-test-run",
        " fail ]",
        expression(
            r"^(?P<name>[\w.-]{1,100})(?: '[^']{1,80}')?(?: w\d{1,3})? {1,40}\[ (?:\d{1,3} )?fail \]"
        ),
        expression(r"^(?P<said>mysqltest: .+|Test case timeout.+|[-+](?![-+]{2} ).+)"),
        expression(
            r"^[\w.-]{1,100}(?: '[^']{1,80}')?(?: w\d{1,3})? {1,40}\[ |^The servers were re|^Completed: "
        ),
        "./mtr {}",
        77,
    ),
    # its list at the end
    Verdict(
        "mysql-test-run",
        "Failing test(s): ",
        expression(r"^Failing test\(s\): (?P<name>\S.{0,500})"),
        rank=72,
    ),
    Verdict("cmocka", "[  ERROR   ] --- ", expression(r"^\[  ERROR   \] --- (?P<name>\S.{0,500})")),
    Verdict("shunit2", "ASSERT:", expression(r"^ASSERT:(?P<name>\S.{0,500})"), rank=74),
    Verdict(
        "lit",
        " :: ",
        expression(
            r"^(?:FAIL|TIMEOUT|XPASS|UNRESOLVED): (?P<name>\S.{0,100} :: \S{1,300}) \(\d+ of \d+\)"
        ),
        expression(r"^(?P<said>\S.{0,300}(?:error|Error|ERROR|Assertion|assert)\b.+)"),
        expression(r"^(?:PASS|FAIL|XFAIL|UNSUPPORTED): .{1,100} :: "),
        rank=76,
    ),
    Verdict(
        "teamcity",
        "##teamcity[test",
        expression(
            r"^\s*##teamcity\[testFailed .{0,300}?\bname='(?P<name>(?:[^'|]|\|.){1,300})'"
            r"(?:.{0,300}?\bmessage='(?P<said>(?:[^'|]|\|.){0,800})')?"
        ),
    ),
    Verdict(
        "teamcity",
        "##teamcity[test",
        expression(
            r"^\s*##teamcity\[testFailed message='(?P<said>(?:[^'|]|\|.){0,800})'"
            r".{0,2000}?\bname='(?P<name>(?:[^'|]|\|.){1,300})'"
        ),
    ),
)
"""Each runner's own form."""

_HANGS = expression(r"\bTIMEOUT\b|timed out", re.I)


def verdicts(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of the runners above, each with the reason where it stands below."""
    for form in VERDICTS:
        for at, line in holding(lines, form.word):
            if match := form.head.match(line.text):
                yield _failed(form, lines, at, match)


def _failed(form: Verdict, lines: Sequence[Line], at: int, match: re.Match[str]) -> Finding:
    name = match["name"].strip()
    own = match.groupdict().get("said")
    below = None if own else _why(form, lines[at + 1 : at + 1 + LOOK_AHEAD])
    said = own.replace("|n", " ").replace("|'", "'") if own else below[1] if below else ""
    hangs = _HANGS.search(match[0][:500])
    return Finding(
        lines=(stripped(lines[at]), *([below[0]] if below else [])),
        rank=form.rank,
        rule=form.rule,
        failure_class=C.TEST_TIMEOUT if hangs else C.TEST_FAILURE,
        summary=f"{name}: {said}" if said else "",
        identity=name,
        replay=(form.replay.format(shlex.quote(name.rpartition(":")[2])),) if form.replay else (),
    )


def _why(form: Verdict, below: Sequence[Line]) -> tuple[Line, str] | None:
    for line in below:
        if form.ends and form.ends.match(line.text):
            return None
        if form.why and (found := form.why.match(line.text)):
            return stripped(line), found["said"].strip()
    return None
