"""Counts the lines of a large log in a second process, while the first one reads what they say.

Counting takes a single core as long as everything else that is done with a large log's blocks. Run as
a program this file is that process, so it imports nothing of ours.
"""

from __future__ import annotations

import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COUNTED_FROM_BYTES = 64 << 20
"""The lines of a smaller log are counted sooner than a process starts."""
_EACH = array("I").itemsize


@contextmanager
def counted_lines(log: Path, size_bytes: int, chunk_bytes: int) -> Iterator[Iterator[int]]:
    """Give how many newlines stand in each chunk of *log*'s first *size_bytes* that has any, in order.

    It ends early where that process did (it was killed): the rest is for the caller to count.
    """
    argv = [sys.executable, "-I", "-S", __file__, str(log), str(size_bytes), str(chunk_bytes)]
    counter = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with counter:
        try:
            yield _told_by(counter)
        finally:
            counter.kill()


def _told_by(counter: subprocess.Popen[bytes]) -> Iterator[int]:
    assert counter.stdout  # it is a pipe
    while len(told := counter.stdout.read(_EACH)) == _EACH:
        yield array("I", told)[0]


def _main(log: str, size_bytes: int, chunk_bytes: int) -> None:
    with open(log, "rb") as file:  # noqa: PTH123  (importing pathlib takes as long as 20 MB of it)
        while size_bytes > 0 and (chunk := file.read(min(size_bytes, chunk_bytes))):
            size_bytes -= len(chunk)
            if count := chunk.count(b"\n"):
                sys.stdout.buffer.write(array("I", (count,)).tobytes())


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
