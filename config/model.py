"""What may stand in the settings: every key, its type and its bounds.

All that one repository can differ in is optional here (None: not said in this place); the values
come from `defaults.toml`, so that a default stands once.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.outward import NotifySettings, OutwardSettings
from config.schedule import ScheduleSettings
from config.table import Count, Seconds, Table
from policies.bounds import DEFAULT_BOUNDS, Scope
from policies.failure import FailureClass
from policies.plan import Landing, LedgerPlace, Permissions

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f]+$")]
Command = Text | Annotated[list[str], Field(min_length=1)]


def _inside(text: str) -> str:
    if text.startswith("/") or ".." in text.split("/"):
        raise ValueError("must be a path inside the repository")
    return text


def _slug(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text) or ".." in text:
        raise ValueError("a name has letters, digits, '_', '.', '-' and no '..'")
    return text


def _bounded(failure_class: FailureClass) -> FailureClass:
    if failure_class not in DEFAULT_BOUNDS:
        raise ValueError("this class has no bounds")
    return failure_class


FileName = Annotated[Text, AfterValidator(_inside)]
Name = Annotated[str, AfterValidator(_slug)]
BoundedClass = Annotated[FailureClass, AfterValidator(_bounded)]


class TimeoutSettings(Table):
    """Seconds; 0 is no limit."""

    total_s: Seconds | None = None
    silence_s: Seconds | None = None
    progress_s: Seconds | None = None
    tool_s: Seconds | None = None
    after_end_s: Seconds | None = None
    grace_s: Seconds | None = None
    setup_s: Seconds | None = None
    check_s: Seconds | None = None
    git_s: Seconds | None = None
    cycle_s: Seconds | None = None


class BoundSettings(Table):
    """The bounds of one class of failure."""

    attempts: Count | None = None
    wait_from_s: Seconds | None = None
    wait_to_s: Seconds | None = None
    opens_after: Count | None = None
    scope: Scope | None = None


class BreakerSettings(Table):
    """When an open breaker lets a probe through."""

    cool_down_s: Seconds | None = None
    cool_down_to_s: Seconds | None = None
    any_cause_opens_after: Count | None = None


class RetrySettings(Table):
    """How long a pass may wait."""

    longest_wait_s: Seconds | None = None


class IncidentSettings(Table):
    """When an incident is the same one, and how long it may wait to be acknowledged."""

    reopen_days: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    sev1_respond_s: Seconds | None = None
    sev2_respond_s: Seconds | None = None
    sev3_respond_business_days: (
        Annotated[float, Field(ge=0, le=366, allow_inf_nan=False)] | None
    ) = None


class OutageSettings(Table):
    """When the same cause in several repositories stops the agent for all of them."""

    repositories: Annotated[int, Field(ge=2)] | None = None
    window_s: Seconds | None = None


class EnvironmentSettings(Table):
    """What an agent gets beyond the allow list."""

    passed: list[Text] | None = Field(default=None, alias="pass")


class CheckEntry(Table):
    """A check with a name of its own."""

    name: Name
    command: Command


class SetupEntry(Table):
    """A setup with the files that decide when it is done again, and folders to link."""

    name: Name
    command: Command | None = None
    links: list[FileName] = Field(default_factory=list)
    inputs: list[FileName] = Field(default_factory=list)


class AgentEntry(Table):
    """An agent that the person named."""

    adapter: Text | None = None
    command: Command | None = None
    args: list[str] = Field(default_factory=list)
    model: Text | None = None
    permissions: Permissions | None = None
    allow_unsandboxed: bool | None = None


class WorkSettings(Table):
    """All that one repository can differ in."""

    agent: str | None = None
    fallback: str | None = None
    canary: bool | None = None
    permissions: Permissions | None = None
    allow_unsandboxed: bool | None = None
    branch: str | None = None
    base: Literal["head", "upstream"] | None = None
    landing: Landing | None = None
    ledger: LedgerPlace | None = None
    ledger_file: FileName | None = None
    tracker_file: FileName | None = None
    checks: Literal["find"] | list[Text | CheckEntry] | None = None
    setup: Literal["find"] | list[Text | SetupEntry] | None = None
    log_limit_mib: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    environment: EnvironmentSettings = EnvironmentSettings()
    timeouts: TimeoutSettings = TimeoutSettings()
    retry: RetrySettings = RetrySettings()
    breaker: BreakerSettings = BreakerSettings()
    incidents: IncidentSettings = IncidentSettings()
    outage: OutageSettings = OutageSettings()
    bounds: dict[BoundedClass, BoundSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()


class RepositoryEntry(WorkSettings):
    """One repository of the fleet: where it is, and what is different there."""

    path: Text


class Model(WorkSettings, BaseSettings):
    """The whole of the settings, layers already merged."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="NIGHTCREW_", env_nested_delimiter="__"
    )

    jobs: Count
    cycles: Count
    max_hours: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    logs_dir: str
    state_url: str
    server_idle_s: Seconds
    notify: NotifySettings
    outward: OutwardSettings
    agents: dict[Name, AgentEntry] = {}
    repositories: dict[Name, RepositoryEntry] = {}
