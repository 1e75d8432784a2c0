"""A run told in plain lines on stderr: for pipes, schedulers and dumb terminals."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TextIO

from flows.cli.console import write
from flows.cli.words import count, duration, gist, label, outcome_word, unplanned
from policies.failure import AttemptOutcome, Failure
from policies.records import CycleRecord, RunRecord
from policies.text import one_line

LINE_CHARS = 500


class PlainObserver:
    """Prints one line a happening; what the agent prints stays in the pass log."""

    def __init__(
        self,
        stream: TextIO | None = None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        """Print to *stream* (stderr) with the local time that *now* gives."""
        self._stream = stream
        self._now = now
        self._lock = threading.Lock()
        self._labels: dict[str, str] = {}

    def run_started(
        self, run: str, repos: Sequence[str], cycles: int, jobs: int, agent_note: str
    ) -> None:
        """Print what is about to happen."""
        self._print(
            f"run {run}: {count(len(repos), 'repository')}, at most {count(cycles, 'cycle')} each,"
            f" {jobs} at once; {agent_note}"
        )

    def cycle_started(self, cycle: str, repo: str, agent: str) -> None:
        """Print the cycle's id once; later lines bear its short label."""
        self._labels[cycle] = f"{repo} cycle {cycle.rpartition('-')[2]}"
        self._about(cycle, f"started ({cycle}, agent {agent})")

    def step(self, cycle: str, text: str) -> None:
        """Print the step."""
        self._about(cycle, text)

    def attempt_started(self, cycle: str, pass_name: str, n: int, log: str) -> None:
        """Print where the attempt's log is."""
        self._about(cycle, f"{pass_name}, attempt {n}: log {log}")

    def line(self, cycle: str, text: str) -> None:
        """Print nothing."""

    def attempt_ended(
        self, cycle: str, n: int, outcome: AttemptOutcome, failure: Failure | None
    ) -> None:
        """Print how the attempt ended, and why."""
        why = f": {failure.failure_class.value}: {failure.summary}" if failure else ""
        self._about(cycle, f"attempt {n} {outcome.value.replace('_', ' ')}{why}")

    def waiting(self, cycle: str, seconds: float, why: str) -> None:
        """Print how long the cycle waits, and for what."""
        self._about(cycle, f"waits {duration(seconds)}: {why}")

    def cycle_ended(self, record: CycleRecord) -> None:
        """Print the outcome and its one line."""
        self._labels.pop(record.cycle, None)
        said = gist(record)
        self._print(f"{label(record)}: {outcome_word(record.outcome)}{': ' if said else ''}{said}")

    def crashed(self, cycle: str, error: Exception) -> None:
        """Print what was raised, and where."""
        self._about(cycle, unplanned(error))

    def said(self, text: str) -> None:
        """Print *text*."""
        self._print(text)

    def run_ended(self, record: RunRecord) -> None:
        """Print nothing: the report follows."""

    def _about(self, cycle: str, text: str) -> None:
        self._print(f"{self._labels.get(cycle, cycle)}: {text}")

    def _print(self, text: str) -> None:
        with self._lock, suppress(OSError):  # who reads it may be gone: a run goes on all the same
            line = f"{self._now():%H:%M:%S} {one_line(text, LINE_CHARS)}"
            write(line, self._stream or sys.stderr)
