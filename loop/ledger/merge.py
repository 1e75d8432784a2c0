"""Takes an agent's new ledger entries over into the file as it is now; all else is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loop.ledger.parse import Kind, own_entries, parse

SIZE_LIMIT_BYTES = 256 * 1024
"""An agent that adds more to a ledger in one cycle does not keep one."""


@dataclass(frozen=True, slots=True)
class _Added:
    """Lines that were added before the old line number *at* (the number of old lines: at the end)."""

    at: int
    lines: tuple[bytes, ...]


def merge_agent_edits(base: bytes | None, agent: bytes, current: bytes | None) -> bytes | None:
    """Give *current* with the lines that the agent added to *base*, at their place.

    None when the agent took out or changed anything, touched an entry of ours, or when *current*
    no longer has the lines of *base*: then its edits are left out, and the caller says so. None for
    *base* or *current*: the file was, or is, not there.
    """
    if current is None:
        return agent if base is None and not own_entries(agent) and _is_fit(agent) else None
    if base is None:
        base = _common_head(agent, current)
    if own_entries(agent) != own_entries(base) or not _is_fit(agent):
        return None
    old = _foreign_lines(base)
    hunks = _added(_texts(old), _foreign_lines(agent))
    places = _places(_texts(old), _foreign_lines(current, gaps=True))
    if hunks is None or places is None:
        return None
    merged = _inserted(current, hunks, places)
    sound = own_entries(merged) == own_entries(current)
    return merged if sound and len(merged) - len(current) <= SIZE_LIMIT_BYTES else None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A foreign line, and its line number in the whole document."""

    text: bytes
    number: int


def _foreign_lines(data: bytes, *, gaps: bool = False) -> list[_Placed]:
    """Give the foreign lines; *gaps*: also the blank ones that an entry of ours took for its own."""
    kinds = {Kind.FOREIGN, Kind.GAP} if gaps else {Kind.FOREIGN}
    found: list[_Placed] = []
    number = 0
    for segment in parse(data).segments:
        lines = segment.raw.splitlines()
        if segment.kind in kinds:
            found += [_Placed(line, number + n) for n, line in enumerate(lines)]
        number += len(lines)
    return found


def _texts(lines: Sequence[_Placed]) -> list[bytes]:
    return [line.text for line in lines]


def _places(old: list[bytes], new: list[_Placed]) -> list[int] | None:
    """Give the line number in the new document of each old line; None when one is missing."""
    numbers = _matched(old, _texts(new))
    return None if numbers is None else [new[n].number for n in numbers]


def _matched(old: list[bytes], new: list[bytes]) -> list[int] | None:
    """Give, for each old line, which new line it is; None unless all are there, in their order."""
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    head = min(head, len(new))
    left = len(old) - head
    if left and left <= len(new) - head and old[head:] == new[-left:]:
        return [*range(head), *range(len(new) - left, len(new))]
    found = list(range(head))
    at = head
    for line in old[head:]:
        while at < len(new) and new[at] != line:
            at += 1
        if at == len(new):
            return None
        found.append(at)
        at += 1
    return found


def _added(old: list[bytes], new: list[_Placed]) -> list[_Added] | None:
    texts = _texts(new)
    kept = _matched(old, texts)
    if kept is None:
        return None
    ends = [*kept, len(texts)]
    starts = [0, *(n + 1 for n in kept)]
    gaps = enumerate(zip(starts, ends, strict=True))
    return [_Added(at, tuple(texts[a:b])) for at, (a, b) in gaps if a < b]


def _inserted(current: bytes, hunks: list[_Added], places: list[int]) -> bytes:
    lines = current.splitlines(keepends=True)
    eol = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += eol
    for hunk in reversed(hunks):
        at = places[hunk.at] if hunk.at < len(places) else len(lines)
        if not _stands(hunk, lines):
            lines[at:at] = [line + eol for line in _apart(hunk, lines, at)]
    return b"".join(lines)


def _apart(hunk: _Added, lines: list[bytes], at: int) -> tuple[bytes, ...]:
    """Give the hunk's lines, with a blank one before them where an entry of ours has come to stand."""
    is_end = at == len(lines)
    needs_blank = (
        is_end and lines and lines[-1].strip() and hunk.lines[0].startswith((b"#", b"- D"))
    )
    return (b"", *hunk.lines) if needs_blank else hunk.lines


def _stands(hunk: _Added, lines: list[bytes]) -> bool:
    """Say whether the hunk was taken over before."""
    text = b"\n".join(hunk.lines).strip()
    return text in b"\n".join(line.rstrip(b"\r\n") for line in lines)


def _is_fit(agent: bytes) -> bool:
    return b"\0" not in agent


def _common_head(agent: bytes, current: bytes) -> bytes:
    pairs = zip(agent.splitlines(keepends=True), current.splitlines(keepends=True), strict=False)
    head: list[bytes] = []
    for one, other in pairs:
        if one.rstrip(b"\r\n") != other.rstrip(b"\r\n"):
            break
        head.append(one)
    return b"".join(head)
