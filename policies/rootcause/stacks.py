"""How CloudFormation states why a stack failed: a resource's event with a status that ends in FAILED.

Source: the service's "Stack events" (status, type, logical id, reason), which its console, the CDK, SAM and
the Serverless Framework print as columns; of the resources that are given up because another failed it
says `cancelled`, and the stack's own event only counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

WORDS = ("CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED")

_EVENT = expression(r"\b(?:CREATE|UPDATE|DELETE)_FAILED\b(?P<rest>.*)")
_STATUS = expression(r"\b[A-Z]{3,20}_(?:IN_PROGRESS|COMPLETE|FAILED)\b")
_COLUMN = expression(r"\s*\|\s*|\t+|\s{2,}|\s-\s")
_GIVEN_UP = expression(
    r"(?:creation|update|deletion) cancelled|^The following resource\(s\) failed", re.I
)
_REFUSED = expression(r"not authorized|AccessDenied|Access Denied|UnrecognizedClient", re.I)


def stack_events(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why resources failed; not those that were given up because of them."""
    for at, line in holding(lines, *WORDS):
        match = _EVENT.search(line.text)
        if match and "::" in match["rest"] and not _GIVEN_UP.search(line.text):
            yield _finding(line, _columns(match["rest"]), lines[at + 1 : at + 2])


def _columns(rest: str) -> list[str]:
    """Give type, logical id and, where the tool prints it as a column, the reason."""
    return [part for part in _COLUMN.split(rest.strip(" |:-\t")) if part]


def _finding(line: Line, columns: Sequence[str], below: Sequence[Line]) -> Finding:
    """Tools without a column for the reason print it below the event."""
    has_column = len(columns) > 2
    under = [] if has_column else [stripped(one) for one in below if _is_reason(one.text)]
    reason = columns[-1] if has_column else under[0].text if under else ""
    return Finding(
        lines=(stripped(line), *under),
        rank=76 if reason else 60,
        rule="stack event",
        failure_class=C.AUTH if _REFUSED.search(reason) else C.CONFIG_ERROR,
        summary=f"{columns[-2 if has_column else -1]}: {reason}" if reason else "",
        identity=f"{columns[0]} {reason}",
    )


def _is_reason(text: str) -> bool:
    return bool(text.strip()) and _STATUS.search(text) is None
