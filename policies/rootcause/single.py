"""Causes that stand on one line, known to the catalogue of signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass
from policies.rootcause import noise
from policies.rootcause.fields import with_message
from policies.rootcause.finding import Finding, Line
from policies.rootcause.vague import only_ends
from policies.signatures import Signatures

CLEANING_UP = 35
"""What a known failure loses in a line about tidying up, unless the tool itself says that it failed."""
OWN_RANK = 96
"""Of a person's own entry: above every format."""
ONLY_ENDS = 14
"""What a line loses that names a thing and that it failed: the reason stands elsewhere."""
LOGGED, FORMS = 28, 80
"""What a known failure loses in a program's own log, which it may have survived; above that rank nothing."""
_BESIDE = re.compile(r"\bMCP (?:client|server)s?\b", re.IGNORECASE)
"""What an agent starts beside itself: without it, it goes on."""
WITH_STACK = 18
"""What an exception loses whose stack follows: a program that goes on logs such ones, too."""
FAR_FROM_END, FAR_LINES = 8, 150
"""What it loses when so many kept lines follow: a tool that fails mostly ends soon after."""

_RECORD = re.compile(
    r"^(?:(?:time|ts)=\S{1,60} )?level=\w{3,8} .{0,80}\bmsg=|^(?:ERROR|WARNING|CRITICAL):[\w.]{1,80}:"
    r"|^[WEF], \[\d{4}-\d\d-\d\dT|^\{\"(?:level|time|ts|timestamp|severity)\":"
    r"|^\[(?:\d+:)?[\d:/.]{1,60}:(?:ERROR|WARNING):\S{1,200}\(\d+\)\] "
    r"|^(?:\[[\w .#-]{1,60}\] )?(?:ERROR|WARN|WARNING) {1,3}(?:\[[\w .-]{1,60}\]|[\w.$]{3,80} {0,20}-) "
)
"""A program's log: logfmt (logrus, slog), Python's and Ruby's default loggers, JSON, Chromium, log4j."""

_MARK = re.compile(
    r"^\s{0,6}(?:##\[error\]|::error(?: [^:]{0,300})?::|(?:ERROR|FATAL|CRITICAL) - )\s*"
    r"(?:\d{1,3}:\d\d\.\d\d (?=\S))?"
)
_BOXED = re.compile(r"^│ {1,8}(?:❱ {1,8})?\d{1,6} │")
"""Source code around a frame of a traceback that rich draws."""
_STACKED_CLASSES = (FailureClass.NETWORK, FailureClass.MISSING_DEPENDENCY)
_FRAME = re.compile(r"^\s+at [\w.$/@<>-]{1,300} ?\(")
_NOTE = re.compile(r"^\{.{0,300}?\"level\": ?\"(?:trace|debug|info|warn|warning)\"", re.I)
"""A record of a logger that writes JSON, and that is no error."""
_SELF = re.compile(r"^(?:error|fatal|err!?|e)\b[: ]", re.I)


def by_signature(lines: Sequence[Line], signatures: Signatures) -> Iterator[Finding]:
    """Yield the lines that the catalogue knows, unless they are wrappers or report no failure."""
    for at, line in enumerate(lines):
        text = unmarked(line.text)
        entry = signatures.of(text)
        if entry is None or _BOXED.match(text) or _NOTE.match(text):
            continue
        lowered = text.lower()
        if noise.is_echo(text) or noise.is_harmless(lowered) or noise.is_wrapper(lowered):
            continue
        rank = entry.rank - (
            CLEANING_UP if noise.CLEANUP.search(lowered) and not _SELF.match(text) else 0
        )
        rank -= ONLY_ENDS if only_ends(lowered) and not entry.first_wins else 0
        is_aside = _RECORD.match(text) or _BESIDE.search(text)
        rank -= LOGGED if entry.rank < FORMS and is_aside else 0
        if entry.failure_class in _STACKED_CLASSES and _has_stack(lines, at):
            rank -= WITH_STACK
        if entry.own:
            rank = OWN_RANK
        rank -= FAR_FROM_END if len(lines) - at > FAR_LINES and not entry.first_wins else 0
        known = Finding(
            lines=(Line(line.number, text),),
            rank=rank,
            rule=entry.name,
            failure_class=entry.failure_class,
            first_wins=entry.first_wins,
            agent_form=entry.agent,
            one_line=not entry.own,
        )
        yield with_message(known, lines, at)


def _has_stack(lines: Sequence[Line], at: int) -> bool:
    """Say whether the line at *at* is the head of a JVM's stack."""
    return at + 1 < len(lines) and _FRAME.match(lines[at + 1].text) is not None


def unmarked(text: str) -> str:
    """Give *text* without a CI system's mark for an error."""
    is_plain = "##[error]" not in text and "::error" not in text and " - " not in text
    mark = None if is_plain else _MARK.match(text)
    return text[mark.end() :] if mark else text
