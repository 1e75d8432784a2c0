"""Starts one child in a session of its own, with clean signals and one pipe for its output.

An agent whose SIGINT is ignored (we were started by nohup or as a script's background job) cannot be
interrupted, and `subprocess` can put only SIGPIPE right. A `preexec_fn` is unsafe beside threads, so in
that rare case the child starts through a one-line Python that sets the signals and then becomes it.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MARKER_NAME = "NIGHTCREW_MARKER"
"""Environment variable by which descendants that left the group are found."""

_RESET = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)

_BECOME = (
    "import os, signal, sys\n"
    f"for number in {tuple(int(s) for s in _RESET)}: signal.signal(number, signal.SIG_DFL)\n"
    "signal.pthread_sigmask(signal.SIG_SETMASK, ())\n"
    "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
    "os.execv(sys.argv[1], sys.argv[2:])\n"
)


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start, where, and with what."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    """The whole environment; nothing of ours is inherited."""
    stdin: bytes | None = None
    """Written to the child and then closed; None: closed from the start."""
    marker: str = ""
    """Value of NIGHTCREW_MARKER. Only one process tree at a time may bear it. Empty: one is made."""


def start(launch: Launch, marker: str) -> subprocess.Popen[bytes]:
    """Start the child and give it back.

    Raises OSError or ValueError when it cannot start; `why_not` words them.
    """
    env = {**launch.env, MARKER_NAME: marker}
    return subprocess.Popen(
        _with_clean_signals(launch, env),
        cwd=launch.cwd,
        env=env,
        stdin=subprocess.DEVNULL if launch.stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        restore_signals=True,
        bufsize=0,
    )


def why_not(launch: Launch, error: Exception) -> str:
    """Say in one line why the child could not start."""
    name = launch.argv[0] if launch.argv else "(no command)"
    if not _is_folder(launch.cwd):
        return f"cannot start {name}: the folder {launch.cwd} does not exist or is not a folder"
    match error.errno if isinstance(error, OSError) else None:
        case errno.ENOENT:
            why = "command not found; install it, or put its folder on PATH"
        case errno.EACCES:
            why = "permission denied; the file is not executable, or its folder cannot be entered"
        case errno.ENOEXEC:
            why = "not a program; a script needs a first line such as #!/bin/sh"
        case errno.E2BIG:
            why = "its arguments and environment are too long for this system"
        case _:
            why = " ".join(str(error).split())
    return f"cannot start {name}: {why}"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _with_clean_signals(launch: Launch, env: Mapping[str, str]) -> list[str]:
    if not launch.argv:
        raise ValueError("the command is empty")
    ignored = any(signal.getsignal(number) is signal.SIG_IGN for number in _RESET)
    if not ignored and not signal.pthread_sigmask(signal.SIG_BLOCK, ()):
        return list(launch.argv)
    program = _resolve(launch, env)
    return [sys.executable, "-I", "-S", "-c", _BECOME, program, *launch.argv]


def _resolve(launch: Launch, env: Mapping[str, str]) -> str:
    name = launch.argv[0]
    if "/" in name:
        path = launch.cwd / name
        if path.is_file() and not os.access(path, os.X_OK):
            raise PermissionError(errno.EACCES, "not executable", name)
        found = str(path) if path.is_file() else None
    else:
        found = shutil.which(name, path=env.get("PATH", os.defpath))
    if found is None:
        raise FileNotFoundError(errno.ENOENT, "not found", name)
    return found
