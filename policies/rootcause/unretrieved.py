"""Exceptions that Python printed and went on after: of a task nobody waited for, of a log record.

Source: the default exception handler of asyncio's loop, `logging.Handler.handleError`, `sys.unraisablehook`.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.scan import holding

_TITLES = ("exception was never retrieved", "--- Logging error ---", "Exception ignored in: ")
_TITLE = expression(
    r"(?:^|[\s:])(?:Task|Future) exception was never retrieved$|^--- Logging error ---$"
    r"|^Exception ignored in: "
)
_TRACE = "Traceback (most recent call last):"
_RAISED = expression(r"^[A-Za-z_][\w.]{0,200}(?:: |$)")
_LIMIT_LINES = 200
"""A longer traceback is not followed; asyncio's debug mode shows before it where the task began."""


def unretrieved(lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """Give the lines right before and after each such exception.

    None where the log holds no other traceback: then what was printed in passing may be all that tells.
    """
    titles = [at for at, line in holding(lines, *_TITLES) if _TITLE.search(line.text)]
    found = [(at, end) for at in titles if (end := _end(lines, at)) is not None]
    inside = {at for begin, end in found for at in range(begin, end + 1)}
    others = (at for at, line in holding(lines, _TRACE) if line.text.startswith(_TRACE))
    if not found or all(at in inside for at in others):
        return ()
    return tuple((lines[at].number - 1, lines[end].number + 1) for at, end in found)


def _end(lines: Sequence[Line], at: int) -> int | None:
    """Give where the exception stands whose title is at *at*: the first line that is no frame."""
    stop = min(at + _LIMIT_LINES, len(lines))
    trace = next((n for n in range(at + 1, stop) if lines[n].text.startswith(_TRACE)), None)
    if trace is None or any(_TITLE.search(line.text) for line in lines[at + 1 : trace]):
        return None
    below = (n for n in range(trace + 1, stop) if lines[n].text[:1].strip())
    end = next(below, None)
    return end if end is not None and _RAISED.match(lines[end].text) else None
