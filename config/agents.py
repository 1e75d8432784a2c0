"""Which agent a word or a command line means."""

from __future__ import annotations

import difflib
import shlex
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from config.model import AgentEntry, WorkSettings
from config.settings import Settings
from policies.errors import NightcrewError
from policies.plan import FIXERS, AgentSpec, Permissions

FOLDER = Path(__file__).resolve().parent.parent / "loop" / "agents"


@cache
def shipped() -> tuple[str, ...]:
    """Give the agents that need no table in the settings: each is a file of loop/agents.

    Only looked at, never imported: a new agent is one new file, and the settings stay below it.
    """
    files = (path for path in FOLDER.glob("*.py") if path.stem != "command")
    return tuple(sorted(p.stem for p in files if "\nADAPTER = " in p.read_text("utf-8")))


def agent_for(settings: Settings, work: WorkSettings) -> AgentSpec:
    """Give the agent of one repository: the command line's, else the settings', else fixers.

    Raises NightcrewError for a word that is no agent and no command on PATH.
    """
    by_hand = settings.agent_by_hand
    text = by_hand if by_hand is not None else work.agent or FIXERS
    spec = _named(settings, work, text)
    # A command line that a person types is the person's own choice, and needs no permission.
    return spec or _command_line(settings, work, text, allowed=by_hand is not None)


def fallback_for(settings: Settings, work: WorkSettings) -> AgentSpec | None:
    """Give the agent that works while the first one cannot, or None.

    An agent that was named by hand has none: it is never silently another one (contracts). Raises
    NightcrewError for a word that is no agent and no command on PATH.
    """
    if settings.agent_by_hand is not None or not work.fallback:
        return None
    text = work.fallback
    return _named(settings, work, text) or _command_line(settings, work, text, allowed=False)


def _named(settings: Settings, work: WorkSettings, text: str) -> AgentSpec | None:
    entry = settings.model.agents.get(text)
    if entry is None and text not in shipped():
        return None
    entry = entry or AgentEntry()
    adapter = entry.adapter or (text if text in shipped() else "command")
    command = words(entry.command, f"agents.{text}.command") if entry.command else ()
    if adapter not in (*shipped(), "command"):
        known = ", ".join((*shipped(), "command"))
        raise NightcrewError(f"agents.{text}.adapter: {adapter!r} is none; use one of {known}")
    if adapter == "command" and not command:
        raise NightcrewError(
            f"agents.{text}: no adapter and no command; add adapter = "
            f"({', '.join(shipped())}) or command"
        )
    return AgentSpec(
        name=text,
        adapter=adapter,
        command=command,
        args=tuple(entry.args),
        model=entry.model,
        permissions=entry.permissions or work.permissions or Permissions.WORKSPACE,
        allow_unsandboxed=_first(entry.allow_unsandboxed, work.allow_unsandboxed),
    )


def _first(*said: bool | None) -> bool:
    return next((value for value in said if value is not None), False)


def _command_line(settings: Settings, work: WorkSettings, text: str, *, allowed: bool) -> AgentSpec:
    command = words(text, "agent")
    if len(command) < 2 and shutil.which("".join(command), path=settings.search_path) is None:
        known = sorted({*shipped(), *settings.model.agents})
        close = difflib.get_close_matches(text, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
        raise NightcrewError(f"agent {text!r}: no such agent, and no command on PATH; {hint}")
    return AgentSpec(
        name=text,
        adapter="command",
        command=command,
        permissions=work.permissions or Permissions.WORKSPACE,
        allow_unsandboxed=allowed or _first(work.allow_unsandboxed),
    )


def words(command: str | Sequence[str], place: str) -> tuple[str, ...]:
    """Give the words of *command*, split as a shell would. Raises NightcrewError naming *place*."""
    if not isinstance(command, str):
        return tuple(command)
    try:
        split = tuple(shlex.split(command))
    except ValueError as problem:
        raise NightcrewError(f"{place}: {command!r}: {problem}; close the quotes") from problem
    if not split:
        raise NightcrewError(f"{place}: empty; write a command, as in 'make test'")
    return split
