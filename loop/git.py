"""Git calls that end in time, never prompt, and run nothing that a repository's configuration names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path

from loop.errors import GitError
from loop.git_process import OLDEST_GIT, execute, verb
from loop.git_safety import (
    Entry,
    as_environment,
    parse_config,
    settings_for,
    ssh_command,
    upload_pack_command,
)

__all__ = ["OLDEST_GIT", "Git"]

FETCH = (
    "-q",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--update-shallow",
    "--no-tags",
)
"""How every fetch is made: only what is asked for, and nothing else written or begun."""

PLAIN = frozenset(
    {
        "cat-file",
        "check-attr",
        "commit-tree",
        "for-each-ref",
        "ls-files",
        "ls-tree",
        "merge-base",
        "remote",
        "rev-list",
        "rev-parse",
        "symbolic-ref",
        "update-ref",
        "worktree",
    }
)
"""Commands that know no filter, driver or helper: what is always set is enough for them.

Not write-tree: whatever writes the index may look at files again, through their filters.
"""


class Git:
    """Git in one folder. Holds no open files or processes; safe in parallel threads."""

    def __init__(
        self,
        cwd: Path,
        timeout_s: float = 600,
        *,
        git_dir: Path | None = None,
        settings: tuple[tuple[str, str], ...] = (),
        entries: tuple[Entry, ...] | None = None,
    ) -> None:
        """Take *git_dir* as the repository of the work tree *cwd*, whatever is found there.

        *entries*: its configuration, if it is known; None: it is read before each call.
        """
        self.cwd = cwd
        self.timeout_s = timeout_s
        self._git_dir = git_dir
        self._settings = settings
        self._entries = entries

    def with_settings(self, *settings: tuple[str, str]) -> Git:
        """Give the same git with further settings, as `-c` would."""
        return Git(
            self.cwd,
            self.timeout_s,
            git_dir=self._git_dir,
            settings=self._settings + settings,
            entries=self._entries,
        )

    def knowing(self, entries: Iterable[Entry]) -> Git:
        """Give the same git, which takes *entries* as its configuration and does not read it again.

        For a row of calls only: once an agent, a check or a person may have written it, it is old.
        """
        return Git(
            self.cwd,
            self.timeout_s,
            git_dir=self._git_dir,
            settings=self._settings,
            entries=tuple(entries),
        )

    def settled(self) -> Git:
        """Give the same git that knows its configuration as it is now; see `knowing`."""
        return self.knowing(self.config())

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
        args = _kept_out_of_submodules(args)
        entries = () if verb(args) in PLAIN else self.config()
        settings = [*settings_for(entries, local_only=not remote), *self._settings]
        safe = as_environment(settings) | {"GIT_SSH_COMMAND": ssh_command(entries, os.environ)}
        code, out, err = self._execute(args, safe | dict(env or {}), stdin)
        if code not in ok_codes:
            raise GitError(f"git {verb(args)} in {self.cwd}: {_first_line(err or out, code)}")
        return code, out if raw else out.removesuffix("\n")

    def fetch_local(self, source: Git, *refs: str) -> None:
        """Copy *refs* of the repository *source*; its side runs nothing of its own either."""
        command = upload_pack_command(settings_for(source.config(), local_only=True))
        place = str(source.cwd.resolve())
        self.run("fetch", *FETCH, f"--upload-pack={command}", place, *refs)

    def fetch_remote(self, url: str, *refs: str) -> None:
        """Copy *refs* of *url*, with git's own command on the other side (a safe one if it is here)."""
        place = Path(self.cwd, url.removeprefix("file://"))
        if place.is_dir():
            self.fetch_local(Git(place, self.timeout_s), *refs)
        else:
            self.run("fetch", *FETCH, "--upload-pack=git-upload-pack", url, *refs, remote=True)

    def config(self) -> tuple[Entry, ...]:
        """Give every setting that git reads here."""
        if self._entries is not None:
            return self._entries
        args = ("config", "--list", "-z", "--show-scope")
        code, out, err = self._execute(args, {}, None)
        if code:
            raise GitError(f"git config in {self.cwd}: {_first_line(err, code)}")
        return tuple(parse_config(out))

    def _execute(
        self, args: tuple[str, ...], env: Mapping[str, str], stdin: bytes | None
    ) -> tuple[int, str, str]:
        place = (f"--git-dir={self._git_dir}", f"--work-tree={self.cwd}") if self._git_dir else ()
        code, out, err = execute(
            self.cwd, (*place, *args), env=env, stdin=stdin, timeout_s=self.timeout_s
        )
        return code, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "replace")


def _kept_out_of_submodules(args: tuple[str, ...]) -> tuple[str, ...]:
    """Keep git from starting itself inside a submodule, whose filters we have not switched off.

    A `submodule.<name>.ignore` of the repository's outranks diff.ignoreSubmodules; this outranks it.
    (`add` knows no such option: whoever calls it leaves submodules out.)
    """
    if args[0] not in ("status", "diff") or any(
        word.startswith("--ignore-submodules") for word in args
    ):
        return args
    return (args[0], "--ignore-submodules=dirty", *args[1:])


def _first_line(text: str, code: int) -> str:
    lines = [line.strip() for line in text.splitlines()]
    said = [
        f"{line} {after}" if line.endswith(":") else line
        for line, after in zip_longest(lines, lines[1:], fillvalue="")
        if line.startswith(("fatal:", "error:", "CONFLICT"))
    ]
    others = [line for line in lines if line and not line.startswith(("warning:", "hint:"))]
    return (said or others or [f"ended with code {code}"])[0]
