"""Lines in bytes: how a block of them is walked, and the last ones of all blocks in bounded memory."""

from __future__ import annotations

from collections import deque

TAIL_LINES = 1_500
RAW_LIMIT_BYTES = 8_000
"""More of a line is not kept: 2,000 characters, in UTF-8."""

MANY_LINES = 64
"""So many are cut out of a block at once."""
HELD_BYTES, HELD_BLOCKS = 2 << 20, 64
"""More blocks are not held as they are."""

Raw = tuple[int, bytes]
"""A line's number and its bytes, without the newline."""


def shorten(raw: bytes) -> bytes:
    """Give *raw*, or of a very long line the start of what its last carriage return left to see."""
    if len(raw) <= RAW_LIMIT_BYTES:
        return raw
    shown = raw.rstrip()
    return shown[shown.rfind(b"\r") + 1 :][:RAW_LIMIT_BYTES]


class Walk:
    """Goes through the lines of a *block* (which ends with a newline), forwards only."""

    def __init__(self, block: bytes, number: int) -> None:
        self.block = block
        self.offset = 0
        """Where the next line begins."""
        self.number = number
        """The next line's number."""

    def pass_to(self, start: int) -> None:
        """Pass the lines before the one that begins at *start*."""
        self.number += self.block.count(b"\n", self.offset, start)
        self.offset = start

    def take(self, lines: int) -> list[Raw]:
        """Give the next *lines*, fewer at the block's end."""
        if lines > MANY_LINES:
            return self._take_many(lines)
        block, offset, taken = self.block, self.offset, list[Raw]()
        while len(taken) < lines and offset < len(block):
            end = block.find(b"\n", offset)
            taken.append((self.number + len(taken), shorten(block[offset:end])))
            offset = end + 1
        self.offset = offset
        self.number += len(taken)
        return taken

    def _take_many(self, lines: int) -> list[Raw]:
        rows = self.block[self.offset :].split(b"\n", lines)
        self.offset = len(self.block) - len(rows.pop())
        taken = list(enumerate(map(shorten, rows), self.number))
        self.number += len(taken)
        return taken

    def back(self, start: int, lines: int) -> tuple[int, int]:
        """Give where up to *lines* lines before *start* begin, none passed yet, and how many they are."""
        steps = 0
        while steps < lines and start > self.offset:
            start = self.block.rfind(b"\n", 0, start - 1) + 1
            steps += 1
        return start, steps


class Tail:
    """The last TAIL_LINES lines: blocks are held as they are, and cut only when asked for or too large."""

    def __init__(self) -> None:
        self._lines: deque[Raw] = deque(maxlen=TAIL_LINES)
        """Cut ones, older than the blocks."""
        self._blocks: deque[tuple[bytes, int, int]] = deque()
        """Each with its first line's number and its count of lines."""
        self._bytes = self._count = 0

    def feed(self, block: bytes, number: int, count: int) -> None:
        """Take the next *block*, whose *count* lines begin with line *number*."""
        self._blocks.append((block, number, count))
        self._bytes += len(block)
        self._count += count
        while self._count - self._blocks[0][2] >= TAIL_LINES:
            self._drop()
            self._lines.clear()
        while self._bytes > HELD_BYTES or len(self._blocks) > HELD_BLOCKS:
            block, number, count = self._drop()
            self._lines.extend(last_lines(block, number + count, TAIL_LINES))

    def lines(self, wanted: int = TAIL_LINES) -> list[Raw]:
        """Give the last *wanted* lines, in order."""
        taken: list[Raw] = []
        for block, number, count in reversed(self._blocks):
            if len(taken) >= wanted:
                return taken
            taken = last_lines(block, number + count, wanted - len(taken)) + taken
        missing = wanted - len(taken)
        return (list(self._lines)[-missing:] if missing else []) + taken

    def _drop(self) -> tuple[bytes, int, int]:
        block, _, count = dropped = self._blocks.popleft()
        self._bytes -= len(block)
        self._count -= count
        return dropped


def last_lines(block: bytes, following: int, wanted: int) -> list[Raw]:
    """Give the last *wanted* lines of *block*; the line after it has the number *following*."""
    walk = Walk(block, 0)
    walk.offset, steps = walk.back(len(block), wanted)
    walk.number = following - steps
    return walk.take(steps)
