"""How the JVM's compilers and the JVM itself state a cause: javac, kotlinc, scalac, exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.jvm_stacks import FRAME, THROWN, TOOL, stack
from policies.rootcause.scan import holding, matching, stripped

_GLUED = expression(r"^:[\w:-]{1,150}(?=/)")
"""A task's name: Gradle before 5 does not end its line, and the compiler writes on."""
_JAVAC = expression(
    r"^(?:[A-Za-z]:)?[^\s:\[(][^:\[]{0,300}\.(?:java|groovy|scala|sc|aj|kts?|sbt)"
    r"(?::\[\d+(?:,\d+)?\]|:\d+(?::\d+)?:)(?: error:| fatal error:)?[ \t](?!warning|note"
    r"|info)(?P<said>\S.*)"
)
_JAVAC_DIED = (
    "An exception has occurred in the compiler (",
    "Consult the following stack trace for details.",
)
"""The second stands below what befell an annotation processor, a plugin, or javac's own memory."""
_STYLE = expression(
    r"^[A-Z]\w{2,60}:\t| \((?:[a-z][\w-]{1,40}|standard:[\w-]+)\)(?: \w+)?$| \[(?:[A-Z]\w{3,60}"
    r"|[\w-]{3,40}:[\w-]{3,60})\]$|^\((?:[a-z]+)\) [A-Z]\w+: |^\[\w+\] "
)
_KOTLIN = expression(
    r"^e: (?:file://)?(?P<file>\S{1,400}\.kts?)(?::\d+:\d+|: \(\d+, ?\d+\):) (?P<said>.+)"
)
_KOTLIN_OWN = expression(
    r"^e: (?:warnings found and -Werror|\[ksp\] |(?:error: )?"
    r"(?!file:|[^\s:]{1,300}\.kts?\b|/|[A-Za-z]:|java\.)"
    r"(?:could not|cannot|unknown|unsupported|this version|language version|api version|incompatible"
    r"|module was compiled|unresolved|duplicate|plugin)\b)",
    re.I,
)
"""What kotlinc says of no place."""
_SCALA3 = expression(r"^-- (?:\[E\d+\] )?(?P<said>[\w ]*Error): \S{1,300}:\d+:\d+ ?-*$")
_GROOVY = expression(
    r"^(?:\S{1,300}\.groovy|WorkflowScript|build file '[^']{1,300}'|script\d*"
    r"|Script\d+\.groovy): ?\d+: (?P<said>.+)"
)
_MISSING = expression(
    r"invalid (?:target|source) release|release version \d+ not supported"
    r"|Source option \d+ is no longer|class file has wrong version",
    re.I,
)

_LOGGED = expression(
    r"\b(?:[Ff]ailed|[Ff]ailure|[Cc]ould not|[Cc]annot|[Uu]nable to|[Ee]rror):? \S"
)
"""What is logged of an exception that says nothing itself, on the line above it."""
_ASSERTED = expression(
    r"AssertionError|ComparisonFailure|AssertionFailedError|MultipleFailuresError|TestFailed"
)
_CRASHED = expression(
    r"^#\s+(?P<said>(?:SIG[A-Z]+|EXCEPTION_\w+|Internal Error|There is insufficient memory).*)"
)


def jvm_compilers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the compilers' errors that have a place; the first is the cause of the others."""
    for at, line in holding(lines, ".java:", ".kt:", ".kts:", ".scala:", ".groovy:", ".sbt:"):
        line = Line(line.number, _GLUED.sub("", line.text.strip()))
        text = TOOL.sub("", line.text)
        match = _KOTLIN.match(text) or _JAVAC.match(text) or _GROOVY.match(text)
        if match and not _is_test_place(match["said"]):
            yield _compiled(lines, at, Line(line.number, text), match["said"])
    for _, line, _ in matching(lines, "e: ", _KOTLIN_OWN):
        yield _found(stripped(line), C.COMPILE_ERROR, 78)
    for at, line in holding(lines, *_JAVAC_DIED):
        thrown = [stripped(one) for one in lines[at + 1 : at + 2]]
        yield Finding(
            lines=(*thrown, stripped(line)),
            rank=78,
            rule="javac crash",
            failure_class=C.COMPILE_ERROR,
        )
    for _, line, _ in matching(lines, "-- ", _SCALA3):
        yield _found(stripped(line), C.COMPILE_ERROR, 78)


def _compiled(lines: Sequence[Line], at: int, line: Line, said: str) -> Finding:
    found = C.COMPILE_ERROR
    if _STYLE.search(said):
        found = C.LINT
    elif _MISSING.search(said):
        found = C.CONFIG_ERROR
    below = lines[at + 1 : at + 5] if "cannot find symbol" in said else ()
    symbol = next((stripped(one) for one in below if "symbol:" in one.text), None)
    what = symbol.text.partition("symbol:")[2].strip() if symbol else ""
    return Finding(
        lines=(stripped(line), *([symbol] if symbol else [])),
        rank=79,
        rule="jvm compiler",
        failure_class=found,
        identity=f"{line.text.strip()} {what}" if what else "",
    )


def _is_test_place(said: str) -> bool:
    """A stack's or a log's line that ends in a place is no diagnostic."""
    return said.startswith((")", "expected", "at ")) or said.lower().startswith(
        ("warning", "w: ", "info")
    )


def jvm_exceptions(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield one finding for each exception with a stack: the innermost `Caused by` is its cause."""
    at = 0
    while at < len(lines) - 1:
        match = _thrown(lines, at)
        if match is None:
            at += 1
            continue
        end, causes = stack(lines, at + 1)
        above = lines[at - 1 : at] if at and not causes and not match["said"] else ()
        yield _chain(lines[at], match, causes, above)
        at = max(end, at + 1)


def jvm_crashes(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the JVM's own crash banner."""
    banners = ("fatal error has been detected by the Java", "insufficient memory for the Java")
    if next(holding(lines, *banners), None) is None:
        return
    for _, line, match in matching(lines, "#", _CRASHED):
        is_memory = "insufficient memory" in match["said"]
        yield _found(stripped(line), C.OUT_OF_MEMORY if is_memory else C.SIGNAL_CRASH, 84)


def _thrown(lines: Sequence[Line], at: int) -> re.Match[str] | None:
    text = lines[at].text
    after = lines[at + 1].text
    if "at " not in after and "... " not in after:
        return None
    if "." not in text or not FRAME.match(TOOL.sub("", after)):
        return None
    return THROWN.match(TOOL.sub("", text).strip())


def _chain(
    line: Line, match: re.Match[str], causes: Sequence[Line], above: Sequence[Line]
) -> Finding:
    """An assertion is what a test says itself: nothing below it is more to the point."""
    outer = Line(line.number, TOOL.sub("", line.text).strip())
    asserted = bool(_ASSERTED.search(match["type"]))
    inner = outer if asserted or not causes else causes[-1]
    if above and not asserted and _LOGGED.search(above[0].text):
        inner = stripped(above[0])
    uncaught = line.text.lstrip().startswith('Exception in thread "main"')
    return Finding(
        lines=(inner, *([outer] if inner is not outer else [])),
        rank=66 if uncaught or asserted else 62,
        rule="jvm exception",
        failure_class=C.TEST_FAILURE if asserted else None,
        first_wins=False,
        identity=inner.text.removeprefix("Caused by: "),
    )


def _found(line: Line, found: C, rank: int) -> Finding:
    return Finding(lines=(line,), rank=rank, rule="jvm", failure_class=found)
