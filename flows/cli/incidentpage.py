"""One incident as people read it: its cause, episodes, cycles, logs, commits, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flows.cli.console import fields
from flows.cli.cyclepage import failure_lines
from flows.cli.words import moment
from policies.incident_record import Episode, IncidentRecord
from policies.moments import stamp
from policies.response import awaited
from policies.sparkline import DAYS, sparkline

SHOWN_LIMIT = 10


def page(incident: IncidentRecord, now: datetime) -> list[str]:
    """Give the lines of all that is remembered of *incident*."""
    again = [f"to try it again: nightcrew rerun {incident.cycles[-1]}"] if incident.cycles else []
    failure = failure_lines("failure", incident.failure)
    return [*fields(_facts(incident, now)), "", *failure, *again]


def in_list(incident: IncidentRecord) -> dict[str, Any]:
    """Give the contract's object with what a list of incidents says beside it."""
    return incident.to_json() | {
        "severity": incident.severity.value,
        "owner": incident.owner or None,
        "respond_by": stamp(incident.respond_by),
        "escalated": stamp(incident.escalated_at),
        "recovered": stamp(incident.recovered_at),
        "occurrences": [
            {"day": day.isoformat(), "count": n} for day, n in sorted(incident.per_day().items())
        ],
    }


def in_full(incident: IncidentRecord, now: datetime) -> dict[str, Any]:
    """Give the contract's object with all that is remembered beside it."""
    return in_list(incident) | {
        "agent": incident.agent,
        "pass": incident.pass_name,
        "check": incident.check,
        "failure": incident.failure.to_json(),
        "cycles": list(incident.cycles),
        "pass_logs": list(incident.logs),
        "acknowledged": stamp(incident.acknowledged_at),
        "resolved": stamp(incident.resolved_at),
        "resolved_because": incident.resolved_because or None,
        "root_cause": incident.root_cause or None,
        "fix": incident.fix,
        "prevention_rule": incident.prevention_rule or None,
        "commit": incident.commit,
        "episodes": [_episode(each) for each in incident.episodes],
        "reopens": incident.reopens,
        "waits_for": list(waits_for(incident, now)),
        "waits_because": incident.waits_because or None,
    }


def waits_for(incident: IncidentRecord, now: datetime) -> Iterator[str]:
    """Give what *incident* waits for, one line each; nothing when it is over."""
    if incident.is_active and not incident.is_recovered:
        what = f"check {incident.check} passes" if incident.check else f"{incident.agent} succeeds"
        yield f"a cycle in which pass {incident.pass_name} with {what}, or a person who resolves it"
    for each in awaited(incident, now):
        since = f", since {moment(each.since)}" if each.since else ""
        yield f"{each.what}{since}: {each.remedy}"
    if incident.waits_because:
        yield f"its ledger entry: {incident.waits_because}"


def state_word(incident: IncidentRecord) -> str:
    """Give the state as people read it; one that recovered and waits says so."""
    return f"{incident.state}, recovered" if incident.is_recovered else incident.state.value


def occurrences(incident: IncidentRecord, today: date) -> str:
    """Give the sparkline of the last weeks."""
    return sparkline(incident.per_day(), today)


def _facts(incident: IncidentRecord, now: datetime) -> list[tuple[str, str]]:
    return [
        ("incident", incident.id),
        ("repository", incident.repo),
        ("state", state_word(incident)),
        ("severity", incident.severity.value),
        ("owner", incident.owner),
        ("agent", incident.agent),
        ("pass", incident.pass_name),
        ("check", incident.check or ""),
        ("count", str(incident.count)),
        (f"last {DAYS} days", occurrences(incident, now.date())),
        ("first seen", moment(incident.first_seen)),
        ("last seen", moment(incident.last_seen)),
        ("episodes", "\n".join(_episode_line(each) for each in reversed(incident.episodes))),
        ("respond by", moment(incident.respond_by)),
        ("acknowledged", moment(incident.acknowledged_at)),
        ("escalated", moment(incident.escalated_at)),
        ("resolved", moment(incident.resolved_at)),
        ("because", incident.resolved_because),
        ("root cause", incident.root_cause),
        ("fix", incident.fix),
        ("prevention", incident.prevention_rule),
        ("commit", incident.commit),
        ("reopens", incident.reopens or ""),
        ("waits for", "\n".join(waits_for(incident, now))),
        ("cycles", _newest(incident.cycles)),
        ("logs", _newest(incident.logs)),
    ]


def _episode(each: Episode) -> dict[str, Any]:
    return {
        "opened": stamp(each.opened),
        "closed": stamp(each.closed),
        "how": each.how or None,
        "commit": each.commit or None,
    }


def _episode_line(each: Episode) -> str:
    if each.closed is None:
        return f"{moment(each.opened)} to now"
    return f"{moment(each.opened)} to {moment(each.closed)}: {each.how} ({each.commit})"


def _newest(names: Sequence[str]) -> str:
    more = [f"and {len(names) - SHOWN_LIMIT} earlier"] if len(names) > SHOWN_LIMIT else []
    return "\n".join([*reversed(names[-SHOWN_LIMIT:]), *more])
