"""The words of a notice: what happened, why, and what to do, in plain text and within bounds.

They are the log's own, redacted where they came from; what a chat would take for a call to everybody is
made harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from policies.breaker import BreakerState
from policies.failure import CycleOutcome
from policies.incident_record import IncidentChange, IncidentRecord
from policies.moments import stamp
from policies.notice import Notice, NoticeKind
from policies.outage import Outage
from policies.pages import night_summary
from policies.permit import reset_command, subject
from policies.records import RunRecord
from policies.redaction import redact
from policies.text import one_line
from policies.words import count, gist, outcome_word

TITLE_LIMIT_CHARS = 160
LINE_LIMIT_CHARS = 300
LISTED_LIMIT = 10
"""Lines of a list in one notice; the rest are counted."""

_CALLS = re.compile(r"@(?=everyone|here|channel|all\b|room\b)|<(?=[!@#])", re.IGNORECASE)
_NO_CALL = "\u2060"
"""Between the sign and the word it is invisible, and no chat calls anybody (word joiner)."""


KINDS_OF_CHANGES = {
    IncidentChange.OPENED: NoticeKind.OPENED,
    IncidentChange.REOPENED: NoticeKind.OPENED,
    IncidentChange.ESCALATED: NoticeKind.ESCALATED,
    IncidentChange.RECOVERED: NoticeKind.RESOLVED,
    IncidentChange.RESOLVED: NoticeKind.RESOLVED,
}
"""A repeat that joins, and a person's own acknowledgement, are news to nobody."""

TITLES = {
    IncidentChange.OPENED: "opened",
    IncidentChange.REOPENED: "is back",
    IncidentChange.ESCALATED: "escalated, nobody acknowledged it",
    IncidentChange.RECOVERED: "works again, and waits",
    IncidentChange.RESOLVED: "resolved",
}


def of_incident(change: IncidentChange, incident: IncidentRecord, now: datetime) -> Notice | None:
    """Give what is told of an incident's *change*; None where nobody need know.

    An incident that is a part of an outage is told with the outage, but for its escalation: that is
    about the outage, so that five repositories make one notice.
    """
    kind = KINDS_OF_CHANGES.get(change)
    if kind is None or (incident.outage and kind is not NoticeKind.ESCALATED):
        return None
    title = f"{incident.severity} {TITLES[change]}: {incident.repo}: {incident.failure.summary}"
    return Notice(
        kind=kind,
        about=incident.outage or incident.id,
        repo=incident.repo,
        severity=incident.severity,
        title=plain(title, TITLE_LIMIT_CHARS),
        body=_told(_incident_lines(kind, incident)),
        at=now,
    )


def of_outage(outage: Outage, now: datetime) -> Notice:
    """Give what is told of *outage*, begun or ended."""
    who, is_over = subject(outage.scope), outage.ended is not None
    title = f"Outage over: {who} starts again" if is_over else f"Outage: {who}: {outage.summary}"
    lines = [
        f"outage {outage.id}, since {stamp(outage.began)}",
        f"cause: {outage.summary} ({outage.failure_class})",
        _listed("failed in", outage.repositories),
        f"over since {stamp(outage.ended)}"
        if is_over
        else f"no cycle of it starts until a probe passes: {reset_command(outage.scope)}",
    ]
    return Notice(
        kind=NoticeKind.OUTAGE_ENDED if is_over else NoticeKind.OUTAGE_BEGUN,
        about=outage.id,
        title=plain(title, TITLE_LIMIT_CHARS),
        body=_told(lines),
        at=now,
    )


def of_breaker(state: BreakerState, repo: str, now: datetime) -> Notice:
    """Give what is told of a breaker that opened just now."""
    title = f"Breaker open: {subject(state.key)}: {state.summary}"
    lines = [
        f"{count(state.identical, 'identical failure')} in a row, {state.failed} in all",
        f"cause: {state.summary} ({state.failure_class})",
        f"next probe {stamp(state.until)}" if state.until else "",
        f"when the cause is gone: {reset_command(state.key)}",
    ]
    return Notice(
        kind=NoticeKind.BREAKER_OPENED,
        about=state.key,
        repo=repo,
        title=plain(title, TITLE_LIMIT_CHARS),
        body=_told(lines),
        at=now,
    )


def of_night(run: RunRecord, now: datetime) -> Notice:
    """Give the summary of a night: what came out, what broke and why, what is open."""
    broken = [c for c in run.cycles if c.outcome in (CycleOutcome.FAILED, CycleOutcome.CRASHED)]
    lines = [
        *_first(f"{c.repo} {outcome_word(c.outcome)}: {gist(c)}" for c in broken),
        *_first(f"outage {o.id} of {subject(o.scope)}: {o.summary}" for o in run.outages),
        _listed("open incidents", [i.id for i in run.incidents if i.is_active]),
        "nightcrew status",
    ]
    return Notice(
        kind=NoticeKind.NIGHT,
        about=run.run,
        title=plain(f"Night {run.run}: {night_summary(run, run.cycles)}", TITLE_LIMIT_CHARS),
        body=_told(lines),
        at=now,
    )


def of_test(now: datetime) -> Notice:
    """Give a notice by which a person sees that a channel works."""
    body = "This channel works. Nightcrew tells here what [notify] in the settings names."
    return Notice(kind=NoticeKind.TEST, about=f"{stamp(now)}", title="Test", body=body, at=now)


def plain(text: str, limit_chars: int) -> str:
    """Give *text* on one line, redacted, and calling nobody."""
    return _CALLS.sub(lambda sign: sign.group() + _NO_CALL, one_line(redact(text), limit_chars))


def _incident_lines(kind: NoticeKind, incident: IncidentRecord) -> list[str]:
    failure = incident.failure
    lines = [
        f"incident {incident.id}, {incident.repo}, agent {incident.agent}",
        f"cause ({failure.failure_class}, confidence {failure.confidence}):",
        *(f"  {line}" for line in failure.lines[:3] or (failure.summary,)),
        f"{count(incident.count, 'failed cycle')}, first {stamp(incident.first_seen)}",
        _listed("log", incident.logs[-1:]),
    ]
    if kind is NoticeKind.RESOLVED:
        lacks = f"; waits for {' and '.join(incident.lacks)}" if incident.is_active else ""
        return [*lines, f"fix: {incident.fix}, commit {incident.commit}{lacks}"]
    outage = f"; outage {incident.outage}" if incident.outage else ""
    due = f"respond by {stamp(incident.respond_by)}: " if incident.respond_by else ""
    return [
        *lines,
        *(f"to do: {remedy}" for remedy in failure.remediation[:2]),
        f"{due}nightcrew incidents ack {incident.id} --owner NAME{outage}",
    ]


def _told(lines: Iterable[str]) -> str:
    indented = ((line, "  " if line.startswith("  ") else "") for line in lines if line)
    return "\n".join(indent + plain(line, LINE_LIMIT_CHARS) for line, indent in indented)


def _listed(what: str, names: Iterable[str]) -> str:
    shown = _first(names)
    return f"{what}: {', '.join(shown)}" if shown else ""


def _first(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    more = len(every) - LISTED_LIMIT
    return every if more <= 0 else [*every[:LISTED_LIMIT], f"and {more} more"]
