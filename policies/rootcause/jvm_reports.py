"""Reports of several lines that JVM tools make in a form of their own: native-image, GWT, Spring Boot.

Sources: native-image's driver (19 to 23), GWT's tree logger, Spring Boot's failure analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.scan import holding, matching, stripped

ABOVE = 80
"""Lines above native-image's end that may hold the reason."""
BELOW = 8
"""Lines below Spring Boot's banner, within which the description begins."""

_ENDS = expression(r"^Error: Image build request .{0,300}failed with exit status \d+")
_SAID = expression(r"^(?:Fatal error|Error): ?(?!Image build|Use -H:|Please )\S.{0,1000}$")
_COUNTS = expression(r"^Error: Unsupported features in \d+ methods?$")
_FILE = expression(r"^\s*(?:\[INFO\] {1,40})?\[ERROR\] Errors in '(?P<file>[^']{1,500})'$")
_LINE = expression(
    r"^\s*(?:\[INFO\] {1,40})?\[ERROR\] Line (?P<line>\d{1,7}): (?P<said>\S.{0,1000})$"
)
_CLOJURE = expression(
    r"^(?:(?:Syntax|Unexpected|Execution) error|Error (?:reading eval result|printing return value))"
    r"(?: \([\w.$]{1,120}\))?(?P<phase> reading source| macroexpanding| compiling)?(?: \S{1,120})?"
    r" at (?:\S{1,200} ?)?\([^()]{1,300}\)\.$"
)
_BANNER = expression(r"^\s*APPLICATION FAILED TO START\s*$")


def jvm_reports(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first reason of each report."""
    yield from _native_images(lines)
    yield from _gwt(lines)
    yield from _clojure(lines)
    for at, _, _ in matching(lines, "APPLICATION FAILED TO START", _BANNER):
        told = [one for one in lines[at + 1 : at + 1 + BELOW] if one.text.strip(" *")]
        if len(told) > 1 and told[0].text.startswith("Description:"):
            said = stripped(told[1])
            yield _finding("spring boot", 70, said, by_words(said.text) or C.CONFIG_ERROR)


def _native_images(lines: Sequence[Line]) -> Iterator[Finding]:
    for at, _, _ in matching(lines, "Error: Image build request", _ENDS):
        told = [stripped(one) for one in lines[max(0, at - ABOVE) : at] if _SAID.match(one.text)]
        sure = [one for one in told if not _COUNTS.match(one.text)] or told
        if sure:
            yield _finding("native image", 74, sure[0], C.COMPILE_ERROR)


def _gwt(lines: Sequence[Line]) -> Iterator[Finding]:
    file = ""
    for _, line in holding(lines, "[ERROR] Errors in '", "[ERROR] Line "):
        if named := _FILE.match(line.text):
            file = named["file"].removeprefix("file:")
        elif file and (match := _LINE.match(line.text)):
            said = f"{file}:{match['line']}: {match['said']}"
            yield _finding("gwt", 76, Line(line.number, said), C.COMPILE_ERROR)


def _clojure(lines: Sequence[Line]) -> Iterator[Finding]:
    """The first line tells phase and place, the next what is wrong."""
    for at, line, match in matching(lines, " at ", _CLOJURE):
        told = next((stripped(one) for one in lines[at + 1 : at + 2] if one.text.strip()), None)
        found = C.COMPILE_ERROR if match["phase"] else by_words(told.text) if told else None
        yield Finding(
            lines=(*([told] if told else []), stripped(line)),
            rank=74,
            rule="clojure",
            failure_class=found,
            first_wins=True,
        )


def _finding(rule: str, rank: int, line: Line, found: C) -> Finding:
    return Finding(lines=(line,), rank=rank, rule=rule, failure_class=found)
