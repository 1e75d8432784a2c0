"""Prevention rules: how an agent states one, and which of them the next cycles are told.

What an agent says is untrusted: the rule is kept as one redacted line, and fenced in every prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policies.incident_record import IncidentRecord
from policies.redaction import redact
from policies.text import one_line

MARKER = "Prevention rule"
"""How the line begins; the prompt template says it in the same words."""

RULE_LIMIT_CHARS = 300
LINES_LIMIT = 20
"""More such lines of one message are not read."""

_LINE = re.compile(
    rf"^[ \t>*_`-]*{MARKER}[ \t*_`]*(?:\(?(?P<id>inc-\d{{8}}-[0-9a-f]{{8}})\)?)?[ \t*_`]*:[ \t*_`]*"
    r"(?P<rule>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NO_RULE = re.compile(r"[<\[(]|(?:none|n/?a|no|pending|unknown|-+)\b[.\s]*$", re.IGNORECASE)


def clean_rule(text: str) -> str:
    """Give *text* as a rule is kept: redacted, one line, at most RULE_LIMIT_CHARS."""
    return one_line(redact(text), RULE_LIMIT_CHARS)


def rules_said(message: str) -> dict[str, str]:
    """Give the rules that an agent's final *message* states, by incident id; "" where it names none.

    The last one counts where one incident has two. `none`, `n/a` or a template's `<…>` is no rule.
    """
    said: dict[str, str] = {}
    for match in list(_LINE.finditer(message))[-LINES_LIMIT:]:
        rule = clean_rule(match["rule"].strip("*_` "))
        if rule and not _NO_RULE.match(rule):
            said[(match["id"] or "").lower()] = rule
    return said


def with_rule(
    incident: IncidentRecord, said: dict[str, str], fixed: Iterable[IncidentRecord]
) -> IncidentRecord:
    """Give *incident* with the rule that was *said* of it, unless it has one.

    A rule that names no incident belongs to the only one that was *fixed*.
    """
    rule = said.get(incident.id) or (said.get("") if len(list(fixed)) == 1 else None)
    return (
        incident.evolve(prevention_rule=rule) if rule and not incident.prevention_rule else incident
    )


def learnt(incidents: Iterable[IncidentRecord]) -> tuple[str, ...]:
    """Give the prevention rules of the resolved ones among *incidents*, most severe and newest first."""
    done = [i for i in incidents if not i.is_active and i.prevention_rule]
    return tuple(dict.fromkeys(i.prevention_rule for i in most_severe_first(done)))


def most_severe_first(incidents: Iterable[IncidentRecord]) -> list[IncidentRecord]:
    """Give *incidents* by severity, those of one severity by when they were last seen, newest first."""
    newest_first = sorted(incidents, key=lambda i: i.last_seen, reverse=True)
    return sorted(newest_first, key=lambda i: i.severity)
