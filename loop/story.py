"""What a cycle's story is given: its order, its tools, and the stages that others may watch.

The story itself (loop/cycle) knows no Prefect: flows/ hands in a `Stage` that runs each step as a
task, tests hand in `plain`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Protocol, TypeVar

from loop.agents import adapter_for
from loop.agents.base import Readiness
from loop.errors import StoreError
from loop.notifier import Nobody, Notifier
from loop.observer import Observer, Silent
from loop.store import Store
from policies.failure import Failure, StopReason
from policies.plan import AgentSpec, RepoPlan
from policies.records import CycleRecord, RunRecord
from policies.signatures import Signatures

T = TypeVar("T")

LOOK_S = 0.5
"""Between two looks at whether a waiting cycle was cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a stage ended, for those who watch."""

    ok: bool
    message: str = ""
    is_cancelled: bool = False
    """Somebody stopped it: neither done nor failed."""


class Stage(Protocol):
    """Runs one step of the story, once, and shows it to those who watch."""

    def __call__(self, name: str, work: Callable[[], T], tell: Callable[[T], Told]) -> T:
        """Give what *work* gave; *tell* says of it how the step ended."""
        ...


def plain(name: str, work: Callable[[], T], tell: Callable[[T], Told]) -> T:  # noqa: ARG001
    """Run *work*; nobody watches."""
    return work()


def utc_now() -> datetime:
    """Give the time, aware, UTC."""
    return datetime.now(UTC)


def local_zone() -> tzinfo:
    """Give this machine's zone, as it is now."""
    return datetime.now().astimezone().tzinfo or UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a run keeps its things."""

    state: Path
    """The user's state folder: workspaces, locks, contexts."""
    logs: Path
    """Pass logs and the run's report."""

    @property
    def workspaces(self) -> Path:
        """The private clones."""
        return self.state / "workspaces"

    @property
    def locks(self) -> Path:
        """One lock file a repository, one a ledger."""
        return self.state / "locks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One repository's turn in a run, as it was asked for."""

    run: str
    cycle: str
    n: int
    plan: RepoPlan
    trigger: str = "manual"
    """`manual`, `schedule`, or `rerun`."""
    rerun_of: str | None = None
    context: Mapping[str, Any] | None = None
    """The frozen context to start from; None: gather a new one."""
    last_failure: Failure | None = None
    """The cause that the agent is told of (`--with-failure`)."""
    insist: bool = False
    """A person asks for this one: it is the probe where a breaker is open."""
    accept_changes: bool = False
    """Go on although a part of the context could not be restored."""
    flow_run_id: str | None = None
    """The run that shows this cycle to people."""
    resumes: CycleRecord | None = None
    """The same cycle as it ended before: its run is retried, and goes on where that ended."""


@dataclass(slots=True, kw_only=True)
class Crew:
    """What the stories work with. Shared by the cycles of a run."""

    store: Store
    places: Places
    environ: Mapping[str, str]
    """Our own environment, from which those of children are made."""
    observer: Observer = field(default_factory=Silent)
    stage: Stage = plain
    notifier: Notifier = field(default_factory=Nobody)
    """Tells people what happened; ask it by `notify`."""
    now: Callable[[], datetime] = utc_now
    local_zone: tzinfo = field(default_factory=local_zone)
    """The zone in which agents print clock times."""
    spread: Callable[[], float] = lambda: 0.5
    """Jitter in 0..1 for waits between attempts."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    stopped: set[str] = field(default_factory=set)
    """Cycles that somebody cancelled one by one; the others go on."""
    home: Path = field(default_factory=Path.home)
    signatures: Signatures
    """The catalogue of known failures, with the fleet's own."""
    own_signatures: Mapping[str, Signatures] = field(default_factory=dict)
    """By repository: the same with those of its own, where it has any."""
    _known: dict[AgentSpec, Readiness] = field(default_factory=dict)
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def is_cancelled(self, cycle: str = "") -> StopReason | None:
        """Give the reason to stop that holds for the whole run, or for *cycle* alone."""
        cancelled = self.cancelled.is_set() or cycle in self.stopped
        return StopReason.CANCELLED if cancelled else None

    def signatures_of(self, repo: str) -> Signatures:
        """Give the catalogue that holds for *repo*."""
        return self.own_signatures.get(repo, self.signatures)

    def readiness(self, spec: AgentSpec) -> Readiness:
        """Say whether the agent can work; asked once a run, since its version call takes a second."""
        with self._asking:
            if spec not in self._known:
                self._known[spec] = adapter_for(spec).readiness(self.environ)
            return self._known[spec]

    def keep(self, record: CycleRecord | RunRecord) -> None:
        """Save *record*; where the store cannot be written that is said, and the run goes on."""
        try:
            if isinstance(record, RunRecord):
                self.store.save_run(record)
            else:
                self.store.save_cycle(record)
        except StoreError as error:
            self.observer.said(f"not remembered: {error}")

    def notify(self, tell: Callable[[Notifier], None]) -> None:
        """Let people be told; what goes wrong there fails no cycle."""
        try:
            tell(self.notifier)
        except Exception as error:
            self.observer.said(f"nobody was told: {type(error).__name__}: {error}")

    def sleep(self, seconds: float, cycle: str = "") -> None:
        """Wait, or until the run or *cycle* is cancelled."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0 and not self.is_cancelled(cycle):
            self.cancelled.wait(min(left_s, LOOK_S))
