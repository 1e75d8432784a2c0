"""A cycle as others see it while it runs: its own clock, and the note of who runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from loop import running
from loop.errors import StoreError
from loop.story import Crew, Order
from policies.failure import StopReason


class CycleClock:
    """Says when a cycle must stop: its own limit has run out, or the run was cancelled."""

    def __init__(self, order: Order, crew: Crew) -> None:
        """Start the clock."""
        self._crew = crew
        self._cycle = order.cycle
        self._limit_s = order.plan.timeouts.cycle_s
        self._began_s = time.monotonic()

    def reason(self) -> StopReason | None:
        """Give why the cycle must stop now, or None."""
        if cancelled := self._crew.is_cancelled(self._cycle):
            return cancelled
        over = self._limit_s and time.monotonic() - self._began_s >= self._limit_s
        return StopReason.CYCLE if over else None


@contextmanager
def announced(name: str, crew: Crew) -> Iterator[None]:
    """Note in the store which process runs the cycle or run *name*, for `stop`, `show` and the sweep."""
    with suppress(StoreError):  # a run tells of a store that is lost cycle by cycle
        crew.store.remember(running.KIND, name, running.own_mark())
    try:
        yield
    finally:
        with suppress(StoreError):  # a mark that stays is closed by the next run's sweep
            crew.store.remember(running.KIND, name, None)
