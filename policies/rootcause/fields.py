"""A field of an error that is printed as JSON over many lines: the message beside it is what a person reads.

The catalogue knows codes such as `rate_limit_exceeded`; the APIs print them after the message
(`{"error": {"message", "type", "code"}}`, Google's `{"error": {"code", "message", "status", "details"}}`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line

_NEAR = 24
"""Lines of one printed object that are looked at, each way."""
_FIELD = expression(r"^\s{0,60}[\"'](?:code|reason|status|type|error_?type|name)[\"'] ?: ?[\"'\d]")
_MESSAGE = expression(
    r"^\s{0,60}[\"'](?:message|detail|error_description)[\"'] ?: ?[\"'](?P<said>.{1,2000})$"
)
_OBJECT = expression(r"^\s{0,60}(?:[\"'{}\[\]]|[^\"\s][^\"]{0,2000}\"?,?$)")
"""A line of it: a field, a bracket, or a piece of a text that was broken at a terminal's width."""
_CLOSED = expression(r"[\"'],?$")
_PIECES = 4
_OWN_FIELD = expression(r"^\s{2,60}(?:code|errno|syscall|type|message): '")
"""Of a JavaScript error that Node prints: its fields follow the stack, in braces."""
_STACK = expression(
    r"^\s+at |^\s{2,60}(?:[\w\[\]]{1,60}|'[\w-]{1,60}'): |^\s{2,60}[}\]],?$|^\s*$|^Emitted 'error' event "
)
_THROWN = expression(
    r"^\W{0,6}(?:Uncaught )?(?:(?:[A-Z]\w{0,60})?(?:Error|Exception)(?: \[\w{1,60}\])?"
    r"|[A-Za-z_$][\w$]{0,40} \[(?:[A-Z]\w{0,60})?Error\]): \S"
)
_STACK_LINES = 60


def with_message(finding: Finding, lines: Sequence[Line], at: int) -> Finding:
    """Give *finding*, of the field in *lines*[*at*], with the nearest message of the same object first."""
    if _OWN_FIELD.match(lines[at].text):
        thrown = _thrown(lines[max(0, at - _STACK_LINES) : at])
        return replace(finding, lines=(thrown, *finding.lines)) if thrown else finding
    if not _FIELD.match(lines[at].text):
        return finding
    for place in _around(lines, at):
        if match := _MESSAGE.match(lines[place].text):
            said = _whole(match["said"], lines[place + 1 : place + 1 + _PIECES])
            return replace(finding, lines=(lines[place], *finding.lines), summary=said)
    return finding


def _thrown(above: Sequence[Line]) -> Line | None:
    """Give the head of the stack that ends *above*; None where other lines stand between."""
    head = next((line for line in reversed(above) if not _STACK.match(line.text)), None)
    return head if head and _THROWN.match(head.text) else None


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
