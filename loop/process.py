"""Runs one child under every clock, and leaves nothing of it behind.

The child has its own session. Its output is read at all times, also while it is being stopped. Why it
was stopped is written down first and never overwritten: the code after a kill can be 0.
"""

from __future__ import annotations

import contextlib
import math
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from loop.descendants import Descendants
from loop.launching import Launch, start, why_not
from loop.liveness import CpuMeter, changed_age_s
from loop.pipes import Pump
from policies.failure import StopReason
from policies.timeouts import Activity, Timeouts, verdict

__all__ = ["Exit", "Launch", "never", "run"]

POLL_S = 0.1
"""Between two looks at the child, the clocks and the wish to cancel."""
FIRST_POLL_S = 0.005
"""Between the first two, doubled from look to look: what ends at once is not waited for."""
SAMPLE_S = 5.0
"""Between two looks at the tree's CPU; shorter when a clock is short."""
REAP_S = 5.0
"""For a child that is dead to be waited for."""
ABANDON_GRACE_S = 2
"""Between TERM and KILL when a person waits for the prompt after Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended."""

    exit_code: int | None
    """As Popen gives it: negative is that signal; None: it never started."""
    stopped_because: StopReason | None
    """Why we ended it; None: it ended by itself."""
    duration_s: float
    error: str = ""
    """Why it could not start, or who outlived KILL; empty: all went well."""


def never() -> StopReason | None:
    """Give None: nobody cancels."""
    return None


def run(
    launch: Launch,
    timeouts: Timeouts,
    *,
    sink: Callable[[bytes], None],
    activity: Activity | None = None,
    is_cancelled: Callable[[], StopReason | None] = never,
    workspace: Path | None = None,
) -> Exit:
    """Run *launch* to its end and give how it ended; works in any thread.

    *sink* gets stdout and stderr as they come, in the caller's thread. Without *activity* nobody
    tells of progress, so that clock is off. What the child leaves running gets `after_end_s`
    and is then stopped. When *sink* or *is_cancelled* raises, or on Ctrl-C, the tree is stopped and
    the exception goes on.
    """
    if activity is None:
        activity, timeouts = Activity(), replace(timeouts, progress_s=0)
    activity.begin(time.monotonic())
    marker = launch.marker or f"nightcrew-{uuid.uuid4().hex}"
    try:
        child = start(launch, marker)
    except (OSError, ValueError) as error:
        return Exit(None, None, time.monotonic() - activity.began_s, why_not(launch, error))
    tree = Descendants(child, marker, is_fresh=True)
    watch = _Watch(timeouts, activity, is_cancelled, workspace, tree)
    pump = Pump(child, launch.stdin, sink)
    try:
        reason = watch.until(lambda: child.poll() is not None, pump)
        if reason is None:
            reason = _leftovers(watch, pump)
        outlived = watch.tree.stop(timeouts.grace_s, pump.move)
        pump.drain()
    except BaseException:
        _abandon(watch, pump)
        raise
    finally:
        pump.close()
    return Exit(_exit_code(child), reason, time.monotonic() - activity.began_s, _names(outlived))


@dataclass(slots=True)
class _Watch:
    """The clocks of one child, and who may stop it."""

    timeouts: Timeouts
    activity: Activity
    is_cancelled: Callable[[], StopReason | None]
    workspace: Path | None
    tree: Descendants

    def until(self, is_done: Callable[[], bool], pump: Pump) -> StopReason | None:
        """Move output until *is_done* or there is a reason to stop; give the reason."""
        cpu = CpuMeter(time.monotonic())
        look_s = time.monotonic()
        sample_s = look_s + self._sample_every_s()
        wait_s = FIRST_POLL_S
        while not is_done():
            came = pump.move(wait_s)
            wait_s = min(2 * wait_s, POLL_S)
            now_s = time.monotonic()
            if came:
                self.activity.saw_output(now_s)
            if now_s < look_s:
                continue
            look_s = now_s + POLL_S
            if now_s >= sample_s:
                sample_s = now_s + self._sample_every_s()
                if cpu.was_busy(self.tree.alive(), now_s):
                    self.activity.saw_work(now_s)
            if reason := self.is_cancelled() or self._verdict(now_s):
                return reason
        return None

    def _verdict(self, now_s: float) -> StopReason | None:
        reason = verdict(self.timeouts, self.activity, now_s=now_s)
        quiet_s = {
            StopReason.SILENCE: self.timeouts.silence_s,
            StopReason.PROGRESS: self.timeouts.progress_s,
        }
        if reason not in quiet_s or self.workspace is None:
            return reason
        age_s = changed_age_s(self.workspace, quiet_s[reason])
        if age_s is None:
            return reason
        self.activity.saw_work(now_s - age_s)
        return verdict(self.timeouts, self.activity, now_s=now_s)

    def _sample_every_s(self) -> float:
        limits = [s for s in (self.timeouts.silence_s, self.timeouts.progress_s) if s > 0]
        return min([SAMPLE_S, *(limit / 4 for limit in limits)]) if limits else math.inf


def _leftovers(watch: _Watch, pump: Pump) -> StopReason | None:
    """Wait for what the child left: the end of its pipe and of its descendants, `after_end_s` at most.

    Gives a reason only when somebody cancels: the child itself ended by itself.
    """
    timeouts = watch.timeouts
    spent_s = time.monotonic() - watch.activity.began_s
    left_s = max(0.001, timeouts.total_s - spent_s) if timeouts.total_s else 0
    limits = [limit for limit in (timeouts.after_end_s, left_s) if limit > 0]
    rest = Timeouts(
        total_s=min(limits, default=0), silence_s=0, progress_s=0, tool_s=0, after_end_s=0
    )
    since = Activity()
    since.begin(time.monotonic())
    after = _Watch(rest, since, watch.is_cancelled, None, watch.tree)
    reason = after.until(lambda: not pump.is_open and not watch.tree.alive(), pump)
    return None if reason is StopReason.TOTAL else reason


def _abandon(watch: _Watch, pump: Pump) -> None:
    """End the tree while an exception is on its way; an impatient second Ctrl-C means at once."""
    pump.mute()
    for grace_s in (min(watch.timeouts.grace_s, ABANDON_GRACE_S), 0, 0):
        with contextlib.suppress(KeyboardInterrupt):
            watch.tree.stop(grace_s, pump.move)
            return


def _exit_code(child: subprocess.Popen[bytes]) -> int | None:
    """A killed leader looks dead while its other threads still end; only then can it be waited for."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(REAP_S)
    return None


def _names(processes: list[psutil.Process]) -> str:
    if not processes:
        return ""
    return f"still alive after KILL: process {', '.join(str(p.pid) for p in processes)}"
