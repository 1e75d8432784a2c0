"""Finds the logs that a ledger names, where they still are, and diagnoses them.

A ledger may come from others: no file is read that lies outside the folders looked into.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from loop.diagnose import diagnose_file
from loop.errors import NightcrewError
from loop.ledger.edit import repository_of
from loop.ledger.fold import Diagnose
from policies.failure import Failure
from policies.rootcause import Hints
from policies.signatures import Signatures


def folders_for(ledger: Path, named: Sequence[Path], cwd: Path) -> tuple[Path, ...]:
    """Give the folders to look into: those *named*, the ledger's, its repository's, and *cwd*."""
    found = [*named, ledger.parent, repository_of(ledger), cwd]
    return tuple(dict.fromkeys(folder.resolve() for folder in found if folder))


def find_log(name: str, folders: Sequence[Path]) -> Path | None:
    """Give the file that *name* is: that path below one of *folders*, or its last part there."""
    for folder in folders:
        for place in _places(name, folder):
            real = place.resolve()
            if real.is_relative_to(folder) and real.is_file():
                return real
    return None


def diagnoser(folders: Sequence[Path], signatures: Signatures) -> Diagnose:
    """Give the function that says why the process of a log failed; each log is read once."""
    known: dict[str, Failure | None] = {}

    def diagnose(name: str, ended: datetime) -> Failure | None:
        if name not in known:
            log = find_log(name, folders)
            known[name] = _diagnosed(log, ended, signatures) if log else None
        return known[name]

    return diagnose


def _diagnosed(log: Path, ended: datetime, signatures: Signatures) -> Failure | None:
    try:
        return diagnose_file(log, Hints(now=ended), signatures)
    except NightcrewError:  # it cannot be read any more: as if it were not there
        return None


def _places(name: str, folder: Path) -> Iterator[Path]:
    parts = PurePosixPath(name)
    for tail in dict.fromkeys((str(parts), f"logs/{parts.name}", parts.name)):
        if len(tail) < 1000:
            yield folder / tail
            yield folder / f"{tail}.gz"
