"""How sbt states what failed: its test frameworks' tests, and the binary compatibility that MiMa checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

_SIGN = "ProblemFilters.exclude["
"""MiMa names with each problem how to allow it."""
_PROBLEM = expression(r"^\[error\]\s{1,4}\* (?P<said>\S.{0,600})$")
_GOES_ON = expression(r"^\[error\]\s{2,}(?P<said>(?!filter with|\* |ProblemFilters)\S.{0,600})$")

_SCALATEST = expression(
    r"^(?:\[info\] )?(?P<name>\s*-? ?\S.{0,300}?) \*\*\* FAILED \*\*\*(?: \(.{0,40}\))?$"
)
_SPECS2 = expression(
    r"^\[error\]\s+x (?P<name>\S.{0,200})$"
    r"|^==> X (?P<munit>\S.{0,200}?)(?:  [\d.]+s)? ?(?P<why>\S.*)?$"
)


def mima(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the incompatible changes; each may go on over lines."""
    if next(holding(lines, _SIGN), None) is None:
        return
    for at, line in holding(lines, "[error]"):
        if match := _PROBLEM.match(line.text):
            below = lines[at + 1 : at + 2]
            more = _GOES_ON.match(below[0].text) if below else None
            said = (
                f"{match['said'].strip()} {more['said'].strip()}" if more else match["said"].strip()
            )
            yield Finding(
                lines=(Line(line.number, match["said"].strip()),),
                rank=76,
                rule="mima",
                failure_class=C.LINT,
                summary=said,
            )


def scala_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of ScalaTest, MUnit and specs2, with what they said."""
    for word, pattern in (("*** FAILED ***", _SCALATEST), (" x ", _SPECS2), ("==> X", _SPECS2)):
        for at, line, match in matching(lines, word, pattern):
            groups = match.groupdict()
            name = (groups.get("name") or groups.get("munit") or "").strip().removeprefix("- ")
            after = [
                Line(n, re.sub(r"^\[(?:info|error)\]\s*", "", text))
                for n, text in lines[at + 1 : at + 3]
            ]
            said = next((stripped(one) for one in after if one.text.strip()), None)
            shown = (stripped(line), *([said] if said else []))
            yield Finding(
                lines=shown,
                rank=75,
                rule="scala test",
                failure_class=C.TEST_FAILURE,
                summary=f"{name}: {said.text}" if said else name,
                identity=name,
            )
