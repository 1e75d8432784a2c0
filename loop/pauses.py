"""What a person paused: nothing of it starts by itself. A run by hand still can."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loop.store import Store
from policies.text import one_line

KIND = "paused"
"""The store remembers a mark under this kind and a repository's name, or FLEET."""
FLEET = "*"
REASON_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A mark that a person set."""

    at: datetime | None
    reason: str = ""


def pause_of(store: Store, repo: str | None) -> Pause | None:
    """Give the mark that *repo* bears itself (None: the whole fleet), or None."""
    mark = store.recall(KIND, repo or FLEET)
    return _read(mark) if mark else None


def is_paused(store: Store, repo: str) -> bool:
    """Say whether nothing of *repo* may start by itself: it is paused, or the whole fleet is."""
    return bool(paused(store, [repo]))


def paused(store: Store, names: Iterable[str]) -> list[str]:
    """Give those of *names* of which nothing may start by itself."""
    whole = pause_of(store, None) is not None
    return [name for name in names if whole or pause_of(store, name)]


def pause(store: Store, repo: str | None, now: datetime, reason: str = "") -> Pause:
    """Set the mark of *repo* (None: the whole fleet) and give it.

    One that is there keeps its time, and its reason unless a new one is given.
    """
    before = pause_of(store, repo)
    said = one_line(reason, REASON_CHARS) or (before.reason if before else "")
    mark = Pause(at=before.at if before else now, reason=said)
    _set(store, repo or FLEET, mark)
    return mark


def resume(store: Store, repo: str | None, fleet: Collection[str]) -> list[str]:
    """Let *repo* go on, or all when it is None; give those of *fleet* that were paused and are not now.

    *fleet* names every repository. Where the whole fleet is paused and one goes on, the others
    bear marks of their own from then on.
    """
    before = paused(store, fleet)
    whole = pause_of(store, None)
    if whole and repo is not None:
        for name in fleet:
            if name != repo and pause_of(store, name) is None:
                _set(store, name, whole)
    for name in [repo] if repo is not None else fleet:
        store.remember(KIND, name, None)
    if whole:
        store.remember(KIND, FLEET, None)  # last: a kill before this leaves too much paused
    still = set(paused(store, before))
    return [name for name in before if name not in still]


def _set(store: Store, name: str, mark: Pause) -> None:
    at = mark.at.isoformat() if mark.at else None
    store.remember(KIND, name, {"at": at, "reason": mark.reason})


def _read(mark: Any) -> Pause:
    """A mark that cannot be read is one all the same."""
    at = None
    with suppress(TypeError, KeyError, ValueError):
        at = datetime.fromisoformat(mark["at"])
    return Pause(at=at, reason=str(mark.get("reason") or "") if isinstance(mark, dict) else "")
