"""`nightcrew init`: finds repositories and agents, and writes the first nightcrew.toml."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.starter import Entry
    from loop.agents.base import Readiness


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="A repository, or a folder of repositories.")
    ] = Path(),
) -> None:
    """Write nightcrew.toml for what is found in DIR; an existing one is never touched."""
    from flows.cli.console import errors_told, write

    with errors_told():
        write("\n".join(begin(directory, os.environ)))


def begin(directory: Path, environ: Mapping[str, str]) -> list[str]:
    """Write the file and give the lines that say what is in it and what comes next.

    Raises NightcrewError when there is one already, no folder, or no repository in it.
    """
    from config.layers import FILE_NAME
    from config.starter import render
    from loop.doctor.agents import found_agents
    from loop.errors import NightcrewError
    from loop.fleet import find_repositories
    from loop.whole import create

    folder = directory.expanduser().resolve()
    target = folder / FILE_NAME
    if target.exists():
        raise NightcrewError(f"{target}: already there; edit it, or look: nightcrew doctor")
    if not folder.is_dir():
        raise NightcrewError(f"{folder}: no such folder; name one that holds repositories")
    found = find_repositories(folder)
    if not found.repositories:
        raise NightcrewError(f"{folder}: no git repository in it; name a folder that holds some")
    told = found_agents(environ)
    agent, said = _choice(told), [_line(name, readiness) for name, readiness in told.items()]
    entries = [_entry(path) for path in found.repositories]
    create(target, render(folder, entries, agent, said))
    rest = "" if found.is_complete else " (the search was cut short: add the others by hand)"
    return [
        f"wrote {target}: {_counted(len(entries))}, agent {agent}{rest}",
        *said,
        *_next(folder),
    ]


def _choice(told: Mapping[str, Readiness]) -> str:
    """Give the first agent that could work now and bounds itself; else the built-in fixers."""
    from loop.agents import adapter_for
    from policies.plan import FIXERS, AgentSpec

    ready = (name for name, readiness in told.items() if readiness.ready and readiness.logged_in)
    sandboxed = (n for n in ready if adapter_for(AgentSpec(name=n, adapter=n)).has_sandbox)
    return next(sandboxed, FIXERS)


def _entry(path: Path) -> Entry:
    from config.starter import Entry
    from loop.discovery import find_checks, find_setup

    setup = tuple(shlex.join(step.argv) for step in find_setup(path, path) if step.argv)
    return Entry(path, tuple(shlex.join(check.argv) for check in find_checks(path)), setup)


def _line(name: str, readiness: Readiness) -> str:
    if not readiness.ready:
        return f"{name}: {readiness.problem or 'not ready'} -> {readiness.remedy}"
    version = f" {readiness.version}" if readiness.version else ""
    login = {True: "logged in", None: "login unknown"}.get(readiness.logged_in, "not logged in")
    return f"{name}{version}: installed, {login}"


def _counted(n: int) -> str:
    return f"{n} {'repository' if n == 1 else 'repositories'}"


def _next(folder: Path) -> list[str]:
    go = "" if folder == Path.cwd().resolve() else f"cd {folder} && "
    steps = [f"next: {go}nightcrew doctor", f"then: {go}nightcrew run"]
    if (folder / ".git").exists():
        steps.insert(0, "it lies in the repository: commit it, or name it in .gitignore")
    return steps
