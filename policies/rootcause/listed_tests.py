"""The failing tests that a harness only lists: automake, DejaGnu and LLVM's lit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.check_forms import PASSES, REASON
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_bare, is_echo
from policies.rootcause.scan import holding, matching, stripped
from policies.rootcause.tallies import is_tally

LIST_LIMIT, OWN_LOG = 25, 400
"""Lines of one list, and of one test's own log, that are read."""

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
    for at, line in enumerate(lines):
        if match := _AUTOMAKE.match(line.text):
            why = _why(lines, at, match["name"])
            yield Finding(
                lines=(*why, stripped(line)),
                rank=72 if why else 71,
                rule="automake test",
                failure_class=C.TEST_FAILURE,
                summary=f"{match['name']}: {why[0].text}" if why else "",
                identity=f"{match['name']} {match['more'] or ''}".strip(),
            )


def _why(lines: Sequence[Line], at: int, name: str) -> list[Line]:
    """Give what the test's own log says of the reason, where automake printed it under its name."""
    if [one.text for one in lines[at + 1 : at + 2]] != ["=" * len(lines[at].text)]:
        return []
    ends = (f"FAIL {name} (exit status: ", f"ERROR {name} (exit status: ")
    own = takewhile(lambda one: not one.text.startswith(ends), lines[at + 2 : at + OWN_LOG])
    return [stripped(one) for one in own if _says_why(one.text)][:1]


def _says_why(text: str) -> bool:
    lowered = text[:500].lower()
    is_beside = is_tally(lowered) or is_bare(lowered) or is_echo(text) or PASSES.search(text)
    return not is_beside and REASON.search(lowered) is not None
