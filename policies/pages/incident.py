"""One incident as a page: its key in Prefect stays the same, so the page's versions are its history."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from policies.pages.bounded import joined
from policies.pages.cause import cause_blocks
from policies.pages.markdown import bullets, facts, fenced, inline
from policies.records import Episode, IncidentRecord
from policies.text import one_line
from policies.words import moment

TEXT_CHARS = 1000
FACT_CHARS = 200
NAMES_BYTES = 8_000
COMMANDS_BYTES = 4_000


def incident_page(incident: IncidentRecord) -> str:
    """Give the page of *incident* as Markdown of at most PAGE_LIMIT_BYTES."""
    failure = incident.failure
    return joined(
        [
            f"# {incident.state.value}: {failure.failure_class.value}",
            inline(failure.summary, TEXT_CHARS),
            _facts(incident),
            "## Cause",
            *cause_blocks(failure),
            *_names("## Episodes", [_episode(each) for each in incident.episodes]),
            *_names("## Cycles", incident.cycles),
            *_names("## Pass logs", incident.logs),
            *_next(incident),
        ]
    )


def _facts(incident: IncidentRecord) -> str:
    pairs = [
        ("incident", incident.id),
        ("repository", incident.repo),
        ("severity", incident.severity.value),
        ("owner", incident.owner),
        ("agent", incident.agent),
        ("pass", incident.pass_name),
        ("check", incident.check or ""),
        ("failed cycles", str(incident.count)),
        ("first seen", moment(incident.first_seen)),
        ("last seen", moment(incident.last_seen)),
        ("respond by", moment(incident.respond_by)),
        ("escalated", moment(incident.escalated_at)),
        ("recovered", moment(incident.recovered_at)),
        ("waits for", ", ".join(incident.lacks) if incident.is_recovered else ""),
        ("resolved", moment(incident.resolved_at)),
        ("fix", incident.fix),
        ("root cause", incident.root_cause),
        ("prevention rule", incident.prevention_rule),
        ("commit", incident.commit),
        ("repeats", incident.reopens or ""),
        ("not in the ledger yet", incident.waits_because),
    ]
    return facts(pairs, FACT_CHARS)


def _episode(each: Episode) -> str:
    end = f"{moment(each.closed)}: {each.how}" if each.closed else "now"
    return f"{moment(each.opened)} to {end}"


def _names(title: str, names: Sequence[str]) -> list[str]:
    """The newest stand first."""
    return [title, bullets(names[::-1], NAMES_BYTES)] if names else []


def _next(incident: IncidentRecord) -> list[str]:
    commands = [f"nightcrew incidents show {_named(incident.id)}"]
    if incident.cycles:
        last = _named(incident.cycles[-1])
        commands.append(f"nightcrew show {last} --log")
        if incident.is_active:
            commands.append(f"nightcrew rerun {last}")
    return ["## Next", fenced("\n".join(commands), COMMANDS_BYTES)]


def _named(name: str) -> str:
    return shlex.quote(one_line(name, FACT_CHARS))
