"""Turns that were missed and wait for a person (`missed = "hold"`), one a repository."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from loop.errors import StoreError
from loop.store import Store
from policies.schedule import Window

KIND = "held"
"""The store remembers the turn under this kind and the repository's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A turn that waits."""

    run: str
    """The run of its window."""
    at: datetime
    """When it was held."""
    until: datetime
    """The end of its window: later it cannot start."""
    reason: str

    def is_open(self, now: datetime) -> bool:
        """Say whether it can still start."""
        return now < self.until


def hold(store: Store, repo: str, window: Window, now: datetime, reason: str) -> None:
    """Remember that *repo*'s turn of *window* waits; an older one that waited is over."""
    told = {"window": window.run, "at": now.isoformat(), "until": window.end.isoformat()}
    store.remember(KIND, repo, told | {"reason": reason})


def held(store: Store, repo: str) -> Held | None:
    """Give *repo*'s turn that waits, or waited until its window was over; None: there is none."""
    told = store.recall(KIND, repo)
    with suppress(TypeError, KeyError, ValueError):
        return Held(
            run=told["window"],
            at=datetime.fromisoformat(told["at"]),
            until=datetime.fromisoformat(told["until"]),
            reason=told["reason"],
        )
    return None


def forget(store: Store, repo: str) -> None:
    """The repository has its cycle, or a person decided."""
    with suppress(StoreError):  # who loses the store is told so by what comes next
        if store.recall(KIND, repo) is not None:
            store.remember(KIND, repo, None)
