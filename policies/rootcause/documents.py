"""A JSON object that tells an error and is all, or the end, of what a program printed.

On one line or pretty-printed over many; its message is the cause, wherever in it that stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from policies.events import loose, provider
from policies.events.kinds import SESSIONS, kind_of, words_of
from policies.events.lines import Json
from policies.events.marks import is_bad
from policies.rootcause.agent import by_status
from policies.rootcause.finding import Finding, Line
from policies.rootcause.provider import ANSWER
from policies.rootcause.wrapping import is_wrapper

FROM_END = 12
"""Lines that may follow the object: advice, or the end of a wrapper."""
LIMIT_LINES, LIMIT_CHARS = 400, 60_000
_RANK, _WRAPPER_RANK = 94, 30
"""A message that only says that something exited tells no cause."""


def error_documents(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the error that the last object among the last lines tells, if it tells one."""
    last = len(lines)
    for at in range(last - 1, max(-1, last - 1 - FROM_END), -1):
        if lines[at].text.endswith("}") and not lines[at].text[0].isspace():
            begin = _begin(lines, at)
            data = _parsed(lines[begin : at + 1]) if begin is not None else None
            if begin is not None and data is not None:
                yield from _finding(lines[begin : at + 1], data)
                return


def _begin(lines: Sequence[Line], end: int) -> int | None:
    if lines[end].text.startswith("{"):
        return end
    above = range(end - 1, max(-1, end - LIMIT_LINES), -1)
    return next((at for at in above if lines[at].text.rstrip() == "{"), None)


def _parsed(lines: Sequence[Line]) -> Json | None:
    text = "\n".join(line.text for line in lines)
    if len(text) > LIMIT_CHARS:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _finding(lines: Sequence[Line], data: Json) -> Iterator[Finding]:
    said, status = provider.stated(loose.said(data), loose.status(data))
    if not said or not is_bad(data, frozenset(words_of(kind_of(data)))):
        return
    start = json.dumps(said)[1:31]
    number = next((line.number for line in lines if start in line.text), lines[0].number)
    yield Finding(
        lines=(Line(number, said),),
        rank=_WRAPPER_RANK if is_wrapper(said.lower()) else _RANK,
        rule=ANSWER,
        failure_class=by_status(status),
        first_wins=False,
        agent_form=any(name in data for name in SESSIONS),
    )
