"""What a failing test raised, from the lines below its heading in pytest's output."""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.cases import stripped
from policies.rootcause.finding import Line
from policies.rootcause.python import tracebacks

_TOLD = expression(r"^E {1,20}(?P<said>\S.{0,2000})$")
_RAISED = expression(
    r"^(?:[\w.]{0,200}\.)?\w{0,80}(?:Error|Exception|Exit|Interrupt|Warning|Failed|Group)\b"
)
_WORKER = expression(r"^\[gw\d{1,4}\] |^\w{1,20} -- Python \d")
"""xdist names the worker above what a test said; who cleans the log may have cut its mark."""
_PLACE = expression(r"^[^\s:]{1,300}:\d{1,9}: ?(?:\w|in |$)")


def is_of_worker(lines: Sequence[Line]) -> bool:
    """Say whether what stands below a test's heading begins with the worker of xdist that ran it."""
    return any(_WORKER.match(line.text) for line in lines[:2])


def said_in(lines: Sequence[Line]) -> list[Line]:
    """Give what the test raised: the first of each run of E lines, else a traceback's, else its words."""
    told, group = list[Line](), list[Line]()
    for line in lines:
        match = _TOLD.match(line.text)
        if match:
            group.append(Line(line.number, match["said"]))
        elif group and line.text.strip() != "E":
            told.append(_best(group))
            group = []
    if group:
        told.append(_best(group))
    if told:
        return [told[0], told[-1]] if len(told) > 1 else told
    if raised := next(tracebacks(lines), None):
        return list(raised.lines[:1])
    return _in_words(lines)


def _best(group: Sequence[Line]) -> Line:
    """Of a SyntaxError the place and the source stand above it."""
    return next((line for line in group if _RAISED.match(line.text)), group[0])


def _in_words(lines: Sequence[Line]) -> list[Line]:
    plain = [stripped(line) for line in lines if line.text.strip()]
    got = next((at for at, line in enumerate(plain) if line.text in ("Got:", "Got nothing")), None)
    if got is not None and any(line.text == "Expected:" for line in plain):
        return plain[got + 1 : got + 2] or plain[got : got + 1]
    return [x for x in plain if not _WORKER.match(x.text) and not _PLACE.match(x.text)][:1]
