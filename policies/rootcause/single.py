"""Causes that stand on one line, known to the catalogue of signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass
from policies.rootcause import noise
from policies.rootcause.finding import Finding, Line
from policies.rootcause.vague import only_ends
from policies.signatures import Signatures

CLEANING_UP = 35
"""What a known failure loses in a line about tidying up, unless the tool itself says that it failed."""
OWN_RANK = 96
"""Of a person's own entry: above every format."""
ONLY_ENDS = 14
"""What a line loses that names a thing and that it failed: the reason stands elsewhere."""
LOGGED = 18
"""What an exception loses whose stack follows: a program that goes on logs such ones, too."""
FAR_FROM_END, FAR_LINES = 8, 150
"""What it loses when so many kept lines follow: a tool that fails mostly ends soon after."""

_MARK = re.compile(
    r"^\s{0,6}(?:##\[error\]|::error(?: [^:]{0,300})?::|(?:ERROR|FATAL|CRITICAL) - )\s*"
    r"(?:\d{1,3}:\d\d\.\d\d (?=\S))?"
)
_LOGGED_CLASSES = (FailureClass.NETWORK, FailureClass.MISSING_DEPENDENCY)
_FRAME = re.compile(r"^\s+at [\w.$/@<>-]{1,300} ?\(")
_SELF = re.compile(r"^(?:error|fatal|err!?|e)\b[: ]", re.I)


def by_signature(lines: Sequence[Line], signatures: Signatures) -> Iterator[Finding]:
    """Yield the lines that the catalogue knows, unless they are wrappers or report no failure."""
    for at, line in enumerate(lines):
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
        rank -= ONLY_ENDS if only_ends(lowered) and not entry.first_wins else 0
        if entry.failure_class in _LOGGED_CLASSES and _has_stack(lines, at):
            rank -= LOGGED
        if entry.own:
            rank = OWN_RANK
        rank -= FAR_FROM_END if len(lines) - at > FAR_LINES and not entry.first_wins else 0
        yield Finding(
            lines=(Line(line.number, text),),
            rank=rank,
            rule=entry.name,
            failure_class=entry.failure_class,
            first_wins=entry.first_wins,
            agent_form=entry.agent,
            one_line=not entry.own,
        )


def _has_stack(lines: Sequence[Line], at: int) -> bool:
    """Say whether the line at *at* is the head of a JVM's stack."""
    return at + 1 < len(lines) and _FRAME.match(lines[at + 1].text) is not None


def unmarked(text: str) -> str:
    """Give *text* without a CI system's mark for an error."""
    mark = _MARK.match(text)
    return text[mark.end() :] if mark else text
