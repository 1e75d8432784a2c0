"""How vitest states failing tests, suites and errors that no test caught."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

RANK = 81
LOOK_AHEAD = 40

_FAIL = expression(
    r"^\s{0,3}FAIL\s{1,4}(?P<name>(?:\|?\S{1,60}\|? )?(?P<file>\S{1,300}\.[cm]?[jt]sx?)(?: > "
    r"\S.{0,400}| \[ .{1,300} \])?)$"
)
_UNHANDLED = expression(
    r"^[⎯─\s]{0,80}(?:Uncaught Exception|Unhandled Rejection|Unhandled Error|Startup Error"
    r"|Unhandled Source Error)[⎯─\s]{0,80}$"
)
_ERROR = expression(
    r"^\s{0,4}(?P<said>(?:[A-Za-z_$][\w$]{0,80}(?:Error|Exception)|Error|Unknown Error"
    r"|Serialized Error|TypeCheckError)(?: \[\w{1,60}\])?: .{0,2000})$"
)
_VALUES = expression(r"^\s{0,6}(?:Expected|Received): ")
_CAUSED = expression(r"^\s{0,4}Caused by: (?P<said>\S.{0,2000})$")
_OTHER = expression(
    r"^ERROR: Coverage for .{1,80} does not meet|^No test files found, exiting with code 1"
    r"|^Error: No test (?:suite )?found"
)
_MISSING = expression(r"Cannot find (?:module|package)|Failed to (?:resolve import|load url)")

_WORDS = (
    *("FAIL", "Uncaught Exception", "Unhandled ", "Startup Error", "ERROR: Coverage for "),
    *("No test files found", "Error: No test "),
)
"""One of them stands in every line that one of these fits."""


def vitest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests and suites, each with the error that ended it."""
    for at, line in holding(lines, *_WORDS):
        if match := _FAIL.match(line.text):
            yield from _failed(lines, at, match)
        elif _UNHANDLED.match(line.text):
            if error := _error(lines, at):
                yield Finding(
                    lines=(error,),
                    rank=74,
                    rule="vitest unhandled",
                    failure_class=FailureClass.TEST_FAILURE,
                )
        elif _OTHER.match(line.text):
            found = FailureClass.LINT if "Coverage" in line.text else FailureClass.CONFIG_ERROR
            yield Finding(lines=(line,), rank=73, rule="vitest verdict", failure_class=found)


def _failed(lines: Sequence[Line], at: int, match: re.Match[str]) -> Iterator[Finding]:
    file, (path, _, name) = match["file"], match["name"].partition(" > ")
    error = _error(lines, at)
    if name:
        title = name.replace(" > ", " ")
        command = f"npx vitest run {shlex.quote(file)} -t {shlex.quote(title)}"
        values = [stripped(item) for item in lines[at + 1 : at + 12] if _VALUES.match(item.text)][
            :2
        ]
        shown = (*([error] if error else ()), stripped(line := lines[at]), *values)
        why = error.text if error else ""
        yield failed_test("vitest", f"{path} > {name}", shown, why=why, rank=RANK, replay=command)
    elif error:  # without one it is jest's line for a file
        line = lines[at]
        missing = _MISSING.search(error.text) is not None
        syntax = "SyntaxError" in error.text or "Transform failed" in error.text
        yield Finding(
            lines=(error, stripped(line)),
            rank=RANK,
            rule="vitest",
            failure_class=FailureClass.MISSING_DEPENDENCY
            if missing
            else FailureClass.COMPILE_ERROR
            if syntax
            else FailureClass.TEST_FAILURE,
            summary=f"{file}: {error.text}",
            identity=f"{file} {error.text}",
            replay=(f"npx vitest run {shlex.quote(file)}",),
        )


def _error(lines: Sequence[Line], at: int) -> Line | None:
    """Give the error below a heading; tests with the same error share it, one heading each."""
    found: Line | None = None
    for line in lines[at + 1 : at + LOOK_AHEAD]:
        match = _ERROR.match(line.text) if found is None else _CAUSED.match(line.text)
        if match and found is None:
            found = Line(line.number, match["said"])
        elif match:
            return Line(line.number, match["said"])
        elif _is_next(line.text) or (found is not None and _FAIL.match(line.text)):
            break
    return found


def _is_next(text: str) -> bool:
    return _UNHANDLED.match(text) is not None or text.lstrip().startswith(("⎯⎯⎯", "●"))
