"""How GraalVM's native-image says why it built none: "Error:" lines, the last of which only ends.

Source: the tool's driver and its reports of errors (versions 19 to 23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

ABOVE = 80
"""Lines above the end that may hold the reason."""

_ENDS = re.compile(r"^Error: Image build request .{0,300}failed with exit status \d+")
_SAID = re.compile(r"^(?:Fatal error|Error): ?(?!Image build|Use -H:|Please )\S.{0,1000}$")
_COUNTS = re.compile(r"^Error: Unsupported features in \d+ methods?$")


def native_images(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first reason above the end of each build of an image."""
    for at, _, _ in matching(lines, "Error: Image build request", _ENDS):
        told = [stripped(one) for one in lines[max(0, at - ABOVE) : at] if _SAID.match(one.text)]
        sure = [one for one in told if not _COUNTS.match(one.text)] or told
        if sure:
            yield Finding(
                lines=(sure[0],),
                rank=74,
                rule="native image",
                failure_class=C.COMPILE_ERROR,
            )
