"""What of the night waits: pauses, open windows, the schedule itself, `serve`'s alarm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from flows.cli.common import Desk
from flows.cli.waiting import Waiting
from flows.nextruns import WORKS, NextRuns
from loop.pauses import pause_of
from policies.failure import CycleOutcome
from policies.records import RunRecord

ALARM = ("alarm", "serve")
"""What `serve` remembers for a person to act on (flows/serving)."""
SCHEDULE = "the schedule"
DUE = timedelta(seconds=60)
"""A worker polls: a turn that is due for less has not begun to wait."""
STATES = {
    "NOT_READY": "no worker is up (serve --ui-only, or it is being started again)",
    "PAUSED": "the work pool is paused in the Prefect UI",
    "MISSING": "only the pages are served (serve --ui-only)",
}


def of_night(desk: Desk, names: Iterable[str], ahead: NextRuns, now: datetime) -> Iterator[Waiting]:
    """Give all of it; *names* are the repositories that are shown."""
    yield from _alarm(desk)
    yield from _schedule(desk, ahead)
    if whole := pause_of(desk.store, None):
        yield _paused(None, whole.reason, whole.at, "nightcrew resume")
    for name in names:
        remedy = f"nightcrew resume {name}"
        if own := pause_of(desk.store, name):
            yield _paused(name, own.reason, own.at, remedy)
        elif name in ahead.paused_there and not whole:
            yield _paused(name, "paused in the Prefect UI", None, remedy)
        elif not whole:
            yield from _turn(name, ahead, now)
    for run in desk.store.runs(outcome=CycleOutcome.RUNNING.value):
        if run.window_end:
            yield _window(run, run.window_end, now)


def _alarm(desk: Desk) -> Iterator[Waiting]:
    told = desk.store.recall(*ALARM)
    if isinstance(told, dict):
        yield Waiting(
            repo=None,
            what="nightcrew serve",
            why=str(told.get("text")),
            since=_moment(told.get("at")),
            remedy="put right what its log says, and start it again",
        )


def _schedule(desk: Desk, ahead: NextRuns) -> Iterator[Waiting]:
    if not any(plan.schedule for plan in desk.plans):
        return
    why, remedy = ahead.why_unasked, "look at its log, prefect/server.log in the state folder"
    if not ahead.is_served:
        why, remedy = (
            "nightcrew serve is not running, so nothing starts by itself",
            "nightcrew serve",
        )
    elif ahead.pool != WORKS:
        why, remedy = f"nothing starts by itself: {STATES.get(ahead.pool, ahead.pool)}", ""
    if why:
        yield Waiting(repo=None, what=SCHEDULE, why=why, remedy=remedy)


def _turn(name: str, ahead: NextRuns, now: datetime) -> Iterator[Waiting]:
    if name in ahead.unscheduled:
        why = "the server has no run of it yet (seconds after a resume, or the settings changed)"
        yield Waiting(repo=name, what=SCHEDULE, why=why, remedy="if it stays, restart serve")
    elif ahead.is_served and (start := ahead.starts.get(name)) and start < now - DUE:
        why = "it is due and waits for a free place of the worker"
        yield Waiting(repo=name, what="its turn", why=why, since=start)


def _paused(repo: str | None, why: str, since: datetime | None, remedy: str) -> Waiting:
    what = "what starts by itself: paused"
    return Waiting(
        repo=repo, what=what, why=why or "a person paused it", since=since, remedy=remedy
    )


def _window(run: RunRecord, end: datetime, now: datetime) -> Waiting:
    if now < end:
        why, until = "its window is open: cycles may start until it ends", end
    else:
        why, until = (
            "its window is over; it is summed up by the next sweep of nightcrew serve",
            None,
        )
    return Waiting(repo=None, what=f"night {run.run}", why=why, since=run.started, until=until)


def _moment(text: Any) -> datetime | None:
    with suppress(TypeError, ValueError):
        return datetime.fromisoformat(text)
    return None
