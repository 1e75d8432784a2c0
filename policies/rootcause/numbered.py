"""The number that a viewer sets before every line, and that somebody copied along with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line

FEWEST, MOST = 5, 0.9
"""So many lines, such a share of them behind a number that goes up: a viewer counted them."""
PROBED = 40
"""Where fewer than half of so many of the first lines begin with a figure, no more are looked at."""
SKIPPED = 4
"""By so much a number may go up: empty lines are lost, and who copies leaves some out."""

_NUMBER = expression(r"^ {0,6}(?!\d{1,6}(?:/\d|%))(?P<number>\d{1,6})(?! {0,4}\|)")
"""Source that a tool shows stands behind a number and a bar; a tool that counts its own names the whole."""
_APART = expression(r"[:.]?(?: |\t|$)")
"""Where it does not stand behind every number, the text stands right behind them."""


def without_numbers(lines: Sequence[Line]) -> dict[int, int]:
    """Give where the text begins of each line that a viewer numbered, by line number; empty: it did not."""
    filled = [line for line in lines if line.text.strip()]
    first = filled[:PROBED]
    if len(filled) < FEWEST or sum(map(bool, map(_number, first))) * 2 < len(first):
        return {}
    ends = _counted(filled)
    return _begins(filled, ends) if len(ends) >= max(FEWEST, len(filled) * MOST) else {}


def _number(line: Line) -> re.Match[str] | None:
    return _NUMBER.match(line.text)


def _counted(filled: Sequence[Line]) -> dict[int, int]:
    """Give where the numbers end that go up; a figure may begin the text itself."""
    ends, last = dict[int, int](), None
    for line, match in ((x, m) for x in filled if (m := _number(x))):
        figures = match["number"]
        widths = range(len(figures), 0, -1)
        width = next((n for n in widths if _follows(int(figures[:n]), last)), 0)
        if width:
            last = int(figures[:width])
            ends[line.number] = match.start("number") + width
    return ends


def _follows(number: int, last: int | None) -> bool:
    return last is None or 0 < number - last <= SKIPPED


def _begins(filled: Sequence[Line], ends: dict[int, int]) -> dict[int, int]:
    """Give where each text begins: behind what stands between it and the number, and the room before all."""
    own = [line for line in filled if line.number in ends]
    apart = [match for line in own if (match := _APART.match(line.text, ends[line.number]))]
    if len(apart) < len(own):
        return ends
    begins = {line.number: match.end() for line, match in zip(own, apart, strict=True)}
    texts = (line.text[begins[line.number] :] for line in own)
    room = min((len(text) - len(text.lstrip(" ")) for text in texts if text.strip()), default=0)
    return {number: at + room for number, at in begins.items()}
