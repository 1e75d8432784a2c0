"""The failing tests that a harness only lists: automake, DejaGnu and LLVM's lit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LIST_LIMIT = 25
"""Lines of one list that are read."""

_AUTOMAKE = expression(
    r"^(?P<kind>FAIL|XPASS|ERROR): (?P<name>[\w./+-]{1,200})(?: (?P<more>\S.{0,200}))?$"
)
_AUTOMAKE_SAYS = "Testsuite summary for "
_LIT_LISTS = expression(r"^(?:Failing|Failed|Timed Out|Unresolved) Tests \(\d{1,7}\):$")
_LIT_TEST = expression(r"^\s{2,4}\S.{0,100} :: \S{1,300}$")


def listed_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of such lists."""
    if any(line.text.startswith(_AUTOMAKE_SAYS) for _, line in holding(lines, _AUTOMAKE_SAYS)):
        yield from _automake(lines)
    yield from _lit(lines)


def _lit(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the tests that lit lists at its end: where their own output is not in the log."""
    for at, _, _ in matching(lines, " Tests (", _LIT_LISTS):
        for line in takewhile(_is_listed, lines[at + 1 : at + LIST_LIMIT]):
            yield Finding(
                lines=(stripped(line),),
                rank=69,
                rule="lit list",
                failure_class=C.TEST_FAILURE,
                identity=line.text.strip(),
            )


def _is_listed(line: Line) -> bool:
    return _LIT_TEST.match(line.text) is not None


def _automake(lines: Sequence[Line]) -> Iterator[Finding]:
    for line in lines:
        if match := _AUTOMAKE.match(line.text):
            yield Finding(
                lines=(stripped(line),),
                rank=71,
                rule="automake test",
                failure_class=C.TEST_FAILURE,
                identity=f"{match['name']} {match['more'] or ''}".strip(),
            )
