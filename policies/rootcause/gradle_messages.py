"""Gradle's reasons of many lines: the first line announces, an indented one below it says why.

Sources: Gradle indents a message's further lines; in it stand aapt2's and lint's own (Android), and the
compiler's of Kotlin's and Groovy's scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Line

_ANNOUNCES = expression(
    r"^(?:Android resource linking failed|Lint found|Script compilation errors?:|startup failed:"
    r"|Manifest merger failed with multiple|The following files had format"
    r"|.{0,200}\b(?:errors?|failed):?$)"
)
_TOLD = expression(
    r"^\s{1,12}(?P<said>ERROR ?:\S.*|(?:\S{1,300}:\d+: )?(?:[Ee]rror|AAPT: error): \S.*"
    r"|(?:(?:build|settings|init script) ?(?:file|script)? )?'?\S{1,300}: \d+: \S.*"
    r"|\S{1,300}\.\w{1,8})$"
    r"|^\s{1,400}\^ (?P<caret>\S.*)$"
)
SURE: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        expression(
            r"licen[cs]es have not been accepted|^Duplicate class |JVM-target|Manifest merger failed"
            r"|no configured signatory|No connected devices|[Cc]onfiguration cache problems"
            r"|minSdkVersion|AAR metadata|Script compilation"
        ),
        C.CONFIG_ERROR,
    ),
    (
        expression(
            r"AAPT: error|Android resource (?:linking|compilation)|Cannot fit requested classes in"
            r"|^(?:Class|Method|Code) too large\b"
        ),
        C.COMPILE_ERROR,
    ),
)
"""Reasons of Gradle's and Android's own, which know better than words that other tools share."""


def told_below(block: Sequence[Line], last: Line) -> Line | None:
    """Give the first error below *last*, the innermost reason in *block*, where that only announces one."""
    if not _ANNOUNCES.search(last.text):
        return None
    for line in block:
        if line.number > last.number and (match := _TOLD.match(line.text)):
            return Line(line.number, (match["said"] or match["caret"]).strip())
    return None


def sure_class(said: str) -> C | None:
    """Give the class of a reason that is Gradle's or Android's own."""
    return next((found for pattern, found in SURE if pattern.search(said)), None)
