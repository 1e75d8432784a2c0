"""Keeps children running: started in order, restarted with back-off, alarmed about, stopped in reverse.

One thread; the caller's `stop` is only looked at, never waited on, so a signal handler may set it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from loop import childlog
from loop.errors import NightcrewError
from loop.supervised import Child, Supervised
from policies.supervision import Often, Restart, Supervision, after_end, recent

__all__ = ["Child", "ChildFailed", "Supervisor"]

POLL_S = 0.25
"""Between two looks at the children."""
LOG_LOOK_S = 60.0
"""Between two looks at the size of their logs."""


class ChildFailed(NightcrewError):
    """A child did not come up."""

    exit_code = 1


class Supervisor:
    """Runs children until it is told to stop; as a context it leaves none of them behind."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        alarm: Callable[[str], None],
        rule: Supervision | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """*say* gets what happens, *alarm* what a person must act on: a line each, in this thread.

        Neither may raise: that would end the supervision.
        """
        self._children = [Supervised(child) for child in children]
        self._say, self._alarm = say, alarm
        self._rule = rule or Supervision()
        self._clock_s, self._sleep = clock_s, sleep
        self._logs_s = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, stop: threading.Event) -> bool:
        """Start each child when the one before it is ready. Gives False when *stop* was set meanwhile.

        Raises ChildFailed when one ends, or is not ready in time: at the start nothing is tried twice.
        """
        started: list[Supervised] = []
        for held in self._children:
            if stop.is_set():
                return False
            if held.child.before:
                held.child.before()
            held.start(self._clock_s())
            started.append(held)
            while not stop.is_set() and not self._are_ready(started):
                self._sleep(POLL_S)
        return not stop.is_set()

    def run_until(self, stop: threading.Event) -> str:
        """Keep the started children running until *stop* is set; then give nothing.

        Gives one line when a child was given up; then the rest is still running, until `stop`.
        """
        while not stop.is_set():
            for held in self._children:
                if given_up := self._look(held):
                    return given_up
            self._bound_logs()
            self._sleep(POLL_S)
        return ""

    def stop(self) -> None:
        """End all, the last started first, each with its whole tree. Safe to call twice."""
        for held in reversed(self._children):
            if left := held.stop():
                pids = ", ".join(str(process.pid) for process in left)
                self._alarm(f"{held.child.name}: still alive after KILL: process {pids}")

    def _are_ready(self, started: Sequence[Supervised]) -> bool:
        for held in started:
            if how := held.look(self._clock_s()):
                raise ChildFailed(f"{held.child.name} {how}; see {held.child.log}")
        return all(held.is_ready for held in started)

    def _look(self, held: Supervised) -> str:
        now_s = self._clock_s()
        if held.due_s is not None:
            if now_s >= held.due_s:
                held.start(now_s)
            return ""
        if not (how := held.look(now_s)):
            return ""
        held.lives = recent(self._rule, held.lives, now_s=now_s)
        restart = after_end(self._rule, held.lives, alarmed_s=held.alarmed_s, now_s=now_s)
        held.due_s = now_s + restart.wait_s
        return self._told(held, how, restart, now_s)

    def _told(self, held: Supervised, how: str, restart: Restart, now_s: float) -> str:
        name, see = held.child.name, f"see {held.child.log}"
        if restart.gives_up and restart.alarm:
            line = f"{name} was given up after {_in_words(restart.alarm)}; it last {how}; {see}"
            self._alarm(line)
            return line
        self._say(f"{name} {how}; it starts again in {restart.wait_s:g} s")
        if restart.alarm:
            held.alarmed_s = now_s
            self._alarm(f"{name} keeps dying: {_in_words(restart.alarm)}; it last {how}; {see}")
        return ""

    def _bound_logs(self) -> None:
        if (now_s := self._clock_s()) - self._logs_s >= LOG_LOOK_S:
            self._logs_s = now_s
            for held in self._children:
                childlog.bound(held.child.log)


def _in_words(often: Often) -> str:
    minutes = often.within_s / 60
    span = f"{minutes:g} minutes" if minutes < 120 else f"{minutes / 60:g} hours"
    return f"{often.ends} ends within {span}"
