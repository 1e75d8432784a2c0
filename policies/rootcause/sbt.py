"""How sbt's plugins state what they found: the binary compatibility that MiMa checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

_SIGN = "ProblemFilters.exclude["
"""MiMa names with each problem how to allow it."""
_PROBLEM = expression(r"^\[error\]\s{1,4}\* (?P<said>\S.{0,600})$")
_GOES_ON = expression(r"^\[error\]\s{2,}(?P<said>(?!filter with|\* |ProblemFilters)\S.{0,600})$")


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
