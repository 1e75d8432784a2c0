"""Git calls that end in time, never prompt, and run nothing that a repository's configuration names.

GitPython starts the command. Its own time limit kills the one process (and children that `ps`
finds) and then waits for whoever still holds the pipe; so each call is its own session here, and
the whole group is ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from loop.errors import GitError
from loop.git_safety import (
    Entry,
    as_environment,
    parse_config,
    settings_for,
    ssh_command,
    upload_pack_command,
)

OLDEST_GIT = (2, 31)
"""The first version that takes settings from GIT_CONFIG_COUNT; older ones would run hooks."""

GRACE_S = 2.0
"""Between TERM and KILL: time for git to remove its lock files."""

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
    "GIT_MERGE_AUTOEDIT": "no",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}


class Git:
    """Git in one folder. Holds no open files or processes; safe in parallel threads."""

    def __init__(
        self,
        cwd: Path,
        timeout_s: float = 600,
        *,
        git_dir: Path | None = None,
        settings: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Take *git_dir* as the repository of the work tree *cwd*, whatever is found there."""
        self.cwd = cwd
        self.timeout_s = timeout_s
        self._git_dir = git_dir
        self._settings = settings

    def with_settings(self, *settings: tuple[str, str]) -> Git:
        """Give the same git with further settings, as `-c` would."""
        return Git(
            self.cwd, self.timeout_s, git_dir=self._git_dir, settings=self._settings + settings
        )

    def run(
        self,
        *args: str,
        ok_codes: tuple[int, ...] = (0,),
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        remote: bool = False,
    ) -> str:
        """Give what the command printed, without its last newline; bytes outside UTF-8 survive.

        *remote* lets it reach other machines. Raises GitError when it ends with another code than
        *ok_codes*, or not within timeout_s.
        """
        return self.call(*args, ok_codes=ok_codes, stdin=stdin, env=env, remote=remote)[1]

    def succeeds(self, *args: str) -> bool:
        """Say whether the command's answer is yes (0) or no (1)."""
        return self.call(*args, ok_codes=(0, 1))[0] == 0

    def call(
        self,
        *args: str,
        ok_codes: tuple[int, ...] = (0,),
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        remote: bool = False,
        raw: bool = False,
    ) -> tuple[int, str]:
        """Give exit code and output (*raw*: with its last newline); otherwise as `run`."""
        entries = self.config()
        settings = [*settings_for(entries, local_only=not remote), *self._settings]
        safe = as_environment(settings) | {"GIT_SSH_COMMAND": ssh_command(entries, os.environ)}
        code, out, err = self._execute(args, safe | dict(env or {}), stdin)
        if code not in ok_codes:
            raise GitError(f"git {_verb(args)} in {self.cwd}: {_first_line(err or out, code)}")
        return code, out if raw else out.removesuffix("\n")

    def fetch_local(self, source: Path, *refs: str, options: tuple[str, ...] = ()) -> None:
        """Copy *refs* of the repository at *source*; its side runs nothing of its own either."""
        other = Git(source, self.timeout_s)
        command = upload_pack_command(settings_for(other.config(), local_only=True))
        flags = ("--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "-q")
        self.run("fetch", *flags, *options, f"--upload-pack={command}", str(source), *refs)

    def config(self) -> list[Entry]:
        """Give every setting that git reads here."""
        args = ("config", "--list", "-z", "--show-scope")
        code, out, err = self._execute(args, {}, None)
        if code:
            raise GitError(f"git config in {self.cwd}: {_first_line(err, code)}")
        return parse_config(out)

    def _execute(
        self, args: tuple[str, ...], env: Mapping[str, str], stdin: bytes | None
    ) -> tuple[int, str, str]:
        place = () if self._git_dir is None else _place(self._git_dir, self.cwd)
        env = QUIET | dict(env)
        command = [*_without_our_names(env), "git", *place, *args]
        with contextlib.ExitStack() as stack:
            istream = stack.enter_context(tempfile.TemporaryFile()) if stdin else None
            if istream and stdin:
                istream.write(stdin)
                istream.seek(0)
            process = self._start(command, env, istream)
            out, err = self._finish(process, _verb(args))
        text = out.decode("utf-8", "surrogateescape")
        return process.poll(), text, err.decode("utf-8", "replace")

    def _start(self, command: list[str], env: dict[str, str], istream: Any) -> Any:
        _require_git()
        from git import Git as PythonGit
        from git.exc import GitCommandNotFound

        if not self.cwd.is_dir():
            raise GitError(f"{self.cwd} is not a folder")
        try:
            # The wrapper is kept as it is: when it is collected it ends the process it wraps.
            return PythonGit(str(self.cwd)).execute(
                command, istream=istream, as_process=True, env=env, start_new_session=True
            )
        except GitCommandNotFound as error:
            raise GitError("git is not installed, or not on PATH: install it") from error

    def _finish(self, process: Any, verb: str) -> tuple[bytes, bytes]:
        try:
            out, err = process.communicate(timeout=self.timeout_s or None)
        except subprocess.TimeoutExpired:
            _end_group(process)
            raise GitError(
                f"git {verb} in {self.cwd} did not end within {self.timeout_s:g} s (timeouts.git_s)"
            ) from None
        except BaseException:
            _end_group(process)
            raise
        return out, err


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


def _place(git_dir: Path, work_tree: Path) -> tuple[str, ...]:
    return (f"--git-dir={git_dir}", f"--work-tree={work_tree}")


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
    for stream in (process.stdout, process.stderr):
        stream.close()


def _verb(args: tuple[str, ...]) -> str:
    return next((word for word in args if not word.startswith("-")), "")


def _first_line(text: str, code: int) -> str:
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line.startswith(("fatal:", "error:", "CONFLICT"))]
    others = [line for line in lines if line and not line.startswith(("warning:", "hint:"))]
    return (said or others or [f"ended with code {code}"])[0]
