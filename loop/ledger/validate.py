"""Proves a new version of a ledger before it replaces the old one."""

from __future__ import annotations

import re
from pathlib import Path

from loop.errors import LedgerRefused
from loop.ledger.changes import only_own_changes
from loop.ledger.parse import BOM, Kind, Segment, entry_hash, parse

ENTRY_LIMIT_BYTES = 64 * 1024
"""No entry of ours is as long: a larger change is none that we meant."""

_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)


def check_text(path: Path, data: bytes) -> None:
    """Raise LedgerRefused when the ledger *data* is nothing to add an entry to."""
    if b"\0" in data:
        raise LedgerRefused(f"{path} is no UTF-8 text: save it as UTF-8")
    if _CONFLICT.search(data):
        raise LedgerRefused(f"{path} has conflict markers: resolve the merge")


def check_result(path: Path, before: bytes, after: bytes, entry: bytes, incident_id: str) -> str:
    """Give the hash of *entry*, which *after* has and *before* had not, or had in another state.

    Raises LedgerRefused unless every other byte of *before* stands in *after* at its place.
    """
    wanted = entry_hash(entry)
    segments = parse(after).segments
    places = [n for n, s in enumerate(segments) if s.id == incident_id and s.hash == wanted]
    if not places and parse(before).open_fence:
        raise LedgerRefused(f"{path} has a code fence that is not closed: close it")
    if not any(_is_sound(before, segments, place) for place in places):
        raise LedgerRefused(f"{path}: the new text did not prove sound: it is as it was")
    return wanted


def _is_sound(before: bytes, segments: tuple[Segment, ...], place: int) -> bool:
    after = b"".join(s.raw for s in segments)
    if after == before:
        return True
    if not before.removeprefix(BOM).strip():
        return only_own_changes(None, after) and place == len(segments) - 1
    if after.startswith(before):
        added = after[len(before) :]
        return entry_hash(added) == segments[place].hash and len(added) <= ENTRY_LIMIT_BYTES
    head = b"".join(s.raw for s in segments[:place])
    tail = b"".join(s.raw for s in segments[place + 1 :])
    if before == head + tail:  # one line below an entry that a person made their own
        return (
            segments[place].raw.startswith(b"- Update: ")
            and len(after) - len(before) <= ENTRY_LIMIT_BYTES
        )
    old = before[len(head) : len(before) - len(tail)]
    return before == head + old + tail and _is_entry(old, segments[place].id)


def _is_entry(raw: bytes, incident_id: str) -> bool:
    found = parse(raw).segments
    is_one = len(found) == 1 and found[0].kind is Kind.OWN and found[0].id == incident_id
    return is_one and len(raw) <= ENTRY_LIMIT_BYTES
