"""The cause where no format is known: the words of failure, and where in the log they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from policies.expressions import expression
from policies.rootcause import noise
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guards import (
    ALL,
    BARE,
    CLEANUP,
    GUARDS,
    HARMLESS,
    HINTS,
    LEVELS,
    QUIET,
    STARTS,
    Guards,
    may_find,
)
from policies.rootcause.levels import LEVELS as FORMS
from policies.rootcause.single import unmarked
from policies.rootcause.vague import is_vague, opens_block
from policies.rootcause.wrapping import LOOKED_AT_CHARS, is_wrapper

NEXT_TO_END = 6
"""What a line gains right after which a wrapper stands."""
FOLLOWS, FOLLOWS_LINES = 4, 4
"""What a line loses that stands so close below one that says as much: the first of a block states it."""
TIDYING, BARE_LOSES, VAGUE = 28, 12, 5
"""What a line about tidying up loses, one that names what failed but not why, and one that leaves it open."""
HEADED = 47
"""Rank of what stands below a heading that announces an error."""
LAST_WORDS, ONLY_WORDS = 24, 51
"""Rank of a failed step's last words; and when that step said nothing else."""
ENDING_LINES = 30
"""Lines before a step's end that may hold its last words."""

_HEADING = expression(
    r"^\W{0,4}(?:error|fatal|fatal error|error message|exception|reason"
    r"|cause)\W{0,2}:\W{0,2}(?:[A-Z]{1,10}[_-]?\d{2,6}\W{0,2})?$",
    re.I,
)
_LACKS = expression(r"^(?:No|Nothing|None of|Missing|Only) \w", re.I)
"""A sentence that says what was not there: the last of a block may state the verdict."""
_TAG = expression(r"^\[[\w.@/-]{1,30}\] ")
_FOLDS = expression(r"^(?:##\[|::)(?:end)?group\b")
"""Above it stands what the CI system shows of a step, or another of its parts."""
_LETTERS = expression(r"[^\W\d_]")
_STACK = expression(r"^at (?:async )?\S.{0,300}(?:\)|:\d{1,9}:\d{1,9})$")
_FRAME = expression(r"^(?:at|❯) \S.{0,400}:\d{1,9}\)?(?: \{)?$")
_UNGUARDED = Guards()
_LEVELS = tuple(
    (guard, STARTS.get(guard, ()), points, form)
    for guard, (points, form) in zip(LEVELS, FORMS, strict=True)
)


def by_words(lines: Sequence[Line], guards: Guards = _UNGUARDED) -> Iterator[Finding]:
    """Yield lines with the words of failure; the later of equals is likelier the cause."""
    last_rank, last_at = 0, -FOLLOWS_LINES - 1
    for at, line in enumerate(lines):
        lowered = line.text.lower()
        held = guards.held(lowered)
        if not (held & HINTS or lowered.startswith("e")):
            continue
        text = unmarked(line.text)
        said = text[:LOOKED_AT_CHARS].strip()
        is_mute = _HEADING.match(said) or _FRAME.match(said)
        rank = 0 if is_mute else _rank(line.text[:LOOKED_AT_CHARS], text[:LOOKED_AT_CHARS], held)
        if not rank:
            yield from _headed(lines, at)
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


def _headed(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    """Yield the line below one that only says "Error:"."""
    if not _HEADING.match(lines[at].text.strip()):
        return
    said = next((one for one in lines[at + 1 : at + 3] if one.text.strip()), None)
    if said is None:
        return
    lowered = said.text.strip().lower()
    if not (noise.is_bare(lowered) or noise.is_harmless(lowered) or noise.is_echo(lowered)):
        yield Finding(
            lines=(Line(said.number, said.text.strip()),),
            rank=HEADED,
            rule="words",
            first_wins=False,
        )


def _announced(head: Line, below: Sequence[Line]) -> tuple[Line, ...]:
    """Give the indented line that a head ending with a colon announces: there the reason stands."""
    said = next((one for one in below if _LETTERS.search(one.text)), None)
    if said is None or is_wrapper(said.text.lower()) or opens_block(said.text):
        return ()
    tag = _TAG.match(head.text)
    goes_on = said.text[:1] in (" ", "\t") or (tag is not None and said.text.startswith(tag[0]))
    announces = head.text.rstrip().endswith(":") and goes_on
    leaves_open = is_vague(head.text.lower()) and not _rank(
        said.text[:LOOKED_AT_CHARS], said.text[:LOOKED_AT_CHARS], ALL
    )
    if not announces and not leaves_open:
        return ()
    if noise.is_echo(said.text.strip()) or noise.is_harmless(said.text.lower()):
        return ()
    return (Line(said.number, said.text.strip()),)


def by_ending(lines: Sequence[Line], begins: int, ends: int | None) -> Iterator[Finding]:
    """Yield the last words of the step that failed at line *ends*: where nothing else says why."""
    if ends is None:
        return
    before = [line for line in lines if begins < line.number < ends][-ENDING_LINES:]
    block, mild = list[Line](), list[Line]()
    for line in reversed(before):
        text = line.text.strip()
        lowered = text.lower()
        if _FOLDS.match(text) and block:
            break
        if not text or is_wrapper(lowered) or noise.is_echo(text) or _STACK.match(text):
            if block:
                break
        elif not _LETTERS.search(text):
            continue
        elif not noise.is_harmless(lowered):
            block.append(Line(line.number, text))
        elif lowered.startswith("warn"):
            mild.append(Line(line.number, text))
    block = block or mild[:1]
    if block:
        tells = block[0].text.startswith(("|", "│")) or _LACKS.match(block[0].text)
        yield Finding(
            lines=(block[0 if tells else -1],),
            rank=LAST_WORDS,
            rule="last words",
            first_wins=False,
        )


def _is_ended(lines: Sequence[Line], at: int) -> bool:
    """Say whether right after the line at *at* a tool says that it failed."""
    below = next((line for line in islice(lines, at + 1, None) if line.text.strip()), None)
    if below is None or not _wraps(below):
        return False
    return bool(lines[at].text.strip()) and not _wraps(lines[at])


def _wraps(line: Line) -> bool:
    return is_wrapper(line.text.strip().lower())


def _rank(text: str, plain: str, held: int) -> int:
    """Give the rank of *text*, which is *plain* under a CI system's mark, and opens the guards *held*."""
    lowered = text.lower()
    if not (any(map(lowered.__contains__, GUARDS[HINTS])) or lowered.startswith("e")):
        return 0
    words = plain.lower().strip()
    marked = lowered if text != plain else words
    rank = _level(marked, held)
    if not rank or noise.is_echo(plain) or _is_harmless(lowered, held) or is_wrapper(words):
        return 0
    if text[:1].isspace():
        rank -= 3
    if held & CLEANUP and noise.CLEANUP.search(lowered):
        rank -= TIDYING
    if may_find(BARE, held, words) and noise.is_bare(words):
        rank -= BARE_LOSES
    elif is_vague(words):
        rank -= VAGUE
    return max(rank, 0)


def _level(marked: str, held: int) -> int:
    for guard, starts, points, form in _LEVELS:
        if (held & guard or (starts and marked.startswith(starts))) and form.search(marked):
            return points
    return 0


def _is_harmless(lowered: str, held: int) -> bool:
    may_be = held & QUIET or may_find(HARMLESS, held, lowered)
    return bool(may_be) and noise.is_harmless(lowered)
