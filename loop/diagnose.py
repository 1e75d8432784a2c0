"""Reads a log, and says why its process failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from loop.alarmscan import guards, scan
from loop.linecount import COUNTED_FROM_BYTES, counted_lines
from loop.logblocks import CHUNK_BYTES, Blocks, ByteStream, LogUnreadable, blocks_of
from policies.agent_names import of_banner, of_log
from policies.events import LOOKED_AT_LINES, READERS, detect, reader_for
from policies.failure import Failure
from policies.rootcause import Diagnosis, Hints, shape
from policies.rootcause.clean import clean, decoded
from policies.rootcause.excerpt import Excerpt
from policies.signatures import Signatures

SHAPES_LIMIT = 300_000
"""So many lines of a passing log are remembered, and of those after them what may be taken for a cause."""
_DETECT_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Passing:
    """What a log of a success says."""

    shapes: Set[str] = frozenset()

    @classmethod
    def read(cls, log: Path | None) -> Passing:
        """Give the shapes of the lines of *log*; none without one. Raises LogUnreadable."""
        if log is None:
            return cls()
        shapes, excerpt = set[str](), Excerpt(scan)
        with blocks_of(log) as blocks:
            for block in blocks:
                room = SHAPES_LIMIT - excerpt.count
                excerpt.feed(block)
                shapes.update(map(_shape, _texts(block, room)) if room > 0 else ())
        return cls(frozenset(shapes.union(shape(line.text) for line in excerpt.lines())))


def diagnose_file(
    log: Path | ByteStream,
    hints: Hints,
    signatures: Signatures,
    *,
    passing_log: Path | None = None,
    detect_agent: bool = True,
) -> Failure:
    """Give why the process of *log* failed. Raises LogUnreadable when a log cannot be read.

    Without an agent in *hints* the log itself may tell whose it is, unless *detect_agent* is off.
    """
    passing = Passing.read(passing_log)
    return diagnosis_of(log, hints, signatures, passing, detect_agent=detect_agent)[0]


def failure_of_log(
    log: Path, hints: Hints, signatures: Signatures, passing_log: Path | None = None
) -> Failure:
    """Give the failure of a cycle's pass log, or (no agent in *hints*) of a check's log.

    A *passing_log* that cannot be read (any more) is done without.
    """
    try:
        passing = Passing.read(passing_log)
    except LogUnreadable:
        passing = Passing()
    return diagnosis_of(log, hints, signatures, passing, detect_agent=False)[0]


def diagnosis_of(
    log: Path | ByteStream,
    hints: Hints,
    signatures: Signatures,
    passing: Passing,
    *,
    detect_agent: bool = True,
    must_rest: bool = False,
) -> tuple[Failure, Diagnosis]:
    """Give the failure, and the diagnosis that knows what else was considered."""
    with blocks_of(log, must_rest=must_rest) as read, _counted(log, read) as counts:
        blocks: Iterator[bytes] = read
        if detect_agent and hints.reader is None:
            hints, blocks = _with_agent(hints, blocks)
            hints = replace(hints, named=of_log(log.name) if isinstance(log, Path) else None)
        diagnosis = Diagnosis(hints, signatures, passing.shapes, scan, guards())
        for block in blocks:
            diagnosis.feed(block, next(counts, None))
    return diagnosis.finish(), diagnosis


def _counted(log: Path | ByteStream, read: Blocks) -> AbstractContextManager[Iterator[int]]:
    """Give how many lines each of the blocks has, as long as they are counted elsewhere."""
    if isinstance(log, Path) and read.plain_bytes >= COUNTED_FROM_BYTES:
        return counted_lines(log, read.plain_bytes, CHUNK_BYTES)
    return nullcontext(iter(()))


def _with_agent(hints: Hints, blocks: Iterator[bytes]) -> tuple[Hints, Iterator[bytes]]:
    first: list[bytes] = []
    lines: list[str] = []
    for block in islice(blocks, _DETECT_BLOCKS):
        first.append(block)
        lines += _texts(block, LOOKED_AT_LINES)
        if len(lines) >= LOOKED_AT_LINES:
            break
    return _told_by(hints, lines), chain(first, blocks)


def _told_by(hints: Hints, lines: Sequence[str]) -> Hints:
    """Give *hints* with whose log it is, or (the agent is known) that it holds text, no events.

    Of an agent that ends with an event, text alone would be a run that never ended.
    """
    found = detect([line.removeprefix("\ufeff") for line in lines])
    if hints.agent is None and found == "text":
        named = of_banner(lines)
        return replace(hints, agent=named, reader="text" if named else None)
    if hints.agent is None:
        return replace(hints, agent=found)
    is_text = found == "text" and any(line.strip() for line in lines)
    ends = hints.agent in READERS and reader_for(hints.agent).has_end_event
    return replace(hints, reader="text") if is_text and ends else hints


def _texts(block: bytes, limit: int = -1) -> list[str]:
    rows = block.removesuffix(b"\n").split(b"\n", limit)
    return [decoded(row) for row in (rows[:limit] if limit > 0 else rows)]


def _shape(line: str) -> str:
    return shape(clean(line))
