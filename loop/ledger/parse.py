"""Reads a ledger without loss: the segments of a document, put together, are its bytes again.

Only a well-formed entry of our own is ours: heading, id comment, the nine fields in order (or the line
below one that a person edited). Everything
else, an entry of ours that a person gave another shape included, is foreign and never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from loop.ledger.lines import Line, lines_of
from policies.ledger_entry import FIELDS

BOM = b"\xef\xbb\xbf"

_HEADING = re.compile(rb"### \S")
_COMMENT = re.compile(rb"<!-- nightcrew:incident (inc-\d{8}-[0-9a-f]{8}) -->\s*$")
_UPDATE = re.compile(rb"- Update: .*<!-- nightcrew:incident (inc-\d{8}-[0-9a-f]{8}) -->\s*$")
"""What is ours below an entry that a person made their own: one line, changed in place."""
_BLANK = re.compile(rb"\s*$")


class Kind(StrEnum):
    """Whose a segment is."""

    FOREIGN = "foreign"
    GAP = "gap"
    """The one blank line before an entry of ours: it comes and goes with the entry."""
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Some whole lines of a document."""

    kind: Kind
    raw: bytes
    id: str = ""
    """The incident's id; empty for what is not ours."""

    @property
    def hash(self) -> str:
        """Give the entry's hash; line ends and blank lines do not count (git may convert them)."""
        return entry_hash(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A ledger as it is: `b"".join(segment.raw for segment in segments)` are its bytes."""

    segments: tuple[Segment, ...]
    open_fence: bool = False
    """A code fence is not closed: whatever is added at the end would stand in it."""

    def to_bytes(self) -> bytes:
        """Give the document's bytes, exactly those that were parsed."""
        return b"".join(segment.raw for segment in self.segments)

    def of(self, incident_id: str) -> list[int]:
        """Give the places in `segments` of our entries with *incident_id*, in their order."""
        return [
            n for n, s in enumerate(self.segments) if s.kind is Kind.OWN and s.id == incident_id
        ]


def parse(data: bytes) -> Document:
    """Give the document that *data* is. Never raises, and never loses a byte."""
    bom = BOM if data.startswith(BOM) else b""
    lines = list(lines_of(data[len(bom) :]))
    open_fence = bool(lines) and not lines[-1].raw
    segments: list[Segment] = []
    foreign: list[bytes] = [bom] if bom else []
    at = 0
    while at < len(lines):
        size, incident_id = _own_entry(lines, at)
        if not size:
            foreign.append(lines[at].raw)
            at += 1
            continue
        segments += _before(foreign)
        raw = b"".join(line.raw for line in lines[at : at + size])
        segments.append(Segment(kind=Kind.OWN, raw=raw, id=incident_id))
        foreign = []
        at += size
    segments += [Segment(kind=Kind.FOREIGN, raw=b"".join(foreign))] if any(foreign) else []
    return Document(segments=tuple(segments), open_fence=open_fence)


def own_entries(data: bytes) -> dict[str, bytes]:
    """Give our entries of *data* by incident id (the last one, where an id stands twice)."""
    return {s.id: s.raw for s in parse(data).segments if s.kind is Kind.OWN}


def foreign(data: bytes) -> bytes:
    """Give *data* without our entries and the blank line that stands before each."""
    return b"".join(s.raw for s in parse(data).segments if s.kind is Kind.FOREIGN)


def entry_hash(entry: bytes) -> str:
    """Give the hash of an *entry*: 16 hex digits, blind to line ends and blank lines."""
    lines = (line.rstrip() for line in entry.splitlines())
    return sha256(b"\n".join(line for line in lines if line)).hexdigest()[:16]


def _before(foreign: list[bytes]) -> list[Segment]:
    gap = foreign.pop() if foreign and not foreign[-1].rstrip(b"\r\n") else b""
    found = ((Kind.FOREIGN, b"".join(foreign)), (Kind.GAP, gap))
    return [Segment(kind=kind, raw=raw) for kind, raw in found if raw]


def _own_entry(lines: list[Line], at: int) -> tuple[int, str]:
    """Give the number of lines and the id of our entry that begins *at*, else 0."""
    update = None if lines[at].fenced else _UPDATE.match(lines[at].raw)
    if update:
        return 1, update[1].decode("ascii")
    if lines[at].fenced or not _HEADING.match(lines[at].raw):
        return 0, ""
    here = _skip_blank(lines, at + 1)
    comment = _COMMENT.match(_raw(lines, here))
    if comment is None:
        return 0, ""
    here = _skip_blank(lines, here + 1)
    for name in FIELDS:
        if not _raw(lines, here).startswith(b"- %s: " % name.encode()):
            return 0, ""
        here += 1
    if _continues(_raw(lines, here)):
        return 0, ""
    return here - at, comment[1].decode("ascii")


def _continues(raw: bytes) -> bool:
    """Say whether a line belongs to the list above it: a person gave our entry more to say."""
    if _BLANK.match(raw) or _UPDATE.match(raw):
        return False
    return not re.match(rb"#{1,6}\s|- Date:|<!--|\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$", raw)


def _skip_blank(lines: list[Line], at: int) -> int:
    while at < len(lines) and lines[at].raw and _BLANK.match(lines[at].raw):
        at += 1
    return at


def _raw(lines: list[Line], at: int) -> bytes:
    return lines[at].raw if at < len(lines) else b""
