"""Puts an entry into a ledger: bytes in, bytes out, nothing else changed."""

from __future__ import annotations

from collections.abc import Set

from loop.ledger.dialects import blocks_of
from loop.ledger.parse import BOM, Document, entry_hash, parse
from loop.ledger.render import HEADER, entry, update_line
from loop.ledger.words import EntryContext
from policies.records import IncidentRecord


def upsert(data: bytes | None, incident: IncidentRecord, context: EntryContext) -> bytes:
    """Give *data* with *incident*'s entry in it; see `placed`."""
    return placed(data, incident, context)[0]


def placed(
    data: bytes | None, incident: IncidentRecord, context: EntryContext
) -> tuple[bytes, str]:
    """Give *data* with *incident* in it, and the text that says so: in place, or at the end.

    An entry that differs from what was last written (`in_ledger`) is a person's now: it stays as it
    is, and one line of ours below it goes on. None or blank makes a new ledger.
    """
    text, update = entry(incident, context), update_line(incident, context)
    if data is None or not data.removeprefix(BOM).strip():
        kept = data or b""
        bom = BOM if kept.startswith(BOM) else b""
        return bom + _encoded(f"{HEADER}\n\n{text}\n", line_end(kept)), text
    document, eol = parse(data), line_end(data)
    at = _ours(document, incident.id, {incident.in_ledger, _hash(text), _hash(update)})
    if at is not None:
        ours = update if document.segments[at].raw.startswith(b"- Update: ") else text
        return _replaced(document, at, ours, eol), ours
    below = _end_of_theirs(data, incident.id)
    if below is None:
        return appended(data, text, eol), text
    head = data[:below]
    glue = b"" if head.endswith((b"\n", b"\r")) else eol
    return head + glue + _encoded(f"{update}\n", eol) + data[below:], update


def line_end(data: bytes) -> bytes:
    """Give the line end that most lines of *data* have; a newline when there is none."""
    windows = data.count(b"\r\n")
    return b"\r\n" if windows * 2 > data.count(b"\n") else b"\n"


def appended(data: bytes, text: str, eol: bytes) -> bytes:
    """Give *data* with *text* at its end, a blank line before it."""
    glue = b"" if data.endswith((b"\n", b"\r")) else eol
    last_line = (data + glue).splitlines()[-1]
    glue += eol if last_line else b""
    return data + glue + _encoded(f"{text}\n", eol)


def _ours(document: Document, incident_id: str, unchanged: Set[str]) -> int | None:
    """Give the place of what we wrote and nobody changed, the last one if there are two."""
    places = [n for n in document.of(incident_id) if document.segments[n].hash in unchanged]
    return places[-1] if places else None


def _end_of_theirs(data: bytes, incident_id: str) -> int | None:
    """Give where the last entry ends that still names the incident; None: a person took it out."""
    at, end = 0, None
    if incident_id.encode("ascii") not in data:  # reading every dialect takes four times as long
        return None
    for block in blocks_of(data):
        at += len(block.raw)
        if block.entry and block.entry.id == incident_id:
            end = at
    return end


def _replaced(document: Document, at: int, text: str, eol: bytes) -> bytes:
    old = document.segments[at]
    new = _encoded(f"{text}\n", eol)
    if entry_hash(new) == old.hash:
        return document.to_bytes()
    if not old.raw.endswith((b"\n", b"\r")):
        new = new.removesuffix(eol)
    before = b"".join(s.raw for s in document.segments[:at])
    return before + new + b"".join(s.raw for s in document.segments[at + 1 :])


def _hash(text: str) -> str:
    return entry_hash(text.encode("utf-8", "replace"))


def _encoded(text: str, eol: bytes) -> bytes:
    return text.encode("utf-8", "replace").replace(b"\n", eol)
