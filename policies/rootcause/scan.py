"""Reading forms off the kept lines of a log: what the formats' finders share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from policies.rootcause.finding import Line, Lines


def holding(lines: Sequence[Line], *words: str) -> Iterator[tuple[int, Line]]:
    """Yield place and line of every line that holds one of *words*."""
    if _lacks(lines, words):
        return
    for at, line in enumerate(lines):
        text = line.text
        for word in words:
            if word in text:
                yield at, line
                break


def matching(
    lines: Sequence[Line], word: str, pattern: re.Pattern[str]
) -> Iterator[tuple[int, Line, re.Match[str]]]:
    """Yield place, line and match where *pattern* fits a line that holds *word*, from its start."""
    if _lacks(lines, (word,)):
        return
    for at, line in enumerate(lines):
        if word in line.text and (match := pattern.match(line.text)):
            yield at, line, match


def stripped(line: Line) -> Line:
    """Give *line* without the blanks around its text."""
    return Line(line.number, line.text.strip())


def indented(lines: Sequence[Line], at: int, limit: int) -> list[Line]:
    """Give the lines from *at* on that begin with a blank or are empty, *limit* at most."""
    return list(takewhile(_is_inside, lines[at : at + limit]))


def paragraph(lines: Sequence[Line], at: int, limit: int) -> list[Line]:
    """Give the lines from *at* on up to an empty one, *limit* at most."""
    return list(takewhile(lambda line: line.text.strip(), lines[at : at + limit]))


def first_of(lines: Iterable[Line], *patterns: re.Pattern[str]) -> Line | None:
    """Give the first of *lines* in which the earliest of *patterns* that fits any of them fits."""
    listed = list(lines)
    for pattern in patterns:
        for line in listed:
            if pattern.search(line.text):
                return stripped(line)
    return None


def _lacks(lines: Sequence[Line], words: Sequence[str]) -> bool:
    """Say whether none of *lines* holds one of *words*, as far as one look at the whole text tells."""
    return isinstance(lines, Lines) and not any(map(lines.text.__contains__, words))


def _is_inside(line: Line) -> bool:
    return not line.text or line.text[0] in " \t"
