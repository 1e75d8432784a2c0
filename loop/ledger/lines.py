"""The lines of a ledger, and what each one can be: a heading, a field, blank, or shielded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.ledger_entry import canonical

_FENCE = re.compile(rb"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(rb" {0,3}(#{1,6})[ \t]+(\S.*)$")
_FIELD = re.compile(
    rb"(?P<indent>[ \t]*)(?P<bullet>[-*+][ \t]+)?(?:\*\*|__)?(?P<name>[A-Za-z][A-Za-z0-9 /()-]{1,40})"
    rb"(?:\*\*|__)?[ \t]*:(?:\*\*|__)?(?:[ \t]+(?P<value>.*))?$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end, and whether it stands in a code fence (the fence's own lines do)."""

    raw: bytes
    fenced: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line."""

    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """A line `- Name: value` of a field that ledgers have."""

    name: str
    value: str
    field: str
    """Which of our nine it is; empty: another."""
    is_top: bool
    """It begins at the margin, with a bullet."""


def lines_of(data: bytes) -> Iterator[Line]:
    """Yield the lines of *data*; a fence that is never closed reaches to the end."""
    closing: re.Pattern[bytes] | None = None
    for raw in data.splitlines(keepends=True):
        if closing is not None:
            yield Line(raw, True)
            closing = None if closing.match(raw) else closing
            continue
        may_open = b"```" in raw or b"~~~" in raw  # ten times as fast as the pattern
        opened = _FENCE.match(raw.rstrip(b"\r\n")) if may_open else None
        if opened:
            mark = opened[1]
            closing = re.compile(rb"\s*" + mark[:1] + b"{%d,}" % len(mark) + rb"\s*$")
        yield Line(raw, opened is not None)
    if closing is not None:
        yield Line(b"", True)


def shielded(lines: list[Line]) -> Iterator[bool]:
    """Say of each line whether it stands in a code fence or in a comment of several lines."""
    inside = False
    for line in lines:
        if inside:
            yield True
            inside = b"-->" not in line.raw
            continue
        opens = not line.fenced and line.raw.lstrip().startswith(b"<!--") and b"-->" not in line.raw
        yield line.fenced or opens
        inside = opens


def heading_of(raw: bytes) -> Heading | None:
    """Give the heading that *raw* is."""
    found = _HEADING.match(raw.rstrip()) if b"#" in raw else None
    return Heading(len(found[1]), text_of(found[2]).rstrip("# \t")) if found else None


def field_of(raw: bytes) -> Field | None:
    """Give the field that *raw* is, if it bears a name that ledgers know."""
    found = _FIELD.match(raw.rstrip()) if b":" in raw else None
    field = canonical(text_of(found["name"])) if found else None
    if found is None or field is None:
        return None
    value = text_of((found["value"] or b"").strip())
    return Field(
        text_of(found["name"]), value, field, bool(found["bullet"]) and not found["indent"]
    )


def text_of(raw: bytes) -> str:
    """Give *raw* as text; what is no UTF-8 is replaced."""
    return raw.decode("utf-8", "replace")
