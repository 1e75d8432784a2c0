"""What cycles cost, as far as their agents said it."""

from __future__ import annotations

from collections.abc import Sequence

from policies.plan import FIXERS
from policies.records import AttemptRecord, CycleRecord
from policies.words import count

UNKNOWN = "cost unknown"
FREE = "no model was asked"


def spend(cycles: Sequence[CycleRecord]) -> str:
    """Give what *cycles* cost, in USD and tokens; an unknown cost is said, never taken for zero."""
    attempts = [a for cycle in cycles if cycle.agent != FIXERS for a in cycle.attempts]
    if not attempts:
        return FREE
    return ", ".join([_money(attempts), *_tokens(attempts)])


def cost_of(cycle: CycleRecord) -> str:
    """Give what one *cycle* cost, short enough for a table."""
    attempts = cycle.attempts if cycle.agent != FIXERS else ()
    return _money(attempts) if attempts else ""


def cost(attempt: AttemptRecord) -> str:
    """Give what one *attempt* cost, or that it is not known."""
    return "unknown" if attempt.cost_usd is None else usd(attempt.cost_usd)


def usd(amount: float) -> str:
    """Give *amount* with cents; a smaller one is not rounded to nothing."""
    return f"{amount:.4f} USD" if 0 < amount < 0.01 else f"{amount:.2f} USD"


def _money(attempts: Sequence[AttemptRecord]) -> str:
    known = [a.cost_usd for a in attempts if a.cost_usd is not None]
    if not known:
        return UNKNOWN
    unknown = len(attempts) - len(known)
    if not unknown:
        return usd(sum(known))
    return f"at least {usd(sum(known))} ({UNKNOWN} for {count(unknown, 'attempt')})"


def _tokens(attempts: Sequence[AttemptRecord]) -> list[str]:
    given = [a.input_tokens for a in attempts if a.input_tokens is not None]
    made = [a.output_tokens for a in attempts if a.output_tokens is not None]
    sums = [(given, "in"), (made, "out")]
    return [f"{sum(known):,} tokens {way}" for known, way in sums if known]
