"""How Dart's analyzer states its issues: `flutter analyze` with dots between, `dart analyze` with dashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

_FLUTTER = re.compile(
    r"^\s{0,8}(?P<level>error|warning|info) • \S.{1,800} • "
    r"(?P<file>\S.{0,300}?\.dart):\d{1,7}:\d{1,7} • (?P<code>\w{3,80})$"
)
_DART = re.compile(
    r"^\s{0,8}(?P<level>error|warning|info) - (?P<file>\S.{0,300}?\.dart):\d{1,7}:\d{1,7} - "
    r"\S.{1,800} - (?P<code>\w{3,80})$"
)
_RANKS = {"error": 78, "warning": 72, "info": 62}
"""By level; whether a warning or a remark fails the job is the command's choice, so tests come first."""


def dart_analyzer(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the analyzer's issues: an error is code that does not build, the others are lint."""
    for form, pattern in ((" • ", _FLUTTER), (".dart:", _DART)):
        for _, line, match in matching(lines, form, pattern):
            yield Finding(
                lines=(stripped(line),),
                rank=_RANKS[match["level"]],
                rule="dart analyzer",
                failure_class=C.COMPILE_ERROR if match["level"] == "error" else C.LINT,
                identity=f"{match['file']} {match['code']}",
            )
