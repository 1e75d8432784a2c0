"""What a cycle was asked to do: plain values, the same in the settings, the flow and the frozen context."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from policies.bounds import DEFAULT_BOUNDS, Bound, Scope
from policies.choices import Landing as Landing
from policies.choices import LedgerPlace as LedgerPlace
from policies.choices import Permissions as Permissions
from policies.failure import FailureClass
from policies.outage import OutageRule
from policies.schedule import Schedule
from policies.severity import ResponseTargets
from policies.timeouts import Timeouts

FIXERS = "fixers"
"""The built-in agent: runs the formatters and linters that the repository itself configures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """Which agent, and how it is started."""

    name: str = FIXERS
    """`codex`, `claude`, `pi`, `fixers`, a name from the settings, or the command line itself."""
    adapter: str = FIXERS
    """Which file of loop/agents starts it; `command` for any command line."""
    command: tuple[str, ...] = ()
    """For `command`: its words. For the others: the binary in place of the adapter's own name."""
    args: tuple[str, ...] = ()
    """Further arguments, placed before the prompt."""
    model: str | None = None
    permissions: Permissions = Permissions.WORKSPACE
    allow_unsandboxed: bool = False
    """A configured agent without a sandbox of its own may run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A command that must exit 0 before a change lands."""

    name: str
    argv: tuple[str, ...]
    source: str
    """Where it was found (`pyproject.toml [tool.pytest]`), or `configured`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupSpec:
    """What makes checks able to run in the workspace."""

    name: str
    argv: tuple[str, ...] = ()
    """A command; empty when folders are only linked from the checkout."""
    links: tuple[str, ...] = ()
    """Folders of the checkout that are linked into the workspace (`.venv`, `node_modules`)."""
    inputs: tuple[str, ...] = ()
    """Files whose bytes decide whether the setup must be done again (lock files, manifests)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoPlan:
    """All that the settings say about one repository's cycle."""

    name: str
    """A slug, unique in the fleet."""
    path: str
    """Absolute path of the user's repository."""
    branch: str | None = None
    """Base branch; None is the branch that is checked out, at its HEAD."""
    base: str = "head"
    """`head`, or `upstream` to fetch the branch's upstream first."""
    landing: Landing = Landing.BRANCH
    ledger: LedgerPlace = LedgerPlace.CHECKOUT
    ledger_file: str = "INCIDENTS.md"
    tracker_file: str = "CLONE_FEATURES.md"
    agent: AgentSpec = field(default_factory=AgentSpec)
    checks: tuple[CheckSpec, ...] | None = None
    """None: find them. Empty: the person wants none, and unchecked work may land."""
    setup: tuple[SetupSpec, ...] | None = None
    """None: find it. Empty: none."""
    environment_pass: tuple[str, ...] = ()
    """Globs of further environment names that the agent gets."""
    passes: tuple[str, ...] = ("maintain",)
    timeouts: Timeouts = field(default_factory=Timeouts)
    bounds: dict[FailureClass, Bound] = field(default_factory=lambda: dict(DEFAULT_BOUNDS))
    any_cause_opens_after: int = 6
    cool_down_s: float = 900
    """First cool-down of a breaker; doubles to cool_down_to_s."""
    cool_down_to_s: float = 86_400
    longest_wait_s: float = 120
    """A longer wait ends the pass and opens the breaker until then."""
    log_limit_mib: float = 32
    """Size of a pass log: three quarters head, one quarter tail."""
    reopen_days: float = 14
    """A resolved incident that returns within this many days is the same one."""
    sev1_respond_s: float = 1800
    """Until an unacknowledged SEV-1 is escalated; 0 means never, here and in the next two."""
    sev2_respond_s: float = 14_400
    sev3_respond_business_days: float = 1
    schedule: Schedule | None = None
    """When cycles start by themselves; None: only when a person starts them."""
    fallback: AgentSpec | None = None
    """Works where the agent's breaker is open; None: the repository waits."""
    jobs: int = 2
    """Cycles of the fleet at once; after an outage it comes back to so many in steps."""
    outage: OutageRule = field(default_factory=OutageRule)
    canary: bool = True
    """Ask once before a run over a fleet whether the agent's account works."""

    @property
    def response_targets(self) -> ResponseTargets:
        """Give how long this repository's incidents may wait to be acknowledged."""
        return ResponseTargets(
            sev1_s=self.sev1_respond_s,
            sev2_s=self.sev2_respond_s,
            sev3_business_days=self.sev3_respond_business_days,
        )

    def evolve(self, **changes: Any) -> RepoPlan:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_state(self) -> dict[str, Any]:
        """Give plain JSON values; `from_state` reads them back."""
        return asdict(self)

    @classmethod
    def from_state(cls, data: dict[str, Any]) -> RepoPlan:
        """Read back what `to_state` gave. Raises KeyError, TypeError or ValueError when it differs."""
        fallback = data.get("fallback")  # one frozen before there were fallbacks has none
        return cls(
            **data
            | {
                "landing": Landing(data["landing"]),
                "ledger": LedgerPlace(data["ledger"]),
                "agent": _agent(data["agent"]),
                "fallback": _agent(fallback) if fallback else None,
                "outage": OutageRule(**data.get("outage", {})),
                "checks": _each(data["checks"], _check),
                "setup": _each(data["setup"], _setup),
                "environment_pass": tuple(data["environment_pass"]),
                "passes": tuple(data["passes"]),
                "timeouts": Timeouts(**data["timeouts"]),
                "bounds": {
                    FailureClass(name): Bound(**bound | {"scope": Scope(bound["scope"])})
                    for name, bound in data["bounds"].items()
                },
                "schedule": _schedule(data.get("schedule")),
            }
        )


def _agent(row: dict[str, Any]) -> AgentSpec:
    return AgentSpec(
        **row
        | {
            "command": tuple(row["command"]),
            "args": tuple(row["args"]),
            "permissions": Permissions(row["permissions"]),
        }
    )


def _each(rows: Any, make: Any) -> Any:
    return None if rows is None else tuple(make(row) for row in rows)


def _schedule(row: dict[str, Any] | None) -> Schedule | None:
    """A context that was frozen before there were schedules has none."""
    return None if row is None else Schedule.from_state(row)


def _check(row: dict[str, Any]) -> CheckSpec:
    return CheckSpec(**row | {"argv": tuple(row["argv"])})


def _setup(row: dict[str, Any]) -> SetupSpec:
    return SetupSpec(**row | {name: tuple(row[name]) for name in ("argv", "links", "inputs")})
