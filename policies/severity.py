"""How severe an incident is, and until when a person should have answered it.

Scope and class say how much stands still and whether it ends by itself; the runbook (the signature's
severity) knows single causes better. Targets as in issue 5: 30 minutes, 4 hours, 1 business day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from policies.bounds import Scope
from policies.failure import Failure, FailureClass


class Severity(StrEnum):
    """SEV-1 is the worst."""

    SEV1 = "SEV-1"
    SEV2 = "SEV-2"
    SEV3 = "SEV-3"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTargets:
    """How long an incident may wait for its acknowledgement."""

    sev1_s: float = 1800
    """Seconds; 0 means never escalated, here and below."""
    sev2_s: float = 14_400
    sev3_business_days: float = 1
    """Whole days and parts of them, Monday to Friday."""


NEEDS_A_PERSON = frozenset(
    {
        FailureClass.AUTH,
        FailureClass.CONFIG_ERROR,
        FailureClass.MISSING_DEPENDENCY,
        FailureClass.SANDBOX_PERMISSION,
        FailureClass.DISK_FULL,
        FailureClass.OUT_OF_MEMORY,
    }
)
"""Classes that no wait and no further attempt ends."""

_SCOPES = {
    Scope.MACHINE: Severity.SEV1,
    Scope.AGENT: Severity.SEV2,
    Scope.REPOSITORY: Severity.SEV3,
}
_RUNBOOK = {"critical": Severity.SEV1, "high": Severity.SEV2}
_SATURDAY = 5


def severity_of(failure: Failure, scope: Scope, runbook: str | None) -> Severity:
    """Give the worst that scope, class and runbook say; a runbook's `low` is SEV-3 whatever they say.

    *scope* is that of the class's bounds; words that are not the agent's own reach no further than
    the repository (design rule 4). *runbook* is the signature's severity, None where none spoke.
    """
    if runbook == "low":
        return Severity.SEV3
    reached = scope if failure.agents_own else Scope.REPOSITORY
    by_class = Severity.SEV2 if failure.failure_class in NEEDS_A_PERSON else Severity.SEV3
    return worst(_SCOPES[reached], by_class, _RUNBOOK.get(runbook or "", Severity.SEV3))


def worst(*severities: Severity) -> Severity:
    """Give the worst of *severities*."""
    return min(severities)


def respond_by(
    severity: Severity, targets: ResponseTargets, opened: datetime, zone: tzinfo
) -> datetime | None:
    """Give when an incident that *opened* then should be acknowledged, in *opened*'s zone.

    *zone* is where business days begin and end. None: it is never escalated.
    """
    if severity is Severity.SEV3:
        return _business_days_after(opened, targets.sev3_business_days, zone)
    wait_s = targets.sev1_s if severity is Severity.SEV1 else targets.sev2_s
    return opened + timedelta(seconds=wait_s) if wait_s else None


def _business_days_after(opened: datetime, days: float, zone: tzinfo) -> datetime | None:
    """The hour stays: Friday 20:00 and one day is Monday 20:00. Holidays are not known."""
    if not days:
        return None
    at, left = opened.astimezone(zone), days
    if at.weekday() >= _SATURDAY:  # nobody is there to answer: the day begins on Monday
        at = datetime.combine(at.date() + timedelta(days=7 - at.weekday()), time(), zone)
    while left > 0:
        at += timedelta(days=min(left, 1.0))
        while at.weekday() >= _SATURDAY:
            at += timedelta(days=1)
        left -= 1.0
    return at.astimezone(opened.tzinfo)
