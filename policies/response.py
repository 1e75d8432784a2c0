"""What a person does about an incident, and what happens when nobody does anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.errors import NightcrewError
from policies.incident_record import IncidentRecord, IncidentState
from policies.moments import stamp
from policies.prevention import clean_rule
from policies.recovery import closed_episode
from policies.redaction import redact
from policies.text import one_line

TEXT_LIMIT_CHARS = 500
OWNER_LIMIT_CHARS = 60
BY_HAND = "n/a (resolved by hand)"
"""What Commit says when a person resolves without naming one."""


class IncidentRefused(NightcrewError):
    """What a person asked of an incident is not possible as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What an incident waits for from people."""

    what: str
    since: datetime | None
    remedy: str
    """The command that gives it."""


def acknowledged(incident: IncidentRecord, owner: str, now: datetime) -> IncidentRecord:
    """Give *incident* with *owner* taking care of it. Raises IncidentRefused when that is no use."""
    who = one_line(redact(owner), OWNER_LIMIT_CHARS)
    if not who:
        raise IncidentRefused(f"{incident.id}: nobody is named: --owner NAME")
    if not incident.is_active:
        raise IncidentRefused(
            f"{incident.id}: is resolved since {stamp(incident.resolved_at)}; there is nothing to "
            f"acknowledge"
        )
    return incident.evolve(state=IncidentState.ACKNOWLEDGED, owner=who, acknowledged_at=now)


def resolved_by_hand(
    incident: IncidentRecord,
    now: datetime,
    reason: str,
    *,
    fix: str = "",
    commit: str = "",
    root_cause: str = "",
    prevention_rule: str = "",
) -> IncidentRecord:
    """Give *incident* resolved for *reason*; what was said of it before stays where nothing is given.

    Of one that is resolved already, what is given is changed. Raises IncidentRefused without a reason,
    for a SEV-1 that then still lacks its root cause or prevention rule, and where nothing changes.
    """
    why = _said(reason)
    if not why:
        raise IncidentRefused(f"{incident.id}: a resolution needs its reason: --reason TEXT")
    given = {
        "fix": _said(fix),
        "commit": _said(commit),
        "root_cause": _said(root_cause),
        "prevention_rule": clean_rule(prevention_rule),
    }
    changes = {name: text for name, text in given.items() if text}
    if not incident.is_active and not changes:
        raise IncidentRefused(f"{incident.id}: is resolved since {stamp(incident.resolved_at)}")
    told = incident.evolve(resolved_because=why, **(_unsaid(incident, why) | changes))
    if told.lacks:
        options = _options(told)
        raise IncidentRefused(
            f"{incident.id}: a {told.severity} closes with it only: add {options}"
        )
    if not incident.is_active:
        return told
    closed = told.evolve(
        state=IncidentState.RESOLVED, resolved_at=now, recovered_at=told.recovered_at or now
    )
    return closed.evolve(episodes=closed_episode(closed, now))


def escalation_due(incident: IncidentRecord, now: datetime) -> bool:
    """Tell whether *incident* passed its response target unacknowledged, and nobody was told yet."""
    return is_overdue(incident, now) and incident.escalated_at is None


def is_overdue(incident: IncidentRecord, now: datetime) -> bool:
    """Tell whether *incident* fails still, and passed its response target unacknowledged."""
    return (
        incident.state is IncidentState.OPEN
        and not incident.is_recovered
        and incident.respond_by is not None
        and incident.respond_by <= now
    )


def awaited(incident: IncidentRecord, now: datetime) -> Iterator[Awaited]:
    """Give what *incident* waits for from people: an acknowledgement, or what a SEV-1 lacks."""
    if is_overdue(incident, now):
        yield Awaited(
            what="a person to acknowledge it",
            since=incident.respond_by,
            remedy=f"nightcrew incidents ack {incident.id} --owner NAME",
        )
    if incident.is_recovered and incident.lacks:
        yield Awaited(
            what=f"recovered, waits for its {' and '.join(incident.lacks).lower()}",
            since=incident.recovered_at,
            remedy=f"nightcrew incidents resolve {incident.id} --reason TEXT {_options(incident)}",
        )


def _options(incident: IncidentRecord) -> str:
    return " ".join(f"--{name.lower().replace(' ', '-')} TEXT" for name in incident.lacks)


def _unsaid(incident: IncidentRecord, why: str) -> dict[str, str]:
    """What Fix and Commit say where nobody said it."""
    defaults = {"fix": f"resolved by hand: {why}", "commit": BY_HAND}
    return {name: text for name, text in defaults.items() if getattr(incident, name) == "pending"}


def _said(text: str) -> str:
    return one_line(redact(text), TEXT_LIMIT_CHARS)
