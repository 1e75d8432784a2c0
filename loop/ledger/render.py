"""Makes the text of an entry: nine lines that say what, when, why and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from loop.ledger.words import EntryContext, code, name_list, prose
from policies.fingerprint import normalise
from policies.ledger_entry import FIELDS
from policies.records import IncidentRecord, stamp

HEADER = "\n".join(
    [
        "# Incidents And Learnings",
        "",
        "## Entry Schema",
        *(f"- {f}" for f in FIELDS),
        "",
        "## Entries",
    ]
)
"""How a ledger begins that did not exist (in lines; the file's line end comes after each)."""

PENDING_RULE = "pending: to be written by whoever finds the fix"
LINES_SHOWN = 5
SOON = timedelta(minutes=5)
"""A limit that ends within this is not worth a word: it is over when somebody reads the entry."""
AROUND_CHARS = 40
"""A line with this little around an earlier one (`Reconnecting... 1/1 (…)`) says nothing new."""
_SAYS_NOTHING = re.compile(
    r"\W*(?:.{0,40}\breturned a non-zero (?:exit )?status\W*)?$", re.IGNORECASE
)


def entry(incident: IncidentRecord, context: EntryContext) -> str:
    """Give the lines of *incident*'s entry, joined by newlines, without one at the end."""
    values = (
        str(stamp(incident.first_seen)),
        _trigger(incident, context),
        _impact(incident),
        _root_cause(incident, context),
        prose(incident.fix, context),
        _rule(incident, context),
        _evidence(incident, context),
        prose(incident.commit, context),
        incident.failure.confidence.value,
    )
    rows = (f"- {name}: {value}" for name, value in zip(FIELDS, values, strict=True))
    heading = f"### {stamp(incident.first_seen)} | {title(incident, context)}"
    return "\n".join((heading, f"<!-- nightcrew:incident {incident.id} -->", *rows))


def title(incident: IncidentRecord, context: EntryContext) -> str:
    """Give the incident in a few words, `codex: usage_limit`; it never changes."""
    who = f"check {incident.check}" if incident.check else incident.agent
    text = f"{who}: {incident.failure.failure_class.value}"
    return prose(text, context, limit_chars=120).replace("|", "/")


def update_line(incident: IncidentRecord, context: EntryContext) -> str:
    """Give what is said below *incident*'s entry once a person has made that entry their own."""
    said = f"{_impact(incident)}; fix: {prose(incident.fix, context)}"
    commit = prose(incident.commit, context)
    return f"- Update: {said}; commit: {commit} <!-- nightcrew:incident {incident.id} -->"


def _trigger(incident: IncidentRecord, context: EntryContext) -> str:
    agent = code(incident.agent, context)
    what = f"pass {code(incident.pass_name, context)} with agent {agent}"
    if incident.check:
        what = f"check {code(incident.check, context)} after {what}"
    again = f"; repeats `{incident.reopens}`" if incident.reopens else ""
    return f"{what} ({prose(incident.trigger, context, 60)} run){again}"


def _impact(incident: IncidentRecord) -> str:
    first, last = stamp(incident.first_seen), stamp(incident.last_seen)
    plural = "" if incident.count == 1 else "s"
    who = prose(incident.owner, EntryContext(), 60)  # a person gave that name, to be read here
    owner = f", owner {who}" if who else ""
    shared = f"; part of outage `{incident.outage}`" if incident.outage else ""
    return (
        f"{incident.count} failed cycle{plural}, first seen {first}, last seen {last}; "
        f"{incident.severity}{owner}; {_kept(incident.cycles, incident.count, 'cycles')}{shared}"
    )


def _kept(names: tuple[str, ...], count: int, what: str) -> str:
    newest = "newest " if len(names) < count else ""
    return f"{newest}{what}: {name_list(names) or 'none'}"


def _root_cause(incident: IncidentRecord, context: EntryContext) -> str:
    failure = incident.failure
    if incident.root_cause:
        return prose(incident.root_cause, context)
    summary = prose(failure.summary, context)
    if _SAYS_NOTHING.match(failure.summary):
        said = f" ({summary})" if summary else ""
        summary = f"not found: nothing in the pass log tells why{said}"
    if failure.resets_at is None or failure.resets_at <= incident.last_seen + SOON:
        return summary
    return f"{summary.rstrip('.;')}; the limit ends {failure.resets_at:%Y-%m-%d %H:%M} UTC"


def _rule(incident: IncidentRecord, context: EntryContext) -> str:
    if incident.prevention_rule or "Prevention Rule" in incident.lacks:
        return prose(incident.prevention_rule, context) or PENDING_RULE
    advice = "; ".join(incident.failure.remediation)
    return prose(advice, context) if advice.strip() else PENDING_RULE


def _evidence(incident: IncidentRecord, context: EntryContext) -> str:
    lines = [code(line, context) for line in different(incident.failure.lines)[:LINES_SHOWN]]
    quoted = ", ".join(line for line in lines if line)
    said = f"{quoted} (untrusted external log); " if quoted else ""
    logs = _kept(incident.logs, 0, "pass logs")
    return f"{said}{logs}; fingerprint {code(incident.failure.fingerprint, context)}"


def different(lines: Iterable[str]) -> list[str]:
    """Give *lines* without those that only say again what an earlier one said (retries do)."""
    kept: list[str] = []
    said: list[str] = []
    for line in lines:
        words = normalise(line)
        if not any(_repeats(words, earlier) for earlier in said):
            said.append(words)
            kept.append(line)
    return kept


def _repeats(words: str, earlier: str) -> bool:
    return words in earlier or (earlier in words and len(words) < len(earlier) + AROUND_CHARS)
