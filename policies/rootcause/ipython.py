"""How IPython states an exception: its type above the frames, and with its message below them.

Source: `IPython.core.ultratb`. nbclient (so nbconvert) and papermill pass it on behind an exception of
their own that names no reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

_RANK = 67
"""Above a traceback of Python's: that is of the program that ran the notebook."""
_LIMIT_LINES, _LINK_LINES = 400, 6
_TITLE = "Traceback (most recent call last)"
_HEAD = expression(r"^(?P<type>[A-Za-z_][\w.]{0,100}) {2,80}Traceback \(most recent call last\)$")
_CHAINED = ("The above exception was the direct cause", "During handling of the above exception")


def ipython_traces(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what IPython says was raised; of a chain the first, which the others came of."""
    linked = -1
    for at, line in holding(lines, _TITLE):
        match = _HEAD.match(line.text)
        end = _end(lines, at, match["type"]) if match else None
        if end is None:
            continue
        if at > linked:
            yield _finding(lines[end])
        below = lines[end + 1 : end + 1 + _LINK_LINES]
        is_chained = any(said in one.text for one in below for said in _CHAINED)
        linked = end + 2 * _LINK_LINES if is_chained else linked


def _end(lines: Sequence[Line], at: int, kind: str) -> int | None:
    """Give where the exception whose type stands at *at* is told with its message."""
    stop = min(at + _LIMIT_LINES, len(lines))
    told = (n for n in range(at + 1, stop) if _tells(lines[n].text, kind))
    return next(told, None)


def _tells(text: str, kind: str) -> bool:
    return text == kind or text.startswith(f"{kind}: ")


def _finding(line: Line) -> Finding:
    return Finding(lines=(line,), rank=_RANK, rule="python traceback", first_wins=False)
