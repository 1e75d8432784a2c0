"""Who speaks in the output of `go test -v`: tests that run at once take turns, from mark to mark.

Source: the testing package and test2json (`=== RUN|PAUSE|CONT|NAME`, `--- PASS|FAIL|SKIP`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.scan import holding

_MARK = expression(
    r"^\s*(?:=== (?:RUN|CONT|NAME)\s+(?P<speaker>\S+)|=== (?:CONT|PAUSE)"
    r"|--- (?P<verdict>PASS|SKIP|FAIL): (?P<judged>\S+))"
)
_WORDS = ("=== RUN", "=== CONT", "=== NAME", "=== PAUSE", "--- PASS", "--- SKIP", "--- FAIL")


class Turn(NamedTuple):
    """What stands between two marks."""

    speaker: str
    """The test that printed it; empty: nobody says."""
    begins: int
    """Place of the mark before it in the lines that were given."""
    ends: int
    """Place of the mark that ends it."""
    judged: str
    """The test whose verdict that mark is; empty: it is none."""
    has_failed: bool


def turns(lines: Sequence[Line]) -> Iterator[Turn]:
    """Yield every turn that a mark ends, in order."""
    speaker, begins = "", 0
    for at, line in holding(lines, *_WORDS):
        if match := _MARK.match(line.text):
            yield Turn(speaker, begins, at, match["judged"] or "", match["verdict"] == "FAIL")
            speaker, begins = match["speaker"] or "", at
