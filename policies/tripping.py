"""A breaker that a person opens: nothing starts until its time is over, or a person resets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policies.breaker_state import NO_PROBE, BreakerState, Phase
from policies.text import one_line

SUMMARY_LIMIT_CHARS = 200


def tripped_by_hand(
    state: BreakerState, reason: str, until: datetime, now: datetime
) -> BreakerState:
    """Give *state* open until *until*, whatever it was; a probe that runs does not close it."""
    return replace(
        state,
        phase=Phase.OPEN,
        summary=one_line(f"opened by hand: {reason}", SUMMARY_LIMIT_CHARS),
        fingerprint="",
        identical=0,
        failure_class=None,
        opened_at=now,
        until=until,
        stated_end=None,
        incident=None,
        ramp=None,
        **NO_PROBE,
    )
