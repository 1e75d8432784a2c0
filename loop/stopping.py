"""A running cycle is asked to stop, alone, by a note in the store that its process looks for."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from loop.errors import StoreError
from loop.store import Store
from loop.story import Crew

KIND = "stop"
"""The store remembers the request under this kind and the cycle's id."""
LOOK_S = 1.0
"""Between two looks of the cycle's process."""
HEARD = "heard"


def ask(store: Store, cycle: str, now: datetime) -> None:
    """Ask the process of *cycle* to end it and nothing else."""
    store.remember(KIND, cycle, {"at": now.isoformat(), "by": uuid.uuid4().hex})


def is_heard(store: Store, cycle: str) -> bool:
    """Say whether the process of *cycle* heard the request, and ends it."""
    request = store.recall(KIND, cycle)
    return isinstance(request, dict) and bool(request.get(HEARD))


def forget(store: Store, cycle: str) -> None:
    """Nobody is asked any more."""
    store.remember(KIND, cycle, None)


@contextmanager
def heeded(cycle: str, crew: Crew) -> Iterator[None]:
    """Meanwhile, heed a request to stop *cycle*; one from before is about an earlier try of it."""
    before, ended = _request(cycle, crew), threading.Event()
    look = threading.Thread(
        target=_look, args=(cycle, crew, before, ended), name="stop", daemon=True
    )
    look.start()
    try:
        yield
    finally:
        ended.set()
        look.join()


def _look(cycle: str, crew: Crew, before: Any, ended: threading.Event) -> None:
    while not ended.wait(LOOK_S):
        request = _request(cycle, crew)
        if isinstance(request, dict) and request != before:
            crew.stopped.add(cycle)
            crew.observer.step(cycle, "asked to stop: its agent is ended and its work is kept")
            with suppress(StoreError):
                crew.store.remember(KIND, cycle, {**request, HEARD: crew.now().isoformat()})
            return


def _request(cycle: str, crew: Crew) -> Any:
    with suppress(StoreError):  # asked again: a run outlives a store that is gone for a while
        return crew.store.recall(KIND, cycle)
    return None
