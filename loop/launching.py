"""Starts one child in a session of its own, with clean signals and one pipe for its output.

An agent whose SIGINT is ignored (we were started by nohup or as a script's background job) cannot be
interrupted, and `subprocess` can put only SIGPIPE right. A `preexec_fn` is unsafe beside threads, so in
that rare case the child starts through a small Python that sets the signals and then becomes it.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARKER_NAME = "NIGHTCREW_MARKER"
"""Environment variable by which descendants that left the group are found."""

_ASKS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)

_PYTHONS = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")
"""What Python ignores from its start on; the same three that `restore_signals` puts right."""

_LOCALE = "LC_CTYPE"
"""What Python itself exports where the locale is C (PEP 538); the child gets it as it was."""

_BECOME = f"""\
import os, signal, sys
failed, locale, *argv = sys.argv[1:]
os.set_inheritable(int(failed), False)
os.environ.pop({_LOCALE!r}, None)
if locale:
    os.environ[{_LOCALE!r}] = locale[1:]
for name in {(*(each.name for each in _ASKS), *_PYTHONS)!r}:
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, ())
try:
    os.execvp(argv[0], argv)
except OSError as error:
    os.write(int(failed), b"%d" % error.errno)
"""
"""Its arguments: where to write the error number when the program cannot start, `=` and the value of
LC_CTYPE (nothing: unset), and the program with its own."""


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
    if not launch.argv:
        raise ValueError("the command is empty")
    env = {**launch.env, MARKER_NAME: marker}
    return _through_python(launch, env) if _are_odd() else _popen(launch, launch.argv, env)


def _are_odd() -> bool:
    """Say whether a child would inherit signals that it then cannot hear."""
    ignored = any(signal.getsignal(number) is signal.SIG_IGN for number in _ASKS)
    return ignored or bool(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def _popen(
    launch: Launch, argv: Sequence[str], env: Mapping[str, str], pass_fds: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        cwd=launch.cwd,
        env=env,
        stdin=subprocess.DEVNULL if launch.stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        restore_signals=True,
        pass_fds=pass_fds,
        bufsize=0,
    )


def _through_python(launch: Launch, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """As `_popen`, with clean signals; an error of the last step is told through a pipe, as there."""
    locale = f"={env[_LOCALE]}" if _LOCALE in env else ""
    reading, writing = os.pipe()
    with open(reading, "rb") as failed:  # noqa: PTH123  # it ends when the child has become the program
        try:
            become = [sys.executable, "-I", "-S", "-c", _BECOME, str(writing), locale]
            child = _popen(launch, [*become, *launch.argv], env, (writing,))
        finally:
            os.close(writing)
        if said := failed.read():
            child.communicate()
            raise OSError(int(said), os.strerror(int(said)), launch.argv[0])
    return child


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
