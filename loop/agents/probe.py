"""Whether an agent's binary is there, and which version it says it is."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from loop.agents.base import VERSION_TIMEOUT_S, Readiness
from loop.agents.environment import agent_environment

_VERSION = re.compile(r"\b\d+\.\d+(?:\.\d+)?(?:[-+.\w]*)?")
_OUTPUT_LIMIT_BYTES = 65_536


def probe(
    argv: Sequence[str], environ: Mapping[str, str], *, install: str, home: Path | None = None
) -> Readiness:
    """Give what `argv[0] --version` tells; *install* is the remedy when it is not there."""
    env = agent_environment(environ, home=home)
    binary = shutil.which(argv[0], path=env["PATH"])
    if binary is None:
        return Readiness(installed=False, problem=f"{argv[0]} is not installed", remedy=install)
    exit_code, said = _ask([binary, *argv[1:], "--version"], env)
    found = [match[0] for match in map(_VERSION.search, reversed(said.splitlines())) if match]
    if exit_code == 0:
        return Readiness(installed=True, version=found[0] if found else None)
    words = said.strip().splitlines()
    why = f"exit {exit_code}" if exit_code is not None else f"no answer in {VERSION_TIMEOUT_S:g} s"
    return Readiness(
        installed=False,
        problem=f"{argv[0]} --version does not work ({words[-1][:120] if words else why})",
        remedy=install,
    )


def _ask(argv: list[str], env: Mapping[str, str]) -> tuple[int | None, str]:
    """Give exit code (None: it had to be ended) and output; a file takes it, so no pipe can hang."""
    with tempfile.TemporaryFile() as out:
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=tempfile.gettempdir(),
                start_new_session=True,
            )
        except OSError as error:
            return 127, str(error)
        exit_code = _wait(child)
        out.seek(0)
        return exit_code, out.read(_OUTPUT_LIMIT_BYTES).decode(errors="replace")


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(VERSION_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return None
