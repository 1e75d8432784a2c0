"""How R's testthat states failing tests, in the three layouts that its reporters have had."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

RANK, SAID_LINES = 81, 2
"""How sure the form is, and how much of a message tells what was amiss."""

_RULE = r"\s{0,3}[─-]{0,400}\s{0,3}$"
_MARK = r"^\s{0,4}(?:[─-]{2} )?(?:\d{1,4}\. )?(?:Failure|Error)"
_PLACE_FIRST = expression(
    _MARK + r" \((?:at )?['`]?(?P<place>[^()'`]{1,200}\.[Rr][#:]\d[\d:]{0,20})['`]?\):"
    r" (?P<name>[^─]{1,200}?)" + _RULE
)
_NAME_FIRST = expression(
    _MARK + r": (?P<name>[^─]{1,200}?) \(@(?P<place>[^()\s]{1,200}\.[Rr]#\d{1,7})\)" + _RULE
)
_ENDS = expression(r"^\s{0,4}(?:Backtrace:|[─═-]{2}|Callstack|\d{1,3}: )")
_FILE = expression(r"[#:]\d[\d:]*$")


def testthat(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing test with its message; the list at the end, which has none, is left out."""
    for at, line in holding(lines, "Failure", "Error"):
        match = _heading(line)
        said = _message(lines[at + 1 : at + 8]) if match else []
        if match and said:
            yield failed_test(
                "testthat",
                match["name"].strip(),
                (*said, stripped(line)),
                why=" ".join(one.text for one in said),
                rank=RANK,
                where=_FILE.sub("", match["place"]),
            )


def _heading(line: Line) -> re.Match[str] | None:
    return _PLACE_FIRST.match(line.text) or _NAME_FIRST.match(line.text)


def _message(below: Sequence[Line]) -> list[Line]:
    said = list[Line]()
    for line in below:
        if not line.text.strip() or _ENDS.match(line.text) or _heading(line):
            break
        said.append(stripped(line))
    return said[:SAID_LINES]
