"""Causes that stand on one line: by signature, and by the words of failure where no format is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.rootcause import noise
from policies.rootcause.finding import Finding, Line
from policies.signatures import Signatures

ENDING_LINES = 30
"""Lines before a step's end that may hold its last words."""

CLEANING_UP = 35
"""What a known failure loses in a line about tidying up, unless the tool itself says that it failed."""
NEXT_TO_END = 6
"""What a line gains right after which a wrapper stands."""

_STRONG = re.compile(r"\bfatal\b|\bpanic\b|\bcritical\b|^##\[error\]|^::error")
_ERROR = re.compile(r"\berrors?\b|\w(?:error|exception)\b|^err[:!]|\be\d{3}\b|✖|✗")
_FAILURE = re.compile(
    r"\bfail(?:ed|ure|s|ing)?\b|\bcannot\b|can't|could not|couldn't|\bunable to\b|\bdenied\b"
    r"|\brefus|\brejected\b|\binvalid\b"
    r"|\bmissing\b|not found|no such|\bunexpected\b|\babort|\bkilled\b|expired|exceed|timed out"
    r"|timeout|mismatch|\bregression\b"
    r"|not (?:allowed|permitted|supported|defined|valid)|\bmust\b|canceled"
    r"|cancelled"
)
_MARK = re.compile(
    r"^\s{0,6}(?:##\[error\]|::error(?: [^:]{0,300})?::|(?:ERROR|FATAL|CRITICAL) - )\s*"
)
_SELF = re.compile(r"^(?:error|fatal|err!?|e)\b[: ]", re.I)


def by_signature(lines: Sequence[Line], signatures: Signatures) -> Iterator[Finding]:
    """Yield the lines that the catalogue knows, unless they are wrappers or report no failure."""
    for line in lines:
        text = unmarked(line.text)
        entry = signatures.of(text)
        if entry is None:
            continue
        lowered = text.lower()
        if noise.is_echo(text) or noise.is_harmless(lowered) or noise.is_wrapper(lowered):
            continue
        rank = entry.rank - (
            CLEANING_UP if noise.CLEANUP.search(lowered) and not _SELF.match(text) else 0
        )
        yield Finding(
            lines=(Line(line.number, text),),
            rank=rank,
            rule=entry.name,
            failure_class=entry.failure_class,
            first_wins=entry.first_wins,
            agent_form=entry.agent,
        )


def by_words(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield lines with the words of failure; the later of equals is likelier the cause."""
    ended = _ended(lines)
    for line in lines:
        text = unmarked(line.text)
        start = text[: noise.LOOKED_AT_CHARS]
        rank = _rank(line.text[: noise.LOOKED_AT_CHARS], start.lower())
        if rank and not noise.is_echo(text):
            more = NEXT_TO_END if line.number in ended else 0
            yield Finding(
                lines=(Line(line.number, text),), rank=rank + more, rule="words", first_wins=False
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


def by_ending(lines: Sequence[Line], ends: int | None) -> Iterator[Finding]:
    """Yield the last words before line *ends*, at which a step failed: where nothing else says why."""
    if ends is None:
        return
    before = [line for line in lines if line.number < ends][-ENDING_LINES:]
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
        yield Finding(lines=(block[-1],), rank=24, rule="last words", first_wins=False)


def unmarked(text: str) -> str:
    """Give *text* without a CI system's mark for an error."""
    return _MARK.sub("", text)


def _rank(text: str, lowered: str) -> int:
    plain = unmarked(lowered).strip()
    if not plain or noise.is_harmless(lowered) or noise.is_wrapper(plain):
        return 0
    rank = 0
    if _STRONG.search(lowered):
        rank = 46
    elif _ERROR.search(lowered):
        rank = 42
    elif _FAILURE.search(lowered):
        rank = 34
    if rank and (_SELF.match(plain) or text[:1].isalpha()):
        rank += 3
    if rank and noise.CLEANUP.search(lowered):
        rank -= 28
    if rank and noise.is_bare(plain):
        rank -= 12
    return max(rank, 0)
