"""The `nightcrew serve` that is up, told of pauses and of turns that a person lets start."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from flows.cli.console import note
from flows.cli.fleetdesk import prefect_home_of
from flows.cli.words import moment
from flows.environment import served_at, settle
from flows.listening import answers
from flows.uncollected import uncollected
from loop import held
from loop.errors import NightcrewError
from loop.store import Store

T = TypeVar("T")

PROBE_S = 5.0
UNSHOWN = "it holds, but Prefect shows it only from the next start of nightcrew serve on"


class Serve:
    """Does at the server what the store says; what it cannot do is said, and is no error."""

    def __init__(self, store: Store) -> None:
        """Look whether one is up."""
        home = prefect_home_of(os.environ)
        self._store = store
        self.api = served_at(home)
        if self.api:
            settle(os.environ, home)
            os.environ["PREFECT_API_URL"] = self.api  # whatever server is exported: serve's own

    def follow(
        self, names: Collection[str] | None, insist: Collection[str] | None = ()
    ) -> list[str]:
        """Pause and resume the deployments of *names*; give those that go on now.

        *insist* names what is resumed although it was paused in the UI. None: all of them.
        """
        if self.api is None:
            note("nightcrew serve is not running: this holds from its next start on")
            return []

        def do() -> list[str]:
            with uncollected():
                from flows.pausing import follow

            return follow(self._store, names, insist)

        return self._tried(do, UNSHOWN) or []

    def start_held(self, repo: str, now: datetime) -> bool:
        """Let the turn of *repo* start that waits for a person, and say it; False: there is none."""
        turn = held.held(self._store, repo)
        if turn is None:
            return False
        by_hand = f"nightcrew run {repo} starts a cycle now"
        if not turn.is_open(now):
            note(f"{repo}: its held turn is over since {moment(turn.until)}; {by_hand}")
            held.forget(self._store, repo)
        elif self.api is None:
            note(f"{repo}: its turn stays held until {moment(turn.until)}; {by_hand}")
        elif self._tried(lambda: _start(self._store, repo, now), f"{repo}: its turn stays held"):
            note(f"{repo}: its held turn starts now, its window ends at {moment(turn.until)}")
        return True

    def _tried(self, do: Callable[[], T], else_: str) -> T | None:
        try:
            if not answers(str(self.api), PROBE_S):
                raise NightcrewError("its server does not answer")
            return do()
        except Exception as error:
            from flows.once import first_line

            note(f"{else_}: {first_line(error)}")
            return None


def _start(store: Store, repo: str, now: datetime) -> bool:
    with uncollected():
        from flows.pausing import start_held

    if not start_held(store, repo, now):
        raise NightcrewError("nightcrew serve has no deployment of it")
    return True
