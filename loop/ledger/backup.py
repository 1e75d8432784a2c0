"""The copy that stands beside a compacted ledger until a check has found it good."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path

ENDING = ".nightcrew-backup"


def keep_backup(path: Path, data: bytes) -> Path:
    """Write *data*, the bytes of *path*, durably beside it, and give where; an older copy stays.

    Raises OSError when it cannot be written.
    """
    for number in count(1):
        place = path.with_name(f"{path.name}{ENDING}{'' if number == 1 else f'-{number}'}")
        try:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if place.read_bytes() == data:  # a try before this one made it
                return place
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            os.fsync(file.fileno())
        return place
    raise AssertionError  # pragma: no cover - count() has no end


def backups(path: Path) -> Iterator[Path]:
    """Yield the copies beside *path*."""
    for place in sorted(path.parent.iterdir()):
        rest = place.name.removeprefix(path.name + ENDING)
        if rest != place.name and (not rest or rest.removeprefix("-").isdigit()):
            yield place


def remove_backups(path: Path) -> list[Path]:
    """Remove the copies beside *path*, and give those that are gone."""
    gone = []
    for place in backups(path):
        with contextlib.suppress(OSError):
            place.unlink()
            gone.append(place)
    return gone
