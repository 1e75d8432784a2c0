"""Writes one incident into a repository's ledger: validated, locked, atomic, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.errors import LedgerRefused
from loop.ledger.changes import only_own_changes
from loop.ledger.locked import locked
from loop.ledger.place import identity, read, real_path, replace_file
from loop.ledger.upsert import placed
from loop.ledger.validate import check_result, check_text
from loop.ledger.words import EntryContext
from policies.records import IncidentRecord

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the ledger now."""

    hash: str
    """Of the entry as written; it goes into the incident's `in_ledger`."""
    created: bool
    """The ledger did not exist before (or was empty)."""


def write_incident(
    repo: Path,
    file: str,
    incident: IncidentRecord,
    *,
    context: EntryContext,
    head_bytes: bytes | None,
    lock_dir: Path,
) -> Written:
    """Give what was written of *incident* into *file* of the checkout *repo*.

    *head_bytes* is that file at HEAD (of the link's target, where it is a link); None: not tracked.
    Raises LedgerRefused, in one line, when the file has other uncommitted changes, is not a plain
    writable file of the repository, or cannot be trusted or written; it is then as it was.
    """
    path = real_path(repo, file)
    with locked(path, lock_dir):
        return _write(path, incident, context, head_bytes)


def _write(
    path: Path, incident: IncidentRecord, context: EntryContext, head_bytes: bytes | None
) -> Written:
    for _ in range(_TRIES):
        seen = identity(path)
        now = read(path)
        if not only_own_changes(head_bytes, now):
            raise LedgerRefused(f"{path} has uncommitted changes: commit them")
        before = now or b""
        check_text(path, before)
        after, text = placed(now, incident, context)
        written = Written(
            hash=check_result(path, before, after, text.encode(), incident.id),
            created=not before.strip(),
        )
        if after == before or replace_file(path, after, seen):
            return written
    raise LedgerRefused(f"{path} is being edited: it changed while it was written")
