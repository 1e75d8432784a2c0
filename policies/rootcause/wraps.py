"""Statements that a terminal library broke at the width of a terminal, joined again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.events.lines import is_retry
from policies.events.provider import is_open
from policies.events.wrapped import LIMIT_CHARS, WIDTH
from policies.expressions import expression
from policies.rootcause.finding import Line

PIECES = 40
"""More lines of one statement are not read."""
_SIDE = ("│", "┃")
_PLACE = expression(r"(?<! ) {2,}\S{1,60}\.py:\d{1,6}$")
"""Where rich's logging handler says at the right which source line logs."""


def joined(lines: Sequence[Line], at: int) -> str:
    """Give the statement that begins at *lines*[*at*], with what was wrapped of it.

    A line was wrapped when the first word of the next one did not fit on it; a body in braces goes on
    until it is closed, and what stands in a drawn box until the box's end.
    """
    before = lines[at].text.rstrip()
    text = _bare(before)
    for full in _pieces(lines, at):
        piece = _bare(full)
        if not (is_open(text) or _overflows(before, piece, full)):
            break
        is_broken = len(before) >= WIDTH - 1 and " " not in before.strip()
        text = f"{text}{'' if is_broken else ' '}{piece}"
        before = full
    return text[:LIMIT_CHARS]


def _pieces(lines: Sequence[Line], at: int) -> Iterator[str]:
    is_boxed = lines[at].text.startswith(_SIDE)
    for line in lines[at + 1 : at + 1 + PIECES]:
        piece = _bare(line.text)
        if not piece or is_retry(piece) or line.text.startswith(_SIDE) is not is_boxed:
            return
        yield line.text.rstrip()


def _bare(text: str) -> str:
    """Give *text* without the sides of a box, and without the place of the source that logs it."""
    inside = text.strip().strip("│┃").strip() if text.startswith(_SIDE) else text.strip()
    return _PLACE.sub("", inside)


def _overflows(before: str, piece: str, full: str) -> bool:
    if before.startswith(_SIDE) or _PLACE.search(before):
        return not full[:1].isalnum()
    return WIDTH - len(piece.split(" ", 1)[0]) <= len(before) <= WIDTH
