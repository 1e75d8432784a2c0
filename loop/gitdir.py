"""The workspace's .git, before we use it: what an agent left there must not steer our calls.

An agent may point .git at the user's repository, link its refs there, or name programs and work
trees in its configuration; a kill may leave locks and half a rebase.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

STEERING = (
    "hooks",
    "commondir",
    "gitdir",
    "config.worktree",
    "worktrees",
    "info/attributes",
    "info/grafts",
    "info/sparse-checkout",
    "objects/info/alternates",
    "objects/info/http-alternates",
    "MERGE_HEAD",
    "MERGE_AUTOSTASH",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "BISECT_LOG",
    "BISECT_START",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
)
"""What would make git look elsewhere, run something, or go on with what the agent began."""


def is_sound(inside: Path) -> bool:
    """Say whether *inside* is a repository of its own: real folders, and no link that leads out."""
    if inside.is_symlink() or not inside.is_dir():
        return False
    parts = (inside / "HEAD", inside / "objects", inside / "refs")
    return all(part.exists() for part in parts) and not any(
        entry.is_symlink() for entry in _below(inside)
    )


def settle(inside: Path, config: str) -> None:
    """Give the sound repository *inside* our configuration, and nothing that steers git."""
    for name in STEERING:
        remove(inside / name)
    locks = [entry.path for entry in _below(inside) if entry.name.endswith(".lock")]
    for lock in locks:
        remove(Path(lock))
    # Never written in place: it could be a hard link to a file of the user's.
    fresh = inside / "config.fresh"
    remove(fresh)
    fresh.write_text(config, "utf-8")
    fresh.replace(inside / "config")


def remove(path: Path) -> None:
    """Remove the file, link or folder at *path*, also where it was made read-only."""
    if path.is_dir() and not path.is_symlink():
        make_writable(path)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_writable(folder: Path) -> None:
    """Let the owner remove what is in *folder* (module caches are read-only); links are left alone."""
    for place, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            mode = Path(place).stat().st_mode
            if mode & stat.S_IRWXU != stat.S_IRWXU:
                Path(place).chmod(mode | stat.S_IRWXU)


def _below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Give all that is in *folder* and below; links are given and not followed."""
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        yield from entries
        waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
