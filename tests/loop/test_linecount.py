"""The lines of a large log, counted beside: the same numbers as without, also when that process is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from config.shipped import SIGNATURES
from loop import diagnose, linecount
from loop.linecount import counted_lines
from loop.logblocks import CHUNK_BYTES, LINE_LIMIT_BYTES, blocks_of
from loop.signature_files import load_signatures
from policies.rootcause import Hints

CALM = b"step of many, %06d\n"
CAUSE = b"src/main.c:7:5: error: 'limit' undeclared"
LONG = b"x" * (3 * LINE_LIMIT_BYTES)


def counters() -> list[psutil.Process]:
    """Give the processes that count lines; other tests may have children of this one, too."""
    own = [
        each
        for each in psutil.process_iter(["ppid", "cmdline"])
        if each.info["ppid"] == os.getpid()
    ]
    return [each for each in own if linecount.__file__ in (each.info["cmdline"] or ())]


def log_of(folder: Path, *parts: bytes) -> Path:
    log = folder / "a log -x"
    log.write_bytes(b"".join(parts))
    return log


def calm(lines: int) -> bytes:
    return b"".join(CALM % n for n in range(lines))


@pytest.mark.parametrize("end", [b"", b"\n"], ids=["cut off", "ended"])
@pytest.mark.parametrize(
    "parts", [(calm(40_000),), (LONG, b"\n", calm(9_000), LONG)], ids=["short", "long"]
)
def test_each_block_has_its_count(tmp_path: Path, parts: tuple[bytes, ...], end: bytes) -> None:
    log = log_of(tmp_path, *parts, end)
    with (
        blocks_of(log) as blocks,
        counted_lines(log, blocks.plain_bytes, CHUNK_BYTES) as counts,
    ):
        assert blocks.plain_bytes == log.stat().st_size
        ended = [block for block in blocks if block.endswith(b"\n")]
        assert list(counts) == [block.count(b"\n") for block in ended]


@pytest.mark.parametrize("is_lost", [False, True], ids=["whole", "lost"])
def test_a_cause_has_the_same_number_wherever_its_lines_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    log = log_of(tmp_path, calm(300_000), b"warning: cannot cache\n", calm(60_000), CAUSE)
    hints = Hints(exit_code=2, now=datetime(2026, 11, 27, tzinfo=UTC))
    signatures = load_signatures([SIGNATURES])
    alone = diagnose.diagnose_file(log, hints, signatures)
    monkeypatch.setattr(diagnose, "COUNTED_FROM_BYTES", 1)
    if is_lost:
        monkeypatch.setattr(diagnose, "counted_lines", _lost_at_once)
    assert diagnose.diagnose_file(log, hints, signatures) == alone
    assert alone.line_numbers == (360_002,)
    assert not counters()


@contextmanager
def _lost_at_once(log: Path, size_bytes: int, chunk_bytes: int) -> Iterator[Iterator[int]]:
    with counted_lines(log, size_bytes, chunk_bytes) as counts:
        for counter in counters():
            counter.kill()
        yield counts


def test_what_is_packed_recoded_or_streamed_is_counted_by_who_reads_it(tmp_path: Path) -> None:
    for first in (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"):
        with blocks_of(log_of(tmp_path, first, calm(9))) as blocks:
            assert not blocks.plain_bytes
    with log_of(tmp_path, calm(9)).open("rb") as stream, blocks_of(stream) as blocks:
        assert not blocks.plain_bytes
