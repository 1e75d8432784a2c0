"""From the finding that won to the failure as everybody speaks of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.failure import SUMMARY_LIMIT_CHARS, Confidence, Failure, FailureClass
from policies.fingerprint import fingerprint
from policies.resets import resets_at, retry_after_s
from policies.rootcause.advice import ADVICE
from policies.rootcause.agent import RETRY_RANK
from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import Finding
from policies.rootcause.hints import Hints
from policies.rootcause.identity import identity
from policies.rootcause.provider import ANSWER
from policies.rootcause.replay import replay
from policies.rootcause.shown import cause_lines, shown_lines
from policies.rootcause.trust import confidence_of
from policies.signatures import Signatures

NAME_SHOWN_CHARS = 80
"""So much of a test's name is shown at least."""
JOINTS_LIMIT = 20
"""Colons of which one may end it."""
LINE_SHOWN_CHARS = 1_000
"""More of a cause line is not given."""

_SERVER = expression(r"\b50[0234]\b|bad gateway|service unavailable|gateway time-?out", re.I)
_MODEL = expression(
    r"\bmodels?\b|api error|overloaded|llm|openai|anthropic|gemini|\btokens?\b", re.I
)
_BOXED = expression(r"[│┃] ([^│┃]{1,2000}?) [│┃]$")
"""A line of a box that a program draws around what it says."""
_OF_TESTS = frozenset({FailureClass.TEST_FAILURE, FailureClass.TEST_TIMEOUT})
_LIMITS = frozenset({FailureClass.USAGE_LIMIT, FailureClass.RATE_LIMIT})


def failure_of(
    ordered: Sequence[Finding],
    hints: Hints,
    signatures: Signatures,
    *,
    events: bool,
    last_progress: str,
) -> Failure:
    """Give the failure whose cause stands first in *ordered*.

    *events*: the log is of an agent that speaks of itself in events, so what it says is its own.
    """
    lead = ordered[0]
    own = events and (lead.rule.startswith("agent's") or lead.agent_form)
    entry = entry_for(lead, signatures)
    found = _class(hints, class_of(lead, entry), lead)
    confidence = confidence_of(ordered, found, is_known=entry is not None)
    shown = shown_lines(ordered, confidence)
    stated = " ".join(line.text for line in cause_lines(ordered))
    said = (lead.identity or lead.words()) if own else stated
    limit = said if found in _LIMITS else ""
    return Failure(
        failure_class=found,
        summary=_one_line(lead),
        fingerprint=identity(
            lead, found, confidence, hints, entry=entry, own=own, last_progress=last_progress
        ),
        confidence=confidence,
        lines=tuple(line.text.strip()[:LINE_SHOWN_CHARS] for line in shown),
        line_numbers=tuple(line.number for line in shown),
        signature=entry.name if entry else None,
        replay=lead.replay or replay(lead) or (entry.replay if entry else ()) or lead.command,
        remediation=entry.remediation if entry else ADVICE.get(found, ()),
        agents_own=own and lead.rank >= RETRY_RANK and not (entry and entry.of_task),
        resets_at=resets_at(limit, hints.now, hints.local_zone),
        retry_after_s=retry_after_s(limit),
    )


def success(*, is_sure: bool = True) -> Failure:
    """Give what a log of a success is called; not so surely where a tool's form tells of a failure, too."""
    return Failure(
        failure_class=FailureClass.SUCCESS,
        summary="ended well",
        fingerprint=fingerprint(FailureClass.SUCCESS, ""),
        confidence=Confidence.HIGH if is_sure else Confidence.MEDIUM,
    )


def _class(hints: Hints, found: FailureClass, lead: Finding) -> FailureClass:
    """What the evidence decided stands where the log itself does not know better.

    A server's failure is a model's only where an agent or a model is spoken of.
    """
    words = lead.words()
    is_servers = lead.rule != ANSWER and _SERVER.search(words)
    if found is FailureClass.MODEL_ERROR and hints.agent is None and is_servers:
        return found if _MODEL.search(words) else FailureClass.NETWORK
    if hints.known_class and found in (FailureClass.UNKNOWN, FailureClass.TIMEOUT):
        return hints.known_class
    return found


def _one_line(lead: Finding) -> str:
    plain = " ".join(lead.words().split())
    if boxed := _BOXED.match(plain):
        plain = boxed[1]
    if lead.failure_class in _OF_TESTS:
        plain = _with_reason(plain, " ".join(lead.identity.split()))
    return plain if len(plain) <= SUMMARY_LIMIT_CHARS else plain[: SUMMARY_LIMIT_CHARS - 1] + "…"


def _with_reason(plain: str, identity: str) -> str:
    """Give *plain* without the middle of a name that its *identity* knows, where that hides the reason."""
    over = len(plain) - SUMMARY_LIMIT_CHARS
    name = _name(plain, identity) if over > 0 else ""
    if len(name) <= NAME_SHOWN_CHARS:
        return plain
    kept = max(NAME_SHOWN_CHARS, len(name) - over) - 1
    return f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}{plain[len(name) :]}"


def _name(plain: str, identity: str) -> str:
    """Give the longest part of *identity* that stands before a colon at the start of *plain*."""
    name = ""
    for part in plain[: 2 * LINE_SHOWN_CHARS].split(": ")[:-1][:JOINTS_LIMIT]:
        longer = f"{name}: {part}" if name else part
        if longer not in identity:
            break
        name = longer
    return name
