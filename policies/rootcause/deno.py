"""How `deno test` states failing tests: below ERRORS the name with its place, then what was thrown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

WORD = " => "
RANK = 81
LOOK_AHEAD = 6

_HEAD = expression(
    r"^(?P<name>\S.{0,300}?) => (?P<file>(?:\.{1,2}/|file://|https?://)\S{1,300}?):\d{1,9}:\d{1,9}$"
)
_ERROR = expression(r"^error: (?P<said>\S.{0,1500})$")


def deno_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing test; a message that ends with a colon goes on in the line below."""
    for at, line, match in matching(lines, WORD, _HEAD):
        shown = announced(lines[at + 1 : at + LOOK_AHEAD])
        error = _ERROR.match(shown[0].text) if shown else None
        if error:
            why = " ".join((error["said"], *(one.text for one in shown[1:])))
            yield failed_test(
                "deno",
                match["name"],
                (*shown, stripped(line)),
                why=why,
                rank=RANK,
                where=match["file"],
            )
