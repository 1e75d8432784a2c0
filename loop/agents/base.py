"""What an agent's adapter takes and gives: the same for every command line that can do the work."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from policies.plan import AgentSpec
from policies.timeouts import Timeouts


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What one attempt asks of an agent."""

    prompt: bytes
    prompt_file: Path
    """The same bytes in a file, for agents that cannot read standard input."""
    workspace: Path
    """Where the agent works; its current folder."""
    spec: AgentSpec
    environ: Mapping[str, str]
    """Our own environment: what is looked up, not what the agent gets."""
    home: Path | None = None
    """The agent's HOME where it differs from ours (a folder each for parallel runs)."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    is_root: bool = field(default_factory=_is_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStart:
    """How the agent's process is started."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    """Names that the adapter sets itself, for `agent_environment(additions=…)`."""
    stdin: bytes | None
    """Written and then closed; None: closed from the start."""
    reader: str
    """Name of the reader of its output, for policies.events.reader_for."""
    shown_argv: tuple[str, ...]
    """argv for logs: no secret, no prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether an agent could work now."""

    installed: bool
    logged_in: bool | None = None
    """None: this cannot be told without asking the service."""
    version: str | None = None
    problem: str = ""
    """One line; empty when nothing is known to stand in the way."""
    remedy: str = ""
    note: str = ""
    """What works, but less well than it could."""

    @property
    def ready(self) -> bool:
        """Say whether a run may start it."""
        return self.installed and self.logged_in is not False


class Adapter(Protocol):
    """Knows one agent's command line. Bound to one AgentSpec."""

    spec: AgentSpec

    @property
    def has_sandbox(self) -> bool:
        """Say whether the agent bounds by itself what its commands may touch."""
        ...

    @property
    def has_canary(self) -> bool:
        """Say whether a tiny prompt is a cheap way to ask whether its account works."""
        ...

    def own_names(self, environ: Mapping[str, str], home: Path | None = None) -> tuple[str, ...]:
        """Give the globs of environment names that are the agent's own (keys, endpoints, folders)."""
        ...

    def start(self, request: StartRequest) -> AgentStart:
        """Give how to start it."""
        ...

    def readiness(self, environ: Mapping[str, str], home: Path | None = None) -> Readiness:
        """Say whether it is installed and logged in. Takes up to VERSION_TIMEOUT_S; not cached."""
        ...


VERSION_TIMEOUT_S = 10.0
"""An agent that does not name its version in this time has none."""


def home_of(environ: Mapping[str, str], home: Path | None) -> Path:
    """Give the HOME that the agent will see."""
    return home or Path(environ.get("HOME") or Path.home())


def has_content(path: Path, least_bytes: int = 3) -> bool:
    """Say whether a credentials file is there and holds something (`{}` is nothing)."""
    try:
        return path.is_file() and path.stat().st_size >= least_bytes
    except OSError:
        return False
