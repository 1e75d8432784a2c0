"""What is remembered of runs, cycles and attempts, and the contract's JSON of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from policies.failure import CycleOutcome, Failure, StopReason
from policies.incident_record import CYCLES_KEPT as CYCLES_KEPT
from policies.incident_record import Episode as Episode
from policies.incident_record import IncidentChange as IncidentChange
from policies.incident_record import IncidentRecord as IncidentRecord
from policies.incident_record import IncidentState as IncidentState
from policies.moments import stamp as stamp
from policies.outage import Outage
from policies.severity import Severity as Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try of a pass: one agent process, one pass log."""

    n: int
    pass_name: str
    exit_code: int | None
    """As Popen gives it: negative is that signal; None: not started."""
    stopped_because: StopReason | None
    duration_s: float
    pass_log: str
    """Path of the pass log."""
    failure: Failure | None = None
    session_id: str | None = None
    cost_usd: float | None = None
    """None: the agent did not say."""
    input_tokens: int | None = None
    output_tokens: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "n": self.n,
            "pass": self.pass_name,
            "exit_code": self.exit_code,
            "stopped_because": self.stopped_because.value if self.stopped_because else None,
            "duration_s": round(self.duration_s, 3),
            "pass_log": self.pass_log,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """One repository's turn in a run."""

    cycle: str
    """`<run>-<repo>-cycle-<n>`."""
    run: str
    repo: str
    n: int
    agent: str
    trigger: str = "manual"
    outcome: CycleOutcome = CycleOutcome.RUNNING
    started: datetime
    finished: datetime | None = None
    until: datetime | None = None
    """When a postponed or refused cycle may be tried again."""
    reason: str = ""
    """One line for people: what landed, why nothing was done, what is waited for."""
    failure: Failure | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    base_commit: str | None = None
    head_commit: str | None = None
    branch: str | None = None
    """Where the work is."""
    landed: str | None = None
    """The target branch's commit."""
    checked: bool | None = None
    """The work passed at least one check; None: there was no work."""
    checks: tuple[dict[str, Any], ...] = ()
    """One row a check: name, result (`passed`, `failed`, `could not run`), on_base, reason, duration_s."""
    incident: str | None = None
    context: str | None = None
    """Id of the frozen context."""
    rerun_of: str | None = None
    flow_run_id: str | None = None
    passes_succeeded: tuple[str, ...] = ()

    def evolve(self, **changes: Any) -> CycleRecord:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "cycle": self.cycle,
            "repo": self.repo,
            "n": self.n,
            "outcome": self.outcome.value,
            "until": stamp(self.until),
            "failure": self.failure.to_json() if self.failure else None,
            "attempts": [attempt.to_json() for attempt in self.attempts],
            "base_commit": self.base_commit,
            "head_commit": self.head_commit,
            "branch": self.branch,
            "landed": self.landed,
            "incident": self.incident,
            "rerun_of": self.rerun_of,
            "flow_run_id": self.flow_run_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One start over the fleet."""

    run: str
    """`YYYYMMDD-HHMMSS` in UTC, with a suffix when two would collide."""
    started: datetime
    finished: datetime | None = None
    outcome: CycleOutcome = CycleOutcome.RUNNING
    trigger: str = "manual"
    cycles: tuple[CycleRecord, ...] = ()
    agent_starts: int = 0
    incidents: tuple[IncidentRecord, ...] = ()
    """Those that this run opened, joined or resolved."""
    window_end: datetime | None = None
    """Of a schedule's window, in which cycles of many processes belong to this run; None: one process."""
    flow_run_id: str | None = None
    outages: tuple[Outage, ...] = ()
    """Those that lasted at some moment of this run and stop an agent of it, or the machine."""
    canary_starts: int = 0
    """Agent starts that only asked whether the account works; part of agent_starts."""

    def evolve(self, **changes: Any) -> RunRecord:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Give the contract's document."""
        return {
            "run": self.run,
            "started": stamp(self.started),
            "finished": stamp(self.finished),
            "outcome": self.outcome.value,
            "cycles": [cycle.to_json() for cycle in self.cycles],
            "agent_starts": self.agent_starts,
            "incidents": [incident.to_json() for incident in self.incidents],
            "outages": [outage.to_json() for outage in self.outages],
        }
