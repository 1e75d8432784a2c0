"""Any command line: the prompt on standard input and in the file NIGHTCREW_PROMPT_FILE.

Nothing is known of it, so each line it prints is progress and its exit code decides. Known agents
among such commands get the names of their own keys and the reader of their own events; others what
`environment.pass` gives them.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loop.agents.base import AgentStart, Readiness, StartRequest
from loop.agents.environment import path_without_ours, shown
from policies.agent_names import of_command
from policies.events import READERS
from policies.plan import AgentSpec

_ANY_MODEL = ("OPENAI_*", "ANTHROPIC_*", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "DEEPSEEK_API_KEY")
_KEYS = {
    "aider": ("AIDER_*", *_ANY_MODEL),
    "mini": ("MSWEA_*", *_ANY_MODEL),
    "mini-swe-agent": ("MSWEA_*", *_ANY_MODEL),
    "opencode": ("OPENCODE_*", *_ANY_MODEL),
    "crush": ("CRUSH_*", *_ANY_MODEL),
    "gemini": ("GEMINI_*", "GOOGLE_*"),
    "qwen": ("OPENAI_*", "QWEN_*", "DASHSCOPE_*"),
    "copilot": ("COPILOT_*",),
}


@dataclass(frozen=True, slots=True)
class Command:
    """Starts any command line."""

    spec: AgentSpec
    has_sandbox: bool = False
    has_canary: bool = False

    def own_names(
        self,
        environ: Mapping[str, str],  # noqa: ARG002
        home: Path | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Give the key names of an agent that is known by its program's name."""
        return _KEYS.get(self._program(), ())

    def start(self, request: StartRequest) -> AgentStart:
        """Give how to start it."""
        argv = (*self.spec.command, *self.spec.args)
        # Agents that print text wrap it at the terminal's width, which splits their error lines.
        return AgentStart(
            argv=argv,
            env={"COLUMNS": "500"},
            stdin=request.prompt,
            reader=self._reader(),
            shown_argv=shown(argv),
        )

    def _program(self) -> str:
        return of_command(self.spec.command)

    def _reader(self) -> str:
        """A known agent's events are read as such; it speaks of itself in text mode too."""
        name = self._program()
        return name if name in _KEYS and name in READERS else "text"

    def readiness(
        self,
        environ: Mapping[str, str],
        home: Path | None = None,  # noqa: ARG002
    ) -> Readiness:
        """Say whether its program is there; more is not known."""
        program = self.spec.command[0] if self.spec.command else ""
        if program and shutil.which(program, path=path_without_ours(environ.get("PATH", ""))):
            return Readiness(installed=True)
        return Readiness(
            installed=False,
            problem=f"{program or 'the agent command'} is not on PATH",
            remedy="give its full path, or another --agent",
        )


ADAPTER = Command
