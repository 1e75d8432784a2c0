"""The frame for whoever tells people what happened while nobody watched the terminal.

Each is told once, by the process that saw it, and only what is already kept in the store.
"""

from __future__ import annotations

from typing import Protocol

from policies.breaker import BreakerState
from policies.incident_record import IncidentChange, IncidentRecord
from policies.outage import Outage
from policies.records import RunRecord


class Notifier(Protocol):
    """Is told what happened. Every method returns at once, and is safe from any thread."""

    def incident(self, change: IncidentChange, incident: IncidentRecord) -> None:
        """An incident changed."""
        ...

    def outage(self, outage: Outage) -> None:
        """An outage began or ended."""
        ...

    def breaker_opened(self, state: BreakerState, repo: str) -> None:
        """The breaker of the repository *repo* opened, and no outage says so."""
        ...

    def night(self, run: RunRecord) -> None:
        """A scheduled night is over."""
        ...

    def close(self) -> None:
        """Wait a moment for what is on its way; the process ends."""
        ...


class Nobody:
    """Tells nobody."""

    def incident(self, change: IncidentChange, incident: IncidentRecord) -> None:
        """Tell nobody."""

    def outage(self, outage: Outage) -> None:
        """Tell nobody."""

    def breaker_opened(self, state: BreakerState, repo: str) -> None:
        """Tell nobody."""

    def night(self, run: RunRecord) -> None:
        """Tell nobody."""

    def close(self) -> None:
        """Nothing is on its way."""
