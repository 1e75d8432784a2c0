"""What an entry of a ledger says, in whichever dialect people or another loop wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

FIELDS = (
    "Date",
    "Trigger",
    "Impact",
    "Root Cause",
    "Fix",
    "Prevention Rule",
    "Evidence",
    "Commit",
    "Confidence",
)
"""The nine fields of an entry, in their order."""

_ALSO = {
    "Date": "date time when",
    "Trigger": "trigger summary detection symptom symptoms description",
    "Impact": "impact",
    "Root Cause": "root_cause root_causes cause causes",
    "Fix": "fix fixes fix_implemented resolution remediation mitigation corrective_action",
    "Prevention Rule": "prevention_rule prevention_rules prevention preventive_action",
    "Evidence": "evidence detection_evidence",
    "Commit": "commit commits related_commits related_commits/refs",
    "Confidence": "confidence",
    "": "severity status owner category scope follow-up",
}
"""Which names mean a field of ours; under the empty name those that are known and mean none."""
_CANONICAL = {
    name.replace("_", " "): field for field, names in _ALSO.items() for name in names.split()
}
_BRACKETED = re.compile(r"\s*\([^)]*\)")
_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(?:Z|UTC)?)?"
)


@lru_cache(maxsize=4096)
def canonical(name: str) -> str | None:
    """Give the field of ours that *name* means, empty for another known one; None: no field's name."""
    return _CANONICAL.get(" ".join(_BRACKETED.sub("", name).lower().split()))


def moment_in(text: str) -> datetime | None:
    """Give the first date of *text*, with its clock time (midnight without one); UTC. None: none."""
    found = _MOMENT.search(text)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry, as far as it can be understood."""

    line: int
    """Of its first line, 1-based."""
    text: str
    """All of it, without blank lines at its end."""
    title: str = ""
    """The heading's text; empty for a bare group of bullets."""
    fields: tuple[tuple[str, str], ...] = ()
    """Name as written and value on one line, in their order."""
    is_flat: bool = False
    """It is a heading (or none) and one line a field, nothing else: no person's paragraphs."""
    id: str | None = None
    """What its nightcrew comment names, sound or not; None: it has none, and is not ours."""
    is_folded: bool = False
    """It was made of several by `ledger compact`."""

    def value(self, field: str) -> str:
        """Give the first value of *field* (one of FIELDS), whatever it is called here; empty: none."""
        said = (value for name, value in self.fields if value and canonical(name) == field)
        return next(said, "")

    @property
    def moment(self) -> datetime | None:
        """Give when it happened: the Date field's, else the heading's. Aware, UTC."""
        return moment_in(self.value("Date")) or moment_in(self.title)
