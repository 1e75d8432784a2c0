"""The repository as the fixers see it: its tracked files, what changed in them, and its tools."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from loop.fixing.hooks import Hook, read_hooks
from loop.git import Git

TOOL_FOLDERS = (".venv/bin", "venv/bin", "node_modules/.bin")
"""Searched before PATH: what the repository's own setup installed."""
GIT_LIMIT_S = 120
_REGULAR = ("100644", "100755")


class Repository:
    """One work tree. The tracked files are those of its start."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        """Take *root*, the top folder of a work tree."""
        self.root = root.resolve()
        self.environ = environ
        self.git = Git(self.root, GIT_LIMIT_S)

    @cached_property
    def tracked(self) -> tuple[str, ...]:
        """Give the paths of tracked regular files that are there: no links, nothing behind a link."""
        entries = self.git.run("ls-files", "-s", "-z").split("\0")
        heads_and_paths = (entry.partition("\t") for entry in entries)
        names = dict.fromkeys(path for head, _, path in heads_and_paths if head[:6] in _REGULAR)
        return tuple(path for path in names if self._is_inside(path))

    @cached_property
    def foreign(self) -> tuple[str, ...]:
        """Give what stands in the work tree and is not its own: untracked files, folders, submodules."""
        others = self.git.run("ls-files", "-o", "--directory", "-z").split("\0")
        staged = self.git.run("ls-files", "-s", "-z").split("\0")
        modules = (e.partition("\t")[2] + "/" for e in staged if e.startswith("160000"))
        return tuple(path for path in (*others, *modules) if path)

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """Give the hooks of its pre-commit configuration."""
        return read_hooks(self.root)

    def hook(self, *names: str) -> Hook | None:
        """Give the first hook that bears one of *names*."""
        return next((hook for hook in self.hooks if hook.name in names), None)

    def program(self, name: str) -> str:
        """Give the program's full path; empty when it is not installed."""
        folders = [str(self.root / folder) for folder in TOOL_FOLDERS]
        path = os.pathsep.join([*folders, self.environ.get("PATH", os.defpath)])
        return shutil.which(name, path=path) or ""

    def own(self, names: Iterable[str]) -> list[str]:
        """Give those of *names* (absolute or from the root) that are tracked, as `./path`, in order."""
        inside = {os.path.relpath(self.root / name, self.root) for name in names}
        return [f"./{path}" for path in sorted(self.only_own(inside))]

    def only_own(self, paths: Iterable[str]) -> list[str]:
        """Give those of *paths* (from the root) that are tracked regular files."""
        tracked = set(self.tracked)
        return [path for path in paths if path in tracked]

    def named(self, *endings: str) -> list[str]:
        """Give the tracked paths that end in one of *endings*."""
        return [path for path in self.tracked if path.endswith(endings)]

    def state(self) -> dict[str, tuple[int, int]]:
        """Give when each tracked file was written and its size; a missing one is left out."""
        found = {}
        for path in self.tracked:
            try:
                stat = (self.root / path).lstat()
            except OSError:
                continue
            found[path] = (stat.st_mtime_ns, stat.st_size)
        return found

    def changed(self) -> set[str]:
        """Give the tracked paths whose content is not the index's."""
        args = ("--name-only", "-z", "--no-ext-diff", "--no-textconv", "--ignore-submodules")
        return set(self.git.run("diff", *args).split("\0")) - {""}

    def _is_inside(self, path: str) -> bool:
        place = self.root / path
        real = Path(os.path.realpath(place.parent))
        return real == place.parent and place.is_file() and not place.is_symlink()
