"""How formatters state which files they would change: black, ruff, isort, prettier."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaints, stripped, unmarked
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

SHOWN = 3
"""Files named of those that are not formatted."""

FORMATS: tuple[Format, ...] = (
    Format(
        "black",
        expression(r"^error: cannot (?:format|parse):? (?P<file>\S{1,300}?)(?::? |:\d|$)"),
        FailureClass.LINT,
        76,
    ),
    Format(
        "black", expression(r"^would reformat:? (?P<file>\S.{0,300})$", re.I), FailureClass.LINT, 75
    ),
    Format(
        "isort",
        expression(r"^ERROR: (?P<file>\S.{0,300}?) Imports are incorrectly sorted"),
        FailureClass.LINT,
        75,
    ),
    Format(
        "autopep8",
        expression(
            r"^(?P<file>\S.{0,300}?) (?:needs formatting|would be reformatted|is not formatted)"
        ),
        FailureClass.LINT,
        73,
    ),
)

_WORDS = ("reformat", "error: cannot ", "Imports are", "needs formatting", "not formatted")

_WARN = expression(r"^\[warn\] (?P<said>(?P<file>[^\s:][^:]{0,300}\.[\w.]{1,20})|\S.{0,300})$")
_STYLE = expression(r"^\[warn\] Code style issues|^Code style issues")
_PRETTIER_ERROR = expression(
    r"^\[error\] (?P<file>[^\s:]{1,300}\.\w{1,12}): (?P<said>\w{0,40}Error: .{1,1000})$"
)
_UNFORMATTED = expression(r"^unformatted: ")
_ARROW = expression(r"^\s{1,12}--> (?P<file>\S.{0,300}?):\d{1,9}:\d{1,9}$")


def formatters(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the files that a formatter would change or cannot read."""
    yield from complaints(lines, FORMATS, _WORDS)
    for at, line in holding(lines, "unformatted: "):
        after = lines[at + 1] if at + 1 < len(lines) else line
        if _UNFORMATTED.match(line.text) and (arrow := _ARROW.match(after.text)):
            yield _lint(
                "ruff format",
                (line, stripped(after)),
                f"{line.text}: {arrow['file']}",
                arrow["file"],
            )


def prettier(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield prettier's verdict: the files it warns of, and those it cannot parse."""
    files = list[Line]()
    for raw in lines:
        line = Line(raw.number, unmarked(raw.text))
        if match := _PRETTIER_ERROR.match(line.text):
            yield _lint(
                "prettier", (line,), line.text, f"{match['file']} {match['said'].split(':')[0]}", 76
            )
        elif _STYLE.match(line.text):
            if files or line.text.startswith("[warn]"):
                yield _style(files, line)
            files = []
        elif match := _WARN.match(line.text):
            files = [*files, line] if match["file"] else files


def _style(files: Sequence[Line], verdict: Line) -> Finding:
    first = files[0] if files else verdict
    summary = f"{first.text}; {verdict.text}" if files else verdict.text
    return _lint("prettier", (first, verdict, *files[1:SHOWN]), summary, f"prettier {first.text}")


def _lint(rule: str, lines: Sequence[Line], summary: str, identity: str, rank: int = 75) -> Finding:
    own = {line.number: line for line in lines}
    return Finding(
        lines=tuple(own.values()),
        rank=rank,
        rule=rule,
        failure_class=FailureClass.LINT,
        summary=summary,
        identity=identity,
    )
