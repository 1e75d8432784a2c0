"""Finds what makes a repository's checks able to run, and the checks themselves.

Only the repository's own files decide (configuration files, or test files of their usual name), and a
step is found only where its tool is installed: what is missing is said by the check, with its remedy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

from loop.agents.environment import path_without_ours
from loop.finding import native, node, python
from policies.plan import CheckSpec, SetupSpec

PROBE_LIMIT_S = 20


def find_checks(workspace: Path) -> tuple[CheckSpec, ...]:
    """Give the checks found; `make test` only when nothing more specific is there."""
    found = python.find_checks(workspace) + node.find_checks(workspace)
    found += native.find_checks(workspace)
    return found or native.find_make(workspace)


def find_setup(
    workspace: Path, checkout: Path | None, *, path: str | None = None
) -> tuple[SetupSpec, ...]:
    """Give the steps before the checks: links to what *checkout* has installed, else commands.

    *path* is where tools are looked for; None: our own PATH without our own scripts.
    """
    if path is None:
        path = path_without_ours(os.environ.get("PATH") or os.defpath)
    has_tool = partial(_is_installed, path=path)
    has_module = partial(_python_has, path=path)
    links = (python.find_links, node.find_links)
    steps = (
        partial(python.find_steps, is_installed=has_tool, python_has=has_module),
        partial(node.find_steps, is_installed=has_tool),
    )
    found = [
        (find_links(workspace, checkout) if checkout else ()) or find_steps(workspace)
        for find_links, find_steps in zip(links, steps, strict=True)
    ]
    return tuple(spec for specs in found for spec in specs)


def _is_installed(name: str, path: str) -> bool:
    return shutil.which(name, path=path) is not None


@cache
def _python_has(module: str, path: str) -> bool:
    """Ask the machine's python3, in isolated mode, so that nothing of a repository is imported."""
    program = shutil.which("python3", path=path)
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    try:
        asked = subprocess.run(
            [program or "python3", "-I", "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
