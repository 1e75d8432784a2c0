"""Statements that a terminal library broke at the width of a terminal, joined again."""

from __future__ import annotations

from collections.abc import Sequence

from policies.events.lines import is_retry
from policies.events.provider import is_open
from policies.events.wrapped import LIMIT_CHARS, WIDTH
from policies.rootcause.finding import Line

PIECES = 40
"""More lines of one statement are not read."""
_LONG_WORD = 30
"""A blank-free end so long was broken where the line was full, not at a blank."""


def joined(lines: Sequence[Line], at: int) -> str:
    """Give the statement that begins at *lines*[*at*], with what was wrapped of it.

    A line was wrapped when the first word of the next one did not fit on it; a body in braces goes on
    until it is closed.
    """
    before = lines[at].text.rstrip()
    text = before.strip()
    for line in lines[at + 1 : at + 1 + PIECES]:
        piece = line.text.strip()
        if not piece or is_retry(piece) or not (is_open(text) or _overflows(before, piece)):
            break
        is_broken = len(before) >= WIDTH and len(before.rsplit(" ", 1)[-1]) >= _LONG_WORD
        text = f"{text}{'' if is_broken else ' '}{piece}"
        before = line.text.rstrip()
    return text[:LIMIT_CHARS]


def _overflows(before: str, piece: str) -> bool:
    return WIDTH - len(piece.split(" ", 1)[0]) <= len(before) <= WIDTH
