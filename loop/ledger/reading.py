"""Reads what one entry says: its title, its fields, whose it is."""

from __future__ import annotations

import re

from loop.ledger.lines import Line, field_of, heading_of, text_of
from policies.ledger_entry import LedgerEntry, canonical

FOLDED = "<!-- nightcrew:folded"
"""How the comment begins that marks an entry which `ledger compact` made of several."""
_OURS = re.compile(rb"\s*<!--\s*nightcrew:incident\s*(.*?)\s*(?:-->|$)")
_MAX_INDENT = 2


def entry_of(lines: list[Line], first_line: int) -> LedgerEntry:
    """Give the entry that *lines* are; *first_line* is the number of the first, 1-based."""
    heading = heading_of(lines[0].raw)
    fields: list[tuple[str, list[str]]] = []
    is_flat, is_folded, comment = True, False, None
    for line in lines[1:] if heading else lines:
        found = None if line.fenced else field_of(line.raw)
        inner = None if line.fenced else heading_of(line.raw)
        said = text_of(line.raw).strip()
        mark = _OURS.match(line.raw)
        if mark and not line.fenced:
            comment = text_of(mark[1]) if comment is None else comment
        elif said.startswith(FOLDED):
            is_folded = True
        elif found and _indent(line.raw) <= _MAX_INDENT:
            fields.append((found.name, [found.value]))
            is_flat = is_flat and bool(found.value)
        elif inner and canonical(inner.title) is not None:
            fields.append((inner.title, []))
            is_flat = False
        elif said:
            is_flat = False
            if fields:
                fields[-1][1].append(said)
    return LedgerEntry(
        line=first_line,
        text=text_of(b"".join(line.raw for line in lines)).rstrip(),
        title=heading.title if heading else "",
        fields=tuple((name, " ".join(filter(None, values))) for name, values in fields),
        is_flat=is_flat,
        id=comment,
        is_folded=is_folded,
    )


def _indent(raw: bytes) -> int:
    return len(raw) - len(raw.lstrip(b" \t"))
