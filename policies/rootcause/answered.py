"""Which lines say that a service which was waited for is there, so that its refusals were survived."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.levels import LEVELS
from policies.rootcause.noise import is_bare, is_harmless
from policies.rootcause.scan import holding

_ANSWERS = expression(
    r"^.{0,200}(?:\b(?:is|are|now|became) (?:now )?(?:up|ready|available|healthy|reachable|online"
    r"|running|listening)\b(?!\?)|\bup and running\b|\bsucceeded!$|\baccepting connections$"
    r"|\bConnected to (?:tcp|http|https)://|\bconnection (?:established|succeeded)\b)",
    re.I,
)
"""What says so: wait-for-it, dockerize, nc -z, pg_isready, docker compose, and scripts of one's own."""
ANSWER_CHARS = 160
"""A longer line says more than that."""
_ANSWER_WORDS = (
    "up",
    "ready",
    "avail",
    "health",
    "reach",
    "line",
    "run",
    "listen",
    "succ",
    "onnect",
)
_DENIES = expression(
    r"\b(?:not|isn't|never|until|waiting|wait(?!-for)|if|whether|check(?:ing)?)\b", re.I
)


def answered(lines: Sequence[Line], ends: int | None) -> tuple[int, ...]:
    """Give the lines that say that something which was waited for is there, and after which the step went on.

    It did where something went wrong later (the step *ends* at that line, or with the log). Where nothing
    did, it was another program, in a container of its own, that became ready.
    """
    told = _answers(lines)
    if not told:
        return ()
    step = (line for line in reversed(lines) if ends is None or line.number <= ends)
    last = next((line.number for line in step if _worries(line.text.lower())), 0)
    return tuple(number for number in told if number < last)


def _worries(lowered: str) -> bool:
    return not (is_bare(lowered) or is_harmless(lowered)) and any(
        words.search(lowered) for _, words in LEVELS
    )


def _answers(lines: Sequence[Line]) -> tuple[int, ...]:
    held = holding(lines, *_ANSWER_WORDS)
    return tuple(line.number for _, line in held if _is_answer(line.text))


def _is_answer(text: str) -> bool:
    if len(text) > ANSWER_CHARS:
        return False
    return _ANSWERS.match(text) is not None and not _DENIES.search(text)
