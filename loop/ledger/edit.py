"""Edits any ledger file: the new text is proved, then replaces the old one whole, or nothing happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from loop.errors import LedgerMissing, LedgerRefused
from loop.ledger.locked import locked
from loop.ledger.place import identity, read, real_path, replace_file

_TRIES = 3


def repository_of(file: Path) -> Path | None:
    """Give the checkout that *file* lies in, links not followed; None: none."""
    here = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow the link
    return next((folder for folder in here.parents if (folder / ".git").exists()), None)


def ledger_path(file: Path) -> Path:
    """Give the file that *file* really is; a link is followed inside its repository (its folder) only.

    Raises LedgerRefused when it leads out, or is no plain writable file.
    """
    here = Path(os.path.abspath(file))  # noqa: PTH100 - as above
    root = repository_of(here) or here.parent
    return real_path(root, str(here.relative_to(root)))


def bytes_of(path: Path) -> bytes:
    """Give the bytes of the ledger at *path*. Raises LedgerMissing, or LedgerRefused."""
    if path.exists() and not path.is_file():
        raise LedgerRefused(f"{path} is not a plain file: name a ledger, INCIDENTS.md")
    data = read(path)
    if data is None:
        raise LedgerMissing(f"{path}: there is no such file: name a ledger, INCIDENTS.md")
    return data


def edit(
    path: Path,
    change: Callable[[bytes | None], bytes],
    *,
    lock_dir: Path,
    keep: Callable[[Path, bytes], None] | None = None,
) -> None:
    """Replace *path* by what *change* makes of its bytes (None: it is not there); *keep* sees them first.

    Raises LedgerRefused, and what *change* raises; the file is then as it was.
    """
    with locked(path, lock_dir):
        for _ in range(_TRIES):
            seen = identity(path)
            before = read(path)
            after = change(before)
            if after == before:
                return
            if keep and before is not None:
                keep(path, before)
            if replace_file(path, after, seen):
                return
    raise LedgerRefused(f"{path} is being edited: it changed while it was written")
