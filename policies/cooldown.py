"""When an open breaker lets its next probe through: cool-downs that double, limits with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.failure import Failure, FailureClass

PROBE_EVERY = timedelta(hours=24)
"""A probe is due at least this often, whatever end a limit states (design section 5)."""

USAGE_COOL_DOWN_S = 3600.0
"""First cool-down of a usage limit that states no end (design section 5)."""

LIMITS = frozenset({FailureClass.USAGE_LIMIT, FailureClass.RATE_LIMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown:
    """How long an open breaker waits before a probe, in seconds."""

    from_s: float = 900
    to_s: float = 86_400
    longest_wait_s: float = 120
    """A stated wait over this opens the breaker at once."""
    any_cause_opens_after: int = 6


def next_cool_down_s(before_s: float, failure: Failure, cool_down: CoolDown) -> float:
    """Give the seconds until the next probe; *before_s* is the cool-down that just ran, 0 for none."""
    limited = failure.failure_class is FailureClass.USAGE_LIMIT
    first_s = max(USAGE_COOL_DOWN_S, cool_down.from_s) if limited else cool_down.from_s
    return min(cool_down.to_s, before_s * 2 or first_s)


def stated_end(failure: Failure, now: datetime) -> datetime | None:
    """Give when the limit ends by its own words; None where it says nothing, or a time in the past."""
    if failure.failure_class not in LIMITS:
        return None
    if failure.resets_at and failure.resets_at > now:
        return failure.resets_at
    if failure.retry_after_s is not None:
        return now + timedelta(seconds=failure.retry_after_s)
    return None
