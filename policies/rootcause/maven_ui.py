"""Maven's lines as others pass them on.

GitHub's pages take "[ERROR]" for the runner's own mark and show "Error: "; Maven's release and invoker
plugins put "[INFO] " before every line of the Maven that they start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.jvm import jvm_compilers
from policies.rootcause.maven import goals, surefire
from policies.rootcause.maven_plugins import maven_checks
from policies.rootcause.scan import holding

_SIGNS = tuple(
    f"{level} {said}"
    for level in ("Error: ", "[INFO] [ERROR]")
    for said in ("Failed to execute goal", "Tests run:", "COMPILATION ERROR")
)
_LEVEL = expression(
    r"^(?:(?P<level>Error|Warning): (?= |$)|\[INFO\] (?=\[(?:ERROR|WARNING|INFO)\]))"
)


def maven_passed_on(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what Maven's formats find once its own levels stand before the lines again."""
    if next(holding(lines, *_SIGNS), None) is None:
        return
    told = Lines()
    for line in lines:
        told.append(Line(line.number, _LEVEL.sub(_own, line.text, count=1)))
    for form in (surefire, goals, maven_checks, jvm_compilers):
        yield from form(told)


def _own(match: re.Match[str]) -> str:
    return f"[{match['level'].upper()}]" if match["level"] else ""
