"""The built-in agent: our own Python runs loop.fixers, never a `loop` of the repository (-P)."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loop.agents.base import AgentStart, Readiness, StartRequest
from policies.plan import AgentSpec


@dataclass(frozen=True, slots=True)
class Fixers:
    """Starts the fixers. They run what the repository itself configures, and nothing a model says."""

    spec: AgentSpec
    has_sandbox: bool = True
    has_canary: bool = False

    def own_names(
        self,
        environ: Mapping[str, str],  # noqa: ARG002
        home: Path | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Give none."""
        return ()

    def start(self, request: StartRequest) -> AgentStart:  # noqa: ARG002
        """Give how to start them; they need no prompt."""
        argv = (sys.executable, "-P", "-m", "loop.fixers", *self.spec.args)
        return AgentStart(argv=argv, env={}, stdin=None, reader="text", shown_argv=argv)

    def readiness(
        self,
        environ: Mapping[str, str],  # noqa: ARG002
        home: Path | None = None,  # noqa: ARG002
    ) -> Readiness:
        """Say that they are always ready."""
        return Readiness(installed=True, logged_in=True, version=platform.python_version())


ADAPTER = Fixers
