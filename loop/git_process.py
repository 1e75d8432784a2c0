"""One git process: started by GitPython, quiet, and ended with its whole group when time is up.

GitPython's own time limit kills the one process (and children that `ps` finds) and then waits for
whoever still holds the pipe; so each call is its own session here.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from loop.child_end import has_ended
from loop.errors import GitError

OLDEST_GIT = (2, 31)
"""The first version that takes settings from GIT_CONFIG_COUNT; older ones would run hooks."""

GRACE_S = 2.0
"""Between TERM and KILL: time for git to remove its lock files."""

READ_BYTES = 256 * 1024

KEPT_NAMES = (
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
)
"""GIT_ names of our own environment that say where this person's git is, not which repository."""

QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_MERGE_AUTOEDIT": "no",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}


def execute(
    cwd: Path,
    words: tuple[str, ...],
    *,
    env: Mapping[str, str],
    stdin: bytes | None,
    timeout_s: float,
) -> tuple[int, bytes, bytes]:
    """Give exit code, output and error output of `git` *words*.

    Raises GitError when git is missing or too old, or the call did not end within *timeout_s*.
    """
    env = QUIET | dict(env)
    with contextlib.ExitStack() as stack:
        istream = stack.enter_context(tempfile.TemporaryFile()) if stdin else None
        if istream and stdin:
            istream.write(stdin)
            istream.seek(0)
        running = _start(cwd, [*_without_our_names(env), "git", *_in(cwd), *words], env, istream)
        out, err = _finish(running.proc, cwd, verb(words), timeout_s)
        return running.proc.returncode, out, err


def verb(words: tuple[str, ...]) -> str:
    """Give the git command among *words*."""
    return next((word for word in words if not word.startswith("-")), "")


def _start(cwd: Path, command: list[str], env: dict[str, str], istream: Any) -> Any:
    """Give GitPython's wrapper: when it is collected it ends the process, so it must be held."""
    _require_git()
    from git import Git as PythonGit
    from git.exc import GitCommandNotFound

    if not cwd.is_dir():
        raise GitError(f"{cwd} is not a folder")
    try:
        with _deaf_to_ctrl_c():
            return PythonGit().execute(
                command, istream=istream, as_process=True, env=env, start_new_session=True
            )
    except GitCommandNotFound as error:
        raise GitError("git is not installed, or not on PATH: install it") from error


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Meanwhile, let a child start that no SIGINT ends, as one would before it is in its own session."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in(cwd: Path) -> tuple[str, str]:
    """Give the words for *cwd*: GitPython would expand `$` and `~` in it, and go elsewhere then."""
    return "-C", str(cwd.absolute())


def _finish(process: Any, cwd: Path, name: str, timeout_s: float) -> tuple[bytes, bytes]:
    try:
        with process.stdout, process.stderr:
            return _outputs(process, time.monotonic() + timeout_s if timeout_s else None)
    except TimeoutError:
        _end_group(process)
        raise GitError(
            f"git {name} in {cwd} did not end within {timeout_s:g} s (timeouts.git_s)"
        ) from None
    except BaseException:
        _end_group(process)
        raise


def _outputs(process: Any, until_s: float | None) -> tuple[bytes, bytes]:
    """Give output and error output once the process has ended; raises TimeoutError at *until_s*.

    As `communicate` does, whose wait for the end naps longer than most of our calls take.
    """
    taken: dict[Any, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in taken:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(_left_s(until_s))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if chunk := os.read(key.fd, READ_BYTES):
                    taken[key.fileobj] += chunk
                else:
                    selector.unregister(key.fileobj)
    if not has_ended(process, _left_s(until_s)):
        raise TimeoutError
    return bytes(taken[process.stdout]), bytes(taken[process.stderr])


def _left_s(until_s: float | None) -> float | None:
    return None if until_s is None else max(0, until_s - time.monotonic())


@cache
def _require_git() -> None:
    """Raise GitError when git is missing or too old to be kept from running hooks."""
    try:
        from git import Git as PythonGit

        version = PythonGit().version_info
    except ImportError as error:  # GitPython looks for git while it is imported
        raise GitError("git is not installed, or not on PATH: install it") from error
    if version[:2] < OLDEST_GIT:
        has = ".".join(map(str, version))
        raise GitError(f"git {has} is too old: install git 2.31 or newer")


def _without_our_names(env: Mapping[str, str]) -> list[str]:
    """Give the words that drop GIT_DIR and the like: GitPython can only add to our environment."""
    names = [name for name in os.environ if name.startswith("GIT_")]
    names = [name for name in names if name not in KEPT_NAMES and name not in env]
    return ["env", *(word for name in names for word in ("-u", name))] if names else []


def _end_group(process: Any) -> None:
    for what in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, what)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE_S)
