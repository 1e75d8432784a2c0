"""The cause where no format is known: the words of failure, and where in the log they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from policies.rootcause import noise
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guards import (
    BARE,
    CLEANUP,
    GUARDS,
    HARMLESS,
    HINTS,
    LEVELS,
    QUIET,
    Guards,
    may_find,
)
from policies.rootcause.single import unmarked

NEXT_TO_END = 6
"""What a line gains right after which a wrapper stands."""
FOLLOWS, FOLLOWS_LINES = 4, 4
"""What a line loses that stands so close below one that says as much: the first of a block states it."""
TIDYING, BARE_LOSES = 28, 12
"""What a line about tidying up loses, and one that names what failed but not why."""
LAST_WORDS, ONLY_WORDS = 24, 51
"""Rank of a failed step's last words; and when that step said nothing else."""
ENDING_LINES = 30
"""Lines before a step's end that may hold its last words."""

_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        47,
        re.compile(
            r"^(?:\S{1,80} )?(?:fatal|panic|critical)\b ?[:!\]|]|\blevel=(?:fatal|panic|critical)\b"
            # glog, Chromium's bracket
            r"|^f\d{4} \d\d:\d\d:\d\d\.\d+ |^\[[\d:/.]{1,60}:fatal:"
            r"|\[(?:fatal|critical)\]"
        ),
    ),
    (47, re.compile(r"^(?:[a-z_][\w.$]{0,120})?(?:error|exception)(?: \[\w{1,60}\])?: \S")),
    (46, re.compile(r"^##\[error\]|^::error|^caused by: \S|^cause: \S|^reason: \S")),
    (
        45,
        re.compile(
            r"^\[? {0,2}(?:error|err!?|fatal)\b {0,2}\]?\s*[:|\]-]"
            r"|^e\d{4} \d\d:\d\d:\d\d\.\d+ |^e: \S|\blevel=error\b|[\[|] ?error ?[\]|]|^e \S"
            r"|^\S{1,300}: (?:error|fatal)\b"
        ),
    ),
    (44, re.compile(r"^\S{1,300}:\d+(?::\d+)?:? .{0,200}\berror\b|^(?:✖|✗|✘|❌|×) ?\S")),
    (
        43,
        re.compile(r"\berrors?: |\w(?:error|exception): |^err[:!]|\bfatal\b|\bpanic\b"),
    ),
    (40, re.compile(r"\berrors?\b|\w(?:error|exception)\b")),
    (
        34,
        re.compile(
            r"\bfail(?:ed|ure|s|ing)?\b|\bcannot\b|can't|could not|couldn't|\bunable to\b|\bdenied\b"
            r"|\brefus|\brejected\b|\binvalid\b|\bmissing\b|not found|no such|\bunexpected\b|\babort"
            r"|\bkilled\b|expired|exceed|timed out|timeout|mismatch|\bregression\b|\bmust\b|canceled"
            r"|\bdo(?:es)? not (?:match|exist|fit|agree|equal)|\bun(?:defined|declared|bound)\b"
            r"|\battempt to \w+ an? |expected:? ?<|\bconflict|\bdiffers?\b"
            r"|not (?:allowed|permitted|supported|defined|valid|installed|available)|cancelled"
        ),
    ),
)
"""How surely the words of a line (lower-cased) say that it states a failure: the first that fits counts."""


_UNGUARDED = Guards()


def by_words(lines: Sequence[Line], guards: Guards = _UNGUARDED) -> Iterator[Finding]:
    """Yield lines with the words of failure; the later of equals is likelier the cause."""
    last_rank, last_at = 0, -FOLLOWS_LINES - 1
    for at, line in enumerate(lines):
        lowered = line.text.lower()
        held = guards.held(lowered)
        if not (held & HINTS or lowered.startswith("e")):
            continue
        text = unmarked(line.text)
        rank = _rank(line.text[: noise.LOOKED_AT_CHARS], text[: noise.LOOKED_AT_CHARS], held)
        if not rank:
            continue
        follows = at - last_at <= FOLLOWS_LINES and last_rank >= rank
        last_rank, last_at = (last_rank if follows else rank), at
        rank += NEXT_TO_END if _is_ended(lines, at) else 0
        head = Line(line.number, text)
        below = _announced(head, lines[at + 1 : at + 3])
        yield Finding(
            lines=(head, *below),
            rank=rank - (FOLLOWS if follows else 0),
            rule="words",
            first_wins=False,
            summary=" ".join((text.strip(), *(one.text for one in below))) if below else "",
        )


def _announced(head: Line, below: Sequence[Line]) -> tuple[Line, ...]:
    """Give the indented line that a head ending with a colon announces: there the reason stands."""
    said = next((one for one in below if one.text.strip()), None)
    if said is None or not head.text.rstrip().endswith(":") or said.text[:1] not in (" ", "\t"):
        return ()
    return (Line(said.number, said.text.strip()),)


def by_ending(lines: Sequence[Line], begins: int, ends: int | None) -> Iterator[Finding]:
    """Yield the last words of the step that failed at line *ends*: where nothing else says why."""
    if ends is None:
        return
    before = [line for line in lines if begins < line.number < ends][-ENDING_LINES:]
    block: list[Line] = []
    for line in reversed(before):
        text = line.text.strip()
        lowered = text.lower()
        if not text or noise.is_wrapper(lowered) or noise.is_echo(text):
            if block:
                break
        elif not noise.is_harmless(lowered):
            block.append(Line(line.number, text))
    if block:
        yield Finding(lines=(block[-1],), rank=LAST_WORDS, rule="last words", first_wins=False)


def _is_ended(lines: Sequence[Line], at: int) -> bool:
    """Say whether right after the line at *at* a tool says that it failed."""
    below = next((line for line in islice(lines, at + 1, None) if line.text.strip()), None)
    if below is None or not _wraps(below):
        return False
    return bool(lines[at].text.strip()) and not _wraps(lines[at])


def _wraps(line: Line) -> bool:
    return noise.is_wrapper(line.text.strip().lower())


def _rank(text: str, plain: str, held: int) -> int:
    """Give the rank of *text*, which is *plain* under a CI system's mark, and opens the guards *held*."""
    lowered = text.lower()
    if not (any(map(lowered.__contains__, GUARDS[HINTS])) or lowered.startswith("e")):
        return 0
    words = plain.lower().strip()
    marked = lowered if text != plain else words
    rank = _level(marked, held)
    if not rank or noise.is_echo(plain) or _is_harmless(lowered, held) or noise.is_wrapper(words):
        return 0
    if text[:1].isspace():
        rank -= 3
    if held & CLEANUP and noise.CLEANUP.search(lowered):
        rank -= TIDYING
    if may_find(BARE, held, words) and noise.is_bare(words):
        rank -= BARE_LOSES
    return max(rank, 0)


def _level(marked: str, held: int) -> int:
    for guard, (points, form) in zip(LEVELS, _LEVELS, strict=True):
        if may_find(guard, held, marked) and form.search(marked):
            return points
    return 0


def _is_harmless(lowered: str, held: int) -> bool:
    may_be = held & QUIET or may_find(HARMLESS, held, lowered)
    return bool(may_be) and noise.is_harmless(lowered)
