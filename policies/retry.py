"""Whether a failed attempt is tried again in the same pass, and after how long.

Waits use exponential back-off with full jitter (the field's standard against stampedes); a server's
own Retry-After is kept as stated. A wait over *longest_wait_s* is never slept: it ends the pass, and
the breaker holds the time until then.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.bounds import Bound
from policies.failure import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Try again after this many seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The pass ends here."""

    why: str


def next_try(
    bound: Bound, tried: int, failure: Failure, *, spread: float, longest_wait_s: float
) -> Wait | GiveUp:
    """Say whether to try again after *tried* attempts. *spread* in 0..1 is the caller's jitter."""
    if tried >= bound.attempts:
        return GiveUp(why=f"{tried} of {bound.attempts} attempts for {failure.failure_class}")
    wait_s = _wait_s(bound, tried, failure, spread)
    if wait_s > longest_wait_s:
        return GiveUp(why=f"the wait of {wait_s:.0f} s is longer than {longest_wait_s:.0f} s")
    return Wait(wait_s=wait_s)


def _wait_s(bound: Bound, tried: int, failure: Failure, spread: float) -> float:
    if failure.retry_after_s is not None:
        return failure.retry_after_s
    # The exponent is capped: 2.0**1024 overflows, and no wait is that long.
    ceiling_s = min(bound.wait_to_s, bound.wait_from_s * 2.0 ** min(tried - 1, 60))
    return bound.wait_from_s + spread * max(0.0, ceiling_s - bound.wait_from_s)
