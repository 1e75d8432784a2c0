"""A field of an error that is printed as JSON over many lines: the message beside it is what a person reads.

The catalogue knows codes such as `rate_limit_exceeded`; the APIs print them after the message
(`{"error": {"message", "type", "code"}}`, Google's `{"error": {"code", "message", "status", "details"}}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.rootcause.finding import Finding, Line

_NEAR = 24
"""Lines of one printed object that are looked at, each way."""
_FIELD = re.compile(r"^\s{0,60}[\"'](?:code|reason|status|type|error_?type|name)[\"'] ?: ?[\"'\d]")
_MESSAGE = re.compile(
    r"^\s{0,60}[\"'](?:message|detail|error_description)[\"'] ?: ?[\"'](?P<said>.{1,2000})$"
)
_OBJECT = re.compile(r"^\s{0,60}(?:[\"'{}\[\]]|[^\"\s][^\"]{0,2000}\"?,?$)")
"""A line of it: a field, a bracket, or a piece of a text that was broken at a terminal's width."""
_CLOSED = re.compile(r"[\"'],?$")
_PIECES = 4


def with_message(finding: Finding, lines: Sequence[Line], at: int) -> Finding:
    """Give *finding*, of the field in *lines*[*at*], with the nearest message of the same object first."""
    if not _FIELD.match(lines[at].text):
        return finding
    for place in _around(lines, at):
        if match := _MESSAGE.match(lines[place].text):
            said = _whole(match["said"], lines[place + 1 : place + 1 + _PIECES])
            return replace(finding, lines=(lines[place], *finding.lines), summary=said)
    return finding


def _around(lines: Sequence[Line], at: int) -> Iterator[int]:
    """Yield the places of the object's lines: above, from the nearest on, then below."""
    for places in (
        range(at - 1, max(-1, at - 1 - _NEAR), -1),
        range(at + 1, min(len(lines), at + 1 + _NEAR)),
    ):
        for place in places:
            if not _OBJECT.match(lines[place].text):
                break
            yield place


def _whole(said: str, after: Sequence[Line]) -> str:
    """Give the message, with what was broken of it."""
    for line in after:
        if _CLOSED.search(said):
            break
        said = f"{said} {line.text.strip()}"
    return _CLOSED.sub("", said)
