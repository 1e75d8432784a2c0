"""Keeps pages and tables within their size; what is left out is said in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

PAGE_LIMIT_BYTES = 100_000
"""One artifact's text, or a table's rows as JSON, has at most this many bytes. Prefect itself takes
any size, and its UI slows down with it."""

NOTE_BYTES = 400
"""Room for the line or row that says what was left out."""


def joined(blocks: Iterable[str], limit_bytes: int = PAGE_LIMIT_BYTES) -> str:
    """Give *blocks* that are not empty as one text with a blank line between, within *limit_bytes*.

    A block is left out whole, so that no fence or table is torn.
    """
    kept = [f"{block}\n" for block in blocks if block]
    return "\n".join(
        cut_middle(kept, limit_bytes, lambda _, size: f"{size} bytes left out here.\n")
    )


def left_out(lines: int, size_bytes: int) -> str:
    """Give the line that stands where *lines* were cut."""
    return f"[{lines} lines, {size_bytes} bytes left out here]"


def cut_middle(
    lines: Sequence[str], limit_bytes: int, note: Callable[[int, int], str] = left_out
) -> list[str]:
    """Give *lines* within *limit_bytes* of UTF-8, a newline after each counted; the middle goes first.

    *note* makes the line that stands in its place from the number of lines and of bytes left out.
    """
    sizes = [len(line.encode("utf-8", "replace")) + 1 for line in lines]
    if sum(sizes) <= limit_bytes:
        return list(lines)
    room = max(0, limit_bytes - NOTE_BYTES) // 2
    head = _fitting(sizes, room)
    tail = min(_fitting(sizes[::-1], room), len(lines) - head)
    end = len(lines) - tail
    return [*lines[:head], note(end - head, sum(sizes[head:end])), *lines[end:]]


def bounded_rows(
    rows: Sequence[dict[str, str]],
    missing: Callable[[int], dict[str, str]],
    limit_bytes: int = PAGE_LIMIT_BYTES,
) -> list[dict[str, str]]:
    """Give the first of *rows* whose JSON stays within *limit_bytes*.

    *missing* makes the last row from the number of those that are not there.
    """
    sizes = [len(json.dumps(row)) + 2 for row in rows]
    if sum(sizes) <= limit_bytes:
        return list(rows)
    kept = _fitting(sizes, limit_bytes - 2 * NOTE_BYTES)
    return [*rows[:kept], missing(len(rows) - kept)]


def _fitting(sizes: Sequence[int], room_bytes: int) -> int:
    """Give how many of the first *sizes* fit together."""
    used = 0
    for n, size in enumerate(sizes):
        used += size
        if used > room_bytes:
            return n
    return len(sizes)
