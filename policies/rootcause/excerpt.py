"""What is kept of a log in one pass: its start, its end, and the surroundings of lines that may matter.

Fed with blocks of whole lines, of which only what is kept is ever decoded. Memory is bounded whatever
the log's size: the numbers below times the longest line kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.logmarks import OURS
from policies.rootcause.alarms import Match, Scan, scan_plainly
from policies.rootcause.clean import LINE_LIMIT_CHARS, clean, decoded, last_write
from policies.rootcause.finding import Line
from policies.rootcause.tail import RAW_LIMIT_BYTES, Raw, Tail, Walk, shorten

HEAD_LINES = 200
FIRST_KEPT, LAST_KEPT = 1_500, 2_500
"""Lines kept around alarms in between: of the first ones, and of the last ones."""
BEFORE, AFTER = 3, 25
"""Lines kept around one alarm."""
SAME_SHAPE = 3
"""An alarm that repeats is kept this many times (and at the log's end anyway)."""
SHAPES_LIMIT = 5_000
ALL_BYTES = 2 << 20
"""So far into a log every alarm is looked at; after it, of each block only the first and last ones."""
EDGE_ALARMS, EDGE_BYTES = 16, 1 << 12
WIDE_BYTES = 1 << 17
"""A block this large holds a very long line, or comes from no reader of ours."""

_VARYING = expression(r"(?:(?<![0-9a-fA-F])[0-9a-fA-F]*\d|\d)[0-9a-fA-F]*")
_SHAPE_CHARS = 400


def shape(text: str) -> str:
    """Give *text* (a cleaned line) without what varies from run to run: cheap, for counting and comparing."""
    return _VARYING.sub("0", text[:_SHAPE_CHARS]).strip()


class Excerpt:
    """The kept lines of one log. Feed every block, in order, then read `lines`."""

    def __init__(self, scan: Scan = scan_plainly) -> None:
        self.count = 0
        """Lines of the log so far."""
        self._scan, self._repeats = scan, _Repeats()
        self._bytes = 0
        self._head: list[Raw] = []
        self._first: list[Raw] = []
        self._last: deque[Raw] = deque(maxlen=LAST_KEPT)
        self._tail = Tail()
        self._keep_to = 0
        """Number of the last line that belongs to the surroundings of an alarm."""

    def feed(self, block: bytes, newlines: int | None = None) -> None:
        """Take the log's next lines: whole ones, each with its newline (the last of all may lack it).

        *newlines* is how many there are, where that is known: counting them takes long.
        """
        if not block:
            return
        if not block.endswith(b"\n"):
            block, newlines = block + b"\n", None
        self._bytes += len(block)
        if len(block) > WIDE_BYTES:  # of its long lines little is looked at
            block = b"\n".join(map(shorten, block.split(b"\n")))
        first = self.count + 1
        if len(self._head) < HEAD_LINES:
            self._head += Walk(block, first).take(HEAD_LINES - len(self._head))
        walk = Walk(block, first)
        self._keep(walk.take(self._keep_to - self.count))
        for start in self._new_alarms(block):
            self._keep_around(start, walk)
        if newlines is None:
            walk.pass_to(len(block))
            newlines = walk.number - first
        self.count += newlines
        self._tail.feed(block, first, newlines)

    def lines(self) -> Iterator[Line]:
        """Yield the kept lines, cleaned, in the log's order; our own head and foot lines are left out."""
        kept = dict(self._head) | dict(self._first) | dict(self._last) | dict(self._tail.lines())
        for number in sorted(kept):
            text = _text(kept[number])
            if not text.startswith(OURS):
                yield Line(number, clean(text))

    def last(self) -> str:
        """Give the log's last line so far, as it is."""
        return next((_text(raw) for _, raw in self._tail.lines(1)), "")

    def _keep_around(self, start: int, walk: Walk) -> None:
        if start < walk.offset:  # it stands in surroundings that are kept already
            number = walk.number - walk.block.count(b"\n", start, walk.offset)
        else:
            begin, steps = walk.back(start, BEFORE)
            walk.pass_to(begin)
            number = walk.number + steps
            if begin == 0 and steps < BEFORE:
                before = self._tail.lines(BEFORE - steps)
                self._keep([raw for raw in before if raw[0] > self._keep_to])
        self._keep_to = number + AFTER
        self._keep(walk.take(self._keep_to - walk.number + 1))

    def _keep(self, lines: Sequence[Raw]) -> None:
        room = FIRST_KEPT - len(self._first)
        self._first += lines[:room]
        self._last.extend(lines[room:])

    def _new_alarms(self, block: bytes) -> Iterator[int]:
        """Yield where each line begins that has an alarm of a shape not yet worn out."""
        found = self._scan(block) if self._bytes <= ALL_BYTES else self._edges(block)
        if block.startswith(b"E  "):
            found = [(0, 0, 1), *found]
        end = 0
        for _, _, after in found:
            at = after - 1
            if at < end:
                continue
            start, end = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
            if end - start > RAW_LIMIT_BYTES and not self._scan(shorten(block[start:end])):
                continue  # of a very long line only the start is looked at
            if self._repeats.is_new(block[start:end]):
                yield start

    def _edges(self, block: bytes) -> Sequence[Match]:
        """Give the first and the last matches; of a dense block only the edges are searched."""
        if len(block) > 2 * EDGE_BYTES:
            first = self._scan(block[:EDGE_BYTES])
            last = self._scan(block[-EDGE_BYTES:]) if len(first) > EDGE_ALARMS else ()
            if len(last) > EDGE_ALARMS:
                skipped = len(block) - EDGE_BYTES
                moved = [(n, a + skipped, b + skipped) for n, a, b in last[-EDGE_ALARMS:]]
                return [*first[:EDGE_ALARMS], *moved]
        found = self._scan(block)
        if len(found) <= 2 * EDGE_ALARMS:
            return found
        return [*found[:EDGE_ALARMS], *found[-EDGE_ALARMS:]]


class _Repeats:
    """Counts the alarms of one shape, most of them without decoding the line."""

    _HEX = bytes.maketrans(b"123456789abcdefABCDEF", b"0" * 21)

    def __init__(self) -> None:
        self._shapes: dict[str, int] = {}
        self._worn: set[bytes] = set()

    def is_new(self, raw: bytes) -> bool:
        """Say whether there were fewer than SAME_SHAPE such lines, and count this one."""
        thin = raw[:_SHAPE_CHARS].translate(self._HEX)
        if thin in self._worn:
            return False
        key = shape(_text(shorten(raw)))[:120]
        seen = self._shapes.get(key, 0)
        if seen or len(self._shapes) < SHAPES_LIMIT:
            self._shapes[key] = seen + 1
        if seen >= SAME_SHAPE and len(self._worn) < SHAPES_LIMIT:
            self._worn.add(thin)
        return seen < SAME_SHAPE


def _text(raw: bytes) -> str:
    text = decoded(raw)
    if len(text) <= LINE_LIMIT_CHARS:
        return text
    return last_write(text.rstrip("\r\n"))[:LINE_LIMIT_CHARS]
