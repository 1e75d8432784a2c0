"""How Vivado states a cause: level, area and number of the message, what is wrong, and its place.

Source: AMD's messages guide (UG835: "ERROR: [Area N-M] text [file:line]"). Messages of the area Common, and
those that only name what failed, repeat that an earlier one stopped the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

_ERROR = expression(
    r"^ERROR: \[(?P<area>[A-Z][\w.]{1,30}(?: [A-Za-z]{1,20})?) (?P<code>\d{1,4}-\d{1,6})\]"
    r" (?P<said>\S.{0,1500})$"
)
_PLACE = expression(r" \[[^\[\]]{1,400}\.\w{1,5}:\d{1,7}\]$")
_FOLLOWS = expression(
    r"^Failed (?:to read|runs?)\b|due to earlier errors|^Command failed: |^Launch of runs aborted"
    r"|^Application Exception: "
)


def vivado(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the flow's errors, the first of them the cause of the others."""
    for _, line, match in matching(lines, "ERROR: [", _ERROR):
        if not _FOLLOWS.search(match["said"]):
            is_code = _PLACE.search(match["said"]) is not None
            yield Finding(
                lines=(stripped(line),),
                rank=77 if is_code else 72,
                rule="vivado",
                failure_class=C.COMPILE_ERROR if is_code else None,
                identity=f"{match['area']} {match['code']} {match['said']}",
            )
