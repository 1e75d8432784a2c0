"""The turns of a run that have not started, and those that wait a moment for a probe to end.

A turn that waits holds no slot and no process: it is asked for again every AGAIN_S, and at once when a
cycle of this run ended. Where nothing of this run is under way it waits for another process, and not
for long: longer waits are state in the store (design rule 6).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from loop.story import Order

AGAIN_S = 1.0
PATIENCE_S = 120.0
"""As `retry.longest_wait_s` by default: no pass sleeps longer either."""


class TurnQueue:
    """Which turn is next."""

    def __init__(self, first: Iterable[Order]) -> None:
        """Begin with the turns *first*."""
        self._ready = deque(first)
        self._held: list[Order] = []
        self._idle_since_s = time.monotonic()

    def __bool__(self) -> bool:
        """Say whether any turn is left."""
        return bool(self._ready or self._held)

    @property
    def is_ready(self) -> bool:
        """Say whether a turn may be asked for now."""
        return bool(self._ready)

    @property
    def look_s(self) -> float | None:
        """Seconds after which to ask again for what is held; None: nothing is."""
        return AGAIN_S if self._held else None

    @property
    def waits(self) -> bool:
        """Say whether a turn that finds no place may still be held."""
        return time.monotonic() - self._idle_since_s < PATIENCE_S

    def take(self) -> Order:
        """Give the next turn."""
        return self._ready.popleft()

    def add(self, turn: Order) -> None:
        """Put *turn* at the end."""
        self._ready.append(turn)

    def hold(self, turn: Order) -> None:
        """Keep *turn* until `again`."""
        self._held.append(turn)

    def again(self, *, is_alone: bool) -> None:
        """Ask again for what is held; unless *is_alone*, something of this run is under way or ended."""
        self._ready.extendleft(reversed(self._held))
        self._held.clear()
        if not is_alone:
            self._idle_since_s = time.monotonic()
