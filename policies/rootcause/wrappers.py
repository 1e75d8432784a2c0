"""What a wrapper tells where nothing below it says why: the exit code of a death, the name of what failed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

DIED, NAMED = 48, 16
"""Rank of a death that the shell reports as 128 + signal, and of a bare name."""

_CODE = re.compile(
    r"(?:\bexit(?:ed)?(?: with)?(?: a)?(?: non-zero)?(?: exit)?(?: code| status| value)?:?|\bError"
    r"|\bnon-zero (?:exit )?(?:code|value):?) (?P<code>124|13[479]|143)\b"
)
_CLASSES = {
    "124": C.TIMEOUT,
    "134": C.SIGNAL_CRASH,
    "137": C.OUT_OF_MEMORY,
    "139": C.SIGNAL_CRASH,
    "143": C.SIGNAL_CRASH,
}
"""128 + signal (6 abort, 9 kill, 11 segmentation fault, 15 terminate); 124 is timeout(1)'s."""
_NAMES = re.compile(
    r"g?make(?:\[\d+\])?: \*\*\* \[|error: Recipe `|The command \".{1,300}\" exited with [1-9]"
    r"|FAILED: \S|npm (?:ERR!|error) Lifecycle script|.{0,200}ELIFECYCLE"
    r"|(?:.{0,100}: )?executor failed running \[|(?:.{0,100}: )?process \".{1,1000}\" did not complete"
)

_WORDS = (
    *(
        " 1",
        "make",
        "error: Recipe `",
        "The command ",
        "FAILED: ",
        "Lifecycle script",
        "ELIFECYCLE",
        "executor failed",
        "did not complete",
    ),
)
"""One of them stands in every such line; all codes begin with 1."""


def by_wrapper(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the lines that only say how or that a named thing ended: where that is all there is."""
    for _, line in holding(lines, *_WORDS):
        text = line.text.strip()
        match = _CODE.search(text[:500]) if " 1" in text else None
        if match:
            yield _finding(line, DIED, _CLASSES[match["code"]], f"exit {match['code']}")
        elif _NAMES.match(text):
            yield _finding(line, NAMED, None, "")


def _finding(line: Line, rank: int, found: C | None, identity: str) -> Finding:
    return Finding(
        lines=(stripped(line),), rank=rank, rule="wrapper", failure_class=found, identity=identity
    )
