"""Finds the entries of a ledger in every dialect; put together, the blocks are the bytes again.

An entry is a heading with a date, or with fields below it; or a bare group of `- Field: value` bullets.
Templates, schemas, notes and whatever stands in a code fence or a comment are no entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from loop.ledger.lines import Field, Heading, Line, field_of, heading_of, lines_of, shielded
from loop.ledger.parse import BOM
from loop.ledger.reading import entry_of
from policies.ledger_entry import LedgerEntry, moment_in

AHEAD_LINES = 60
"""So far is looked ahead for a bare entry's fields; it keeps the time linear."""
_DATED = re.compile(r"[^\w\d]{0,4}(?:\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}\b)")
_DATE_ONLY = re.compile(r"\W*\d{4}-\d{2}-\d{2}\W*$")
_HOLDS_NONE = re.compile(r"template|schema|format|example|how to|legend|instructions", re.I)
_HOLDS_MANY = re.compile(
    r"(?:open |closed |resolved |past |active )?(?:entries|incidents?|log|history|ledger|archive)\b.*"
    r"|incidents and learnings",
    re.I,
)
_RULE = re.compile(rb"\s*(?:-{3,}|\*{3,}|_{3,})?\s*$")
_DATE_FIELDS, _BARE_FIELDS = 2, 3
"""Different fields that make bullets an entry: with a date, and without one."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines of a ledger: an entry, or what stands between entries."""

    raw: bytes
    line: int
    """Of its first line, 1-based."""
    entry: LedgerEntry | None = None

    @property
    def is_blank(self) -> bool:
        """Say whether nothing stands here."""
        return self.entry is None and not self.raw.strip()


@dataclass(slots=True)
class _Reader:
    """The lines of one ledger as they were told, and where its entries begin and end."""

    lines: list[Line]
    headings: list[Heading | None] = field(default_factory=list)
    fields: list[Field | None] = field(default_factory=list)
    blank: list[bool] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    start: int | None = None
    level: int = 0
    """Of the open entry's heading; 0: it is bare."""
    seen: set[str] = field(default_factory=set)
    closed_level: int = 0
    """In a template's section, its heading's level; else 0."""

    def tell(self) -> None:
        for line, is_shielded in zip(self.lines, shielded(self.lines), strict=True):
            self.headings.append(None if is_shielded else heading_of(line.raw))
            self.fields.append(None if is_shielded else field_of(line.raw))
            self.blank.append(not line.raw.strip())

    def read(self) -> list[tuple[int, int]]:
        for at in range(len(self.lines)):
            heading, found = self.headings[at], self.fields[at]
            if heading:
                self._heading(at, heading)
            elif found and found.is_top:
                self._field(at, found)
            elif self._ends_bare(at):
                self._close(at)
        self._close(len(self.lines))
        return self.spans

    def _heading(self, at: int, heading: Heading) -> None:
        if self.closed_level and heading.level <= self.closed_level:
            self.closed_level = 0
        if self._starts(at, heading):
            self._open(at, heading.level)
            return
        if heading.level <= self.level or self.level == 0:
            self._close(at)
        if self.start is None and _HOLDS_NONE.search(heading.title):
            self.closed_level = heading.level

    def _starts(self, at: int, heading: Heading) -> bool:
        """Say whether an entry begins with this heading."""
        if _DATED.match(heading.title):
            return not (_DATE_ONLY.match(heading.title) and self._is_a_days(at, heading))
        if self.closed_level or _HOLDS_NONE.search(heading.title) or heading.level == 1:
            return False
        if _HOLDS_MANY.fullmatch(heading.title) or (self.level and heading.level > self.level):
            return False
        return len(self._said(at + 1)) >= _DATE_FIELDS

    def _is_a_days(self, at: int, heading: Heading) -> bool:
        """Say whether only other headings, of that day's entries, stand below a date."""
        below = next((n for n in range(at + 1, self._end(at)) if not self.blank[n]), None)
        deeper = self.headings[below] if below is not None else None
        return (
            deeper is not None
            and deeper.level > heading.level
            and below is not None
            and (bool(_DATED.match(deeper.title)) or len(self._said(below + 1)) >= _DATE_FIELDS)
        )

    def _field(self, at: int, found: Field) -> None:
        follows_gap = at == 0 or self.blank[at - 1] or self.headings[at - 1] is not None
        is_date = found.field == "Date"
        again = found.name.lower() in self.seen and (follows_gap or is_date)
        again = again or (is_date and follows_gap and bool(self.seen))
        if (self.start is None or again) and self._is_bare_start(at, found):
            self._open(at, 0)
        elif self._ends_bare(at) and found.name.lower() in self.seen:
            self._close(at)
        if self.start is not None:
            self.seen.add(found.name.lower())

    def _is_bare_start(self, at: int, found: Field) -> bool:
        if self.closed_level and self.start is None:
            return False
        names = self._said(at)
        if found.field == "Date":
            return moment_in(found.value) is not None and len(names) >= _DATE_FIELDS
        return bool(found.value) and len(names) >= _BARE_FIELDS

    def _said(self, at: int) -> set[str]:
        """Give the different fields with a value from *at* on, up to a heading or a repeated one."""
        names: set[str] = set()
        for here in range(at, self._end(at)):
            found = self.fields[here]
            if self.headings[here] or (found and found.is_top and found.name.lower() in names):
                break
            if found and (found.value or self._goes_on(here)):
                names.add(found.name.lower())
        return names

    def _goes_on(self, at: int) -> bool:
        """Say whether a field's value stands in the lines below it, indented."""
        below = self.lines[at + 1].raw if at + 1 < len(self.lines) else b""
        return below[:1] in b" \t" and bool(below.strip())

    def _ends_bare(self, at: int) -> bool:
        """Say whether a bare entry is over at this line: other text at the margin after a gap."""
        if self.start is None or self.level or self.blank[at] or not self.blank[at - 1]:
            return False
        return self.lines[at].raw[:1] not in b" \t"

    def _open(self, at: int, level: int) -> None:
        self._close(at)
        self.start, self.level, self.seen = at, level, set()

    def _close(self, at: int) -> None:
        if self.start is None:
            return
        end = at
        while end > self.start + 1 and _RULE.match(self.lines[end - 1].raw):
            end -= 1
        self.spans.append((self.start, end))
        self.start, self.level, self.seen = None, 0, set()

    def _end(self, at: int) -> int:
        return min(len(self.lines), at + AHEAD_LINES)


def blocks_of(data: bytes) -> tuple[Block, ...]:
    """Give the blocks that *data* is, in order; `b"".join(block.raw ...)` are its bytes. Never raises."""
    bom = BOM if data.startswith(BOM) else b""
    lines = [line for line in lines_of(data[len(bom) :]) if line.raw]
    reader = _Reader(lines)
    reader.tell()
    blocks = list(_cut(lines, reader.read()))
    if bom:
        blocks.insert(0, Block(bom, 1))
    return tuple(blocks)


def entries_of(data: bytes) -> tuple[LedgerEntry, ...]:
    """Give the entries of *data*, in order."""
    return tuple(block.entry for block in blocks_of(data) if block.entry)


def _cut(lines: list[Line], spans: list[tuple[int, int]]) -> Iterator[Block]:
    at = 0
    for start, end in [*spans, (len(lines), len(lines))]:
        if start > at:
            yield Block(b"".join(line.raw for line in lines[at:start]), at + 1)
        if end > start:
            raw = b"".join(line.raw for line in lines[start:end])
            yield Block(raw, start + 1, entry_of(lines[start:end], start + 1))
        at = end
