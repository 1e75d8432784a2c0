"""The cause where no format is known: the words of failure, and where in the log they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.rootcause import noise
from policies.rootcause.finding import Finding, Line
from policies.rootcause.single import unmarked
from policies.rootcause.vague import is_vague

NEXT_TO_END = 6
"""What a line gains right after which a wrapper stands."""
FOLLOWS, FOLLOWS_LINES = 4, 4
"""What a line loses that stands so close below one that says as much: the first of a block states it."""
TIDYING, BARE, VAGUE = 28, 12, 5
"""What a line about tidying up loses, one that names what failed but not why, and one that leaves it open."""
LAST_WORDS, ONLY_WORDS = 24, 51
"""Rank of a failed step's last words; and when that step said nothing else."""
LOOKED_AT = noise.LOOKED_AT_CHARS
ENDING_LINES = 30
"""Lines before a step's end that may hold its last words."""

_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        47,
        re.compile(
            r"^(?:\S{1,80} )?(?:fatal|panic|critical)\b ?[:!\]|]|\blevel=(?:fatal|panic"
            r"|critical)\b"
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
            r"\bfail(?:ed|ure|s|ing)?\b|\bcannot\b|can't|could not|couldn't|\bunable to\b"
            r"|\bdenied\b"
            r"|\brefus|\brejected\b|\binvalid\b|\bmissing\b|not found|no such|\bunexpected\b"
            r"|\babort"
            r"|\bkilled\b|expired|exceed|timed out|timeout|mismatch|\bregression\b|\bmust\b"
            r"|canceled"
            r"|\bdo(?:es)? not (?:match|exist|fit|agree|equal)|\bun(?:defined|declared|bound)\b"
            r"|\battempt to \w+ an? |expected:? ?<|\bconflict|\bdiffers?\b"
            r"|\b(?:leaks?|vulnerabilit\w{1,4}|violations?|secrets?|differences) (?:were "
            r"|was )?(?:found|detected)"
            r"|not (?:allowed|permitted|supported|defined|valid|installed|available)|cancelled"
        ),
    ),
    (
        26,
        re.compile(
            r"^(?!\W*(?:if|please|you|to|see|when|for|in order|use|try|this"
            r"|note)\b).*(?:\bnot\b|n't\b|\bnever\b|\bunused\b|\bunknown\b|\billegal\b"
            r"|\bincorrect|\bduplicate|\bdisallowed)"
        ),
    ),
)
"""How surely the words of a line (lower-cased) say that it states a failure: the first that fits counts."""


_LETTERS = re.compile(r"[^\W\d_]")
_HINTS = (
    "err", "fail", "fatal", "panic", "critical", "exception", "cause", "reason", "cannot", "can't",
    "could", "unable", "denied", "refus", "reject", "invalid", "missing", "no such", "unexpected",
    "not found", "not allowed", "not permitted", "not supported", "not defined", "not valid",
    "not installed", "not available", "abort", "kill", "expired", "exceed", "timed out", "timeout",
    "mismatch", "regression", "must", "cancel", "not ", "n't", "never",
    "unused", "unknown", "illegal", "correct", "duplicate", "disallow", "leak",
    "vulnerab", "violation", "secret", "undefined", "undeclared", "unbound", "attempt to",
    "expected", "conflict", "differ", "\u2716", "\u2717", "\u2718", "\u274c", "\u00d7",
)  # fmt: skip
"""A line without any of them has none of those words: a cheap test before the expressions."""


def by_words(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield lines with the words of failure; the later of equals is likelier the cause."""
    ended = _ended(lines)
    last_rank, last_at = 0, -FOLLOWS_LINES - 1
    for at, line in enumerate(lines):
        text = unmarked(line.text)
        rank = _rank(line.text[:LOOKED_AT], text[:LOOKED_AT])
        if not rank:
            continue
        follows = at - last_at <= FOLLOWS_LINES and last_rank >= rank
        last_rank, last_at = (last_rank if follows else rank), at
        rank += NEXT_TO_END if line.number in ended else 0
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
    if said is None or noise.is_wrapper(said.text.lower()):
        return ()
    announces = head.text.rstrip().endswith(":") and said.text[:1] in (" ", "\t")
    leaves_open = is_vague(head.text.lower()) and not _rank(
        said.text[:LOOKED_AT], said.text[:LOOKED_AT]
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
    block: list[Line] = []
    for line in reversed(before):
        text = line.text.strip()
        lowered = text.lower()
        if not text or noise.is_wrapper(lowered) or noise.is_echo(text):
            if block:
                break
        elif not _LETTERS.search(text):
            continue
        elif not noise.is_harmless(lowered):
            block.append(Line(line.number, text))
    if block:
        is_table = block[-1].text.startswith(("|", "│"))
        yield Finding(
            lines=(block[0 if is_table else -1],),
            rank=LAST_WORDS,
            rule="last words",
            first_wins=False,
        )


def _ended(lines: Sequence[Line]) -> frozenset[int]:
    """Give the numbers of lines right after which a tool says that it failed."""
    ended: list[int] = []
    last = 0
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        if noise.is_wrapper(text.lower()):
            ended.append(last)
            last = 0
        else:
            last = line.number
    return frozenset(ended)


def _rank(text: str, plain: str) -> int:
    lowered = text.lower()
    if not (any(map(lowered.__contains__, _HINTS)) or lowered.startswith("e")):
        return 0
    words = plain.lower().strip()
    marked = lowered if text != plain else words
    rank = next((points for points, form in _LEVELS if form.search(marked)), 0)
    if not rank or noise.is_echo(plain) or noise.is_harmless(lowered) or noise.is_wrapper(words):
        return 0
    if text[:1].isspace():
        rank -= 3
    if noise.CLEANUP.search(lowered):
        rank -= TIDYING
    if noise.is_bare(words):
        rank -= BARE
    elif is_vague(words):
        rank -= VAGUE
    return max(rank, 0)
