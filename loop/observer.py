"""What the stories tell while they go on: the frame that live views, plain lines and tests fill.

The calls may come from several threads at once, and an observer never decides or raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from policies.failure import AttemptOutcome, Failure
from policies.records import CycleRecord, RunRecord


class Observer(Protocol):
    """Is told what happens in a run. Every method returns at once, and is safe from any thread."""

    def run_started(
        self, run: str, repos: Sequence[str], cycles: int, jobs: int, agent_note: str
    ) -> None:
        """A run began: its id, repositories, most cycles of each, how many at once, which agent."""
        ...

    def cycle_started(self, cycle: str, repo: str, agent: str) -> None:
        """A cycle began."""
        ...

    def step(self, cycle: str, text: str) -> None:
        """The cycle does something else now: `setup: uv sync`, `check pytest`, …"""
        ...

    def attempt_started(self, cycle: str, pass_name: str, n: int, log: str) -> None:
        """An agent process began; *log* is its pass log's path."""
        ...

    def line(self, cycle: str, text: str) -> None:
        """The agent printed *text*, redacted. Told for every line: it must cost next to nothing."""
        ...

    def attempt_ended(
        self, cycle: str, n: int, outcome: AttemptOutcome, failure: Failure | None
    ) -> None:
        """The agent process ended."""
        ...

    def waiting(self, cycle: str, seconds: float, why: str) -> None:
        """The cycle waits *seconds* before it goes on."""
        ...

    def cycle_ended(self, record: CycleRecord) -> None:
        """A cycle ended, also one that never started an agent."""
        ...

    def crashed(self, cycle: str, error: Exception) -> None:
        """The cycle met an error that nobody planned for; `cycle_ended` follows."""
        ...

    def said(self, text: str) -> None:
        """One line for people that belongs to no cycle."""
        ...

    def run_ended(self, record: RunRecord) -> None:
        """The run ended; nothing is told after this."""
        ...


class Silent:
    """An observer that says nothing."""

    def run_started(
        self, run: str, repos: Sequence[str], cycles: int, jobs: int, agent_note: str
    ) -> None:
        """Say nothing."""

    def cycle_started(self, cycle: str, repo: str, agent: str) -> None:
        """Say nothing."""

    def step(self, cycle: str, text: str) -> None:
        """Say nothing."""

    def attempt_started(self, cycle: str, pass_name: str, n: int, log: str) -> None:
        """Say nothing."""

    def line(self, cycle: str, text: str) -> None:
        """Say nothing."""

    def attempt_ended(
        self, cycle: str, n: int, outcome: AttemptOutcome, failure: Failure | None
    ) -> None:
        """Say nothing."""

    def waiting(self, cycle: str, seconds: float, why: str) -> None:
        """Say nothing."""

    def cycle_ended(self, record: CycleRecord) -> None:
        """Say nothing."""

    def crashed(self, cycle: str, error: Exception) -> None:
        """Say nothing."""

    def said(self, text: str) -> None:
        """Say nothing."""

    def run_ended(self, record: RunRecord) -> None:
        """Say nothing."""
