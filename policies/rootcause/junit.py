"""How the JVM's test runners that stand alone state a failing test; and surefire, naming a method only.

Sources: JUnit's text runner and its platform's console launcher, TestNG's console, Ant's junit task (plain
and brief formatters), clojure.test, ScalaCheck, surefire with JUnit 5.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

BELOW = 4
"""Lines below a test's name that may say why."""

_TOOL = expression(r"^\s*\[(?:junit|java|testng|error|info|ERROR)\] ?")
_SUITE = expression(r"^(?:Testsuite: |Running )(?P<class>[\w.$]{1,300})$")
_CASE = expression(
    r"^Testcase: (?P<test>[\w$\[\]. -]{1,200}?)(?:\((?P<class>[\w.$]{1,300})\))?"
    r"(?: took [\d.,]{1,12} sec|:\s*(?:FAILED|Caused an ERROR))\s*$"
)
_JUDGED = expression(
    r"^Test (?P<class>(?:[\w$]{1,100}\.){0,12}[A-Z][\w$]{0,100}) FAILED(?: \((?:crashed|timeout)\))?$"
)
_VERDICT = expression(r"^\s*(?:FAILED|Caused an ERROR)\s*$")
_NUMBERED = expression(
    r"^\d{1,5}\) (?P<test>[\w$\[\]. -]{1,200})\((?P<class>[\w.$]{1,300})\)(?P<said>[a-z]\S{0,300}.{0,500})?$"
)
_COUNTED = expression(r"^There (?:was|were) \d+ (?:failure|error)s?:$")
_ARROW = expression(r"^\s{2,12}=> (?P<said>\S.{0,1000})$")
_SOURCE = expression(
    r"MethodSource \[className = '(?P<class>[\w.$]{1,300})', methodName = '(?P<test>[\w$]{1,200})'"
)
_TESTNG = expression(
    r"^FAILED(?: CONFIGURATION)?: (?:@\w+ )?(?P<test>[\w.$]{1,300})(?:\(.{0,300}\))?$"
)
_THROWN = expression(r"^(?:[a-z]\w*\.){1,12}[A-Z][\w$]*(?:: .*)?$")
_CLOJURE = expression(
    r"^(?:FAIL|ERROR) in \((?P<test>[\w.*+!?<>=/-]{1,200})\) \([\w.-]{1,200}:\d+\)$"
)
_CLOJURE_SAID = expression(r"^\s*(?:expected|actual): \S")
_SCALACHECK = expression(
    r"^! (?P<test>\S.{0,200}): (?:Falsified after|Exception raised|Gave up after)\b.{0,200}$"
)
_HEADER = expression(r"<<< (?:FAILURE|ERROR)! --? in (?P<class>[\w.$]{1,300})$")
_METHOD = expression(
    r"^(?:\[ERROR\] )?(?:(?P<class>(?:[\w$]{1,100}\.){1,12}[A-Z][\w$]{0,100})\.)?"
    r"(?P<test>[\w$](?:(?! -- )[\w$\[\]{}, -]){0,200}?)\s{1,4}(?<!-- )Time elapsed: "
    r".{1,20} <<< (?:FAILURE|ERROR)!$"
)


