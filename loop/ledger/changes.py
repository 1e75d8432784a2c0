"""What changed between two versions of a ledger: only our own entries, or a person's text too."""

from __future__ import annotations

from loop.ledger.parse import BOM, foreign
from loop.ledger.render import HEADER


def only_own_changes(head: bytes | None, now: bytes | None) -> bool:
    """Say whether *now* differs from *head* in nothing but our own entries and a fresh header.

    None: the file is not there (not tracked, or deleted). Line ends do not count: git may convert them.
    """
    if now is None or now == head:
        return now == head
    before, after = _text(head or b""), _text(now)
    return before == after or (not before and after == HEADER.encode())


def _text(data: bytes) -> bytes:
    """Give the foreign text, its last newlines cut: an entry that is added may complete a line."""
    return foreign(data).removeprefix(BOM).replace(b"\r\n", b"\n").rstrip(b"\r\n")
