"""Compacts a ledger: proves that nothing but episodes changed, and only then replaces it."""

from __future__ import annotations

from pathlib import Path

from loop.errors import LedgerRefused
from loop.ledger.backup import keep_backup
from loop.ledger.dialects import Block, blocks_of
from loop.ledger.edit import bytes_of, edit
from loop.ledger.fold import Compacted, Diagnose, compacted
from loop.ledger.validate import ENTRY_LIMIT_BYTES, check_text
from loop.ledger.words import EntryContext


def compact(
    path: Path,
    diagnose: Diagnose,
    context: EntryContext,
    *,
    lock_dir: Path,
    write: bool,
) -> Compacted:
    """Give the ledger at *path* before and after; *write* replaces it and keeps a copy beside it.

    Raises LedgerRefused, in one line, when it cannot be trusted or written; it is then as it was.
    """
    data = bytes_of(path)
    check_text(path, data)
    result = compacted(data, diagnose, context)
    prove(path, result)
    if not write or not result.folds:
        return result
    made = [result]

    def change(now: bytes | None) -> bytes:
        if now != made[-1].before:
            if now is None:
                raise LedgerRefused(f"{path} is gone: nothing was written")
            made.append(compacted(now, diagnose, context))
            prove(path, made[-1])
        return made[-1].after

    edit(path, change, lock_dir=lock_dir, keep=_keep)
    return made[-1]


def prove(path: Path, result: Compacted) -> None:
    """Raise LedgerRefused unless all but the folded entries stands, byte for byte and in its order."""
    folded = {block.line for fold in result.folds for block in fold.entries}
    new = {fold.into_line for fold in result.folds}
    before, after = blocks_of(result.before), blocks_of(result.after)
    room = ENTRY_LIMIT_BYTES * len(result.folds)
    entries = sum(block.entry is not None for block in after)
    kept = [block for block in before if block.line not in folded or not block.entry]
    there = [block for block in after if block.line not in new or not block.entry]
    is_sound = (
        _entries(kept) == _entries(there)
        and _lines(kept) == _lines(there)
        and all(block.raw.strip(b"\r\n") in result.after for block in kept if not block.entry)
        and entries == result.entries_after
        and len(result.after) <= len(result.before) + room
        and new <= {block.line for block in after if block.entry}
    )
    if not is_sound:
        raise LedgerRefused(f"{path}: the new text did not prove sound: it is as it was")


def _entries(blocks: list[Block]) -> list[bytes]:
    return [block.raw for block in blocks if block.entry]


def _lines(blocks: list[Block]) -> list[bytes]:
    """Give the lines that are not blank: blank ones go and come with the entries beside them."""
    return [line for block in blocks for line in block.raw.splitlines() if line.strip()]


def _keep(path: Path, data: bytes) -> None:
    keep_backup(path, data)
