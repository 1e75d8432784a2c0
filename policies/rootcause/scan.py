"""Reading forms off the kept lines of a log: what the formats' finders share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from policies.rootcause.finding import Line, Lines


def holding(lines: Sequence[Line], *words: str) -> Iterator[tuple[int, Line]]:
    """Yield place and line of every line that holds one of *words*."""
    if isinstance(lines, Lines):
        yield from ((at, lines[at]) for at in lines.places(words))
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
    for at, line in holding(lines, word):
        if match := pattern.match(line.text):
            yield at, line, match


def since(lines: Sequence[Line], *words: str) -> Sequence[Line]:
    """Give the lines from the first one on that holds one of *words*; none without one."""
    first = next(holding(lines, *words), None)
    return lines[first[0] :] if first else ()


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


def _is_inside(line: Line) -> bool:
    return not line.text or line.text[0] in " \t"