def junit_runs(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests, each with what was thrown."""
    told = list(_ant(lines))
    yield from told
    yield from _judged(lines, {one.identity.partition(".")[0] for one in told})
    yield from _text(lines)
    yield from _launcher(lines)
    for at, line, match in matching(lines, "FAILED", _TESTNG):
        below = _why(lines[at + 1 : at + 1 + BELOW], _THROWN)
        if below:
            yield _test("testng", stripped(line), match["test"], "", below)
    for at, line, match in matching(lines, " in (", _CLOJURE):
        below = _why(lines[at + 1 : at + 12], _CLOJURE_SAID)
        yield _test("clojure test", stripped(line), match["test"], "", below)
    for _, line in holding(lines, "! "):
        if broken := _SCALACHECK.match(_TOOL.sub("", line.text)):
            yield _test("scalacheck", stripped(line), broken["test"], "", None)
    yield from _surefire_methods(lines)


def _ant(lines: Sequence[Line]) -> Iterator[Finding]:
    suite = ""
    for at, line in holding(lines, "Testsuite: ", "Running ", "Testcase: "):
        text = _TOOL.sub("", line.text)
        if named := _SUITE.match(text):
            suite = named["class"]
        elif match := _CASE.match(text):
            below = [Line(n, _TOOL.sub("", said)) for n, said in lines[at + 1 : at + 1 + BELOW]]
            told = text.rstrip().endswith(("FAILED", "ERROR"))
            if not told and not (below and _VERDICT.match(below[0].text)):
                continue
            why = next((one for one in below[0 if told else 1 :] if one.text.strip()), None)
            name = match["class"] or suite
            yield _test("ant junit", Line(line.number, text), match["test"], name, why)


def _judged(lines: Sequence[Line], told: set[str]) -> Iterator[Finding]:
    """Ant's task names the class alone where no formatter prints: those not *told* of already."""
    for _, line in holding(lines, " FAILED"):
        text = _TOOL.sub("", line.text).rstrip()
        match = _JUDGED.match(text)
        name = match["class"].rpartition(".")[2] if match else ""
        if name and name not in told:
            yield Finding(
                lines=(Line(line.number, text),),
                rank=64,
                rule="ant junit",
                failure_class=C.TEST_FAILURE,
                identity=name,
            )


def _text(lines: Sequence[Line]) -> Iterator[Finding]:
    counted = False
    for at, line in holding(lines, "There w", ") "):
        counted = counted or _COUNTED.match(line.text) is not None
        match = _NUMBERED.match(line.text) if counted else None
        if match:
            below = None if match["said"] else _why(lines[at + 1 : at + 2], _THROWN)
            yield _test(
                "junit text",
                stripped(line),
                match["test"],
                match["class"],
                below,
                match["said"] or "",
            )


def _launcher(lines: Sequence[Line]) -> Iterator[Finding]:
    for at, line in holding(lines, "MethodSource ["):
        match = _SOURCE.search(line.text)
        below = _why(lines[at + 1 : at + 3], _ARROW)
        if match and below:
            said = Line(below.number, below.text.removeprefix("=> "))
            yield _test("junit launcher", said, match["test"], match["class"], None, said.text)


def _surefire_methods(lines: Sequence[Line]) -> Iterator[Finding]:
    """A header of the class comes first, then each failing method without it."""
    suite = ""
    for at, line in holding(lines, "<<< FAILURE!", "<<< ERROR!"):
        if header := _HEADER.search(line.text):
            suite = header["class"]
        elif match := _METHOD.match(line.text):
            why = _why(lines[at + 1 : at + 3], _THROWN)
            name = match["class"] or suite
            yield _test("surefire", stripped(line), match["test"], name, why, maven=True)


def _why(below: Sequence[Line], form: re.Pattern[str]) -> Line | None:
    return next((stripped(one) for one in below if form.match(_TOOL.sub("", one.text))), None)


def _test(
    rule: str,
    head: Line,
    test: str,
    where: str,
    why: Line | None,
    said: str = "",
    *,
    maven: bool = False,
) -> Finding:
    simple = where.rpartition(".")[2]
    name = f"{simple}.{test.strip()}" if simple else test.strip()
    said = said or (_TOOL.sub("", why.text).strip() if why else "")
    unit = re.match(r"\w+", test.strip())
    wanted = f"{simple}#{unit[0]}" if unit and simple else simple
    return Finding(
        lines=(head, *([stripped(why)] if why else [])),
        rank=76,
        rule=rule,
        failure_class=C.TEST_FAILURE,
        summary=f"{name}: {said}" if said else "",
        identity=name,
        replay=(f"mvn test -Dtest={shlex.quote(wanted)}",) if maven and wanted else (),
    )
