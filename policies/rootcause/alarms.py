"""The words of which one stands on nearly every line that states a cause, and the search for them.

Searching is given in from outside: where a multi-pattern engine is at hand it is used, else `re`. Engines
with a SIMD prefilter (Teddy, Hyperscan's FDR) are at their best with at most 64 literals of four bytes or
more, so letter case is spelt out (as written, capital, all capitals: where a tool writes it so), and
where two spellings differ in the first letter only, that letter is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

ALARMS: tuple[bytes, ...] = tuple(
    word.encode()
    for word in (
        "error", "Error", "ERROR", "fail", "Fail", "FAIL", "fatal", "Fatal", "FATAL", "xception", "EXCEPTION",
        "raceback", "panic", "PANIC", "enied", "ENIED", "killed", "Killed", "egmentation", "imed out",
        "imeout", "TIMEOUT", "annot ", "ould not", "n't ", "n’t ", "nable to", "ot found", "o such ",
        "efused", "EFUSED", "ejected", "onflict", "CONFLICT", "abort", "Abort", "ABORT", "nvalid", "INVALID",
        "issing", "nexpected", "limit", "Limit", "LIMIT", "nauthor", "orbidden", "xpired", "assert",
        "Assert", "ERR!", "ndefined", "o space", "✕ ", "✖ ", "✗ ", "● ", "\nE  ",
    )
)  # fmt: skip
"""None with a newline but at its start; "E  " begins what pytest says of a failure."""

Match = tuple[int, int, int]
"""Which of ALARMS, and where it begins and ends."""
Scan = Callable[[bytes], Sequence[Match]]
"""Gives the matches of ALARMS in a block, in order, none inside another."""

_ANY = re.compile(b"|".join(map(re.escape, ALARMS)))


def scan_plainly(block: bytes) -> list[Match]:
    """Give the matches by `re`: right but slow, for short texts."""
    return [(0, found.start(), found.end()) for found in _ANY.finditer(block)]
