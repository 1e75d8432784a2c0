"""Finds the git repositories below a folder, bounded in depth and time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

SKIPPED = frozenset({"node_modules", "vendor", "target", "venv", "env", "__pycache__", "dist"})
"""Folders that hold others' code or built things; hidden folders are skipped too."""

DEPTH = 4
"""Levels below the folder that are looked at."""

LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found below a folder."""

    repositories: tuple[Path, ...]
    """Sorted, none inside another."""
    is_complete: bool = True
    """False: the time was up before every folder was seen."""


def find_repositories(folder: Path, *, depth: int = DEPTH, limit_s: float = LIMIT_S) -> Found:
    """Give the repositories in *folder*; when it is one itself, that one alone.

    A repository's inside is not looked at: its submodules and vendored clones are its own affair.
    Links are not followed. An unreadable folder is passed over.
    """
    root = folder.resolve()
    until = time.monotonic() + limit_s
    found: list[Path] = []
    waiting = [(root, 0)]
    while waiting:
        if time.monotonic() > until:
            return Found(tuple(sorted(found)), is_complete=False)
        here, level = waiting.pop()
        if is_repository(here):
            found.append(here)
        elif level < depth:
            waiting += [(path, level + 1) for path in _folders(here)]
    return Found(tuple(sorted(found)))


def is_repository(folder: Path) -> bool:
    """Say whether *folder* is the top of a work tree, or a bare repository."""
    if (folder / ".git").exists():
        return True
    return (folder / "HEAD").is_file() and all((folder / n).is_dir() for n in ("objects", "refs"))


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(e.path) for e in entries if _is_looked_at(e)]
    except OSError:
        return []


def _is_looked_at(entry: os.DirEntry[str]) -> bool:
    plain = not entry.name.startswith(".") and entry.name not in SKIPPED
    return plain and entry.is_dir(follow_symlinks=False)
