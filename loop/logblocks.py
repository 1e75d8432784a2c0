"""Reads a log in blocks of whole lines: a file or a stream, plain or gzipped, in any encoding."""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from loop.errors import NightcrewError

CHUNK_BYTES = 1 << 16
"""It stays in a processor's cache and in malloc's own memory: larger blocks are slower."""
LINE_LIMIT_BYTES = 1 << 20
"""More than twice this of one line is not kept (a log may hold 100 MB without a newline)."""
WRAPPED_LIMIT = 3
"""A log may be packed so often."""
_GZIP, _UTF_16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")


class ByteStream(Protocol):
    """What bytes are read from: a file, a gzip file, standard input."""

    def read(self, size: int, /) -> bytes:
        """Give at most *size* bytes, none at the end."""
        ...


class LogUnreadable(NightcrewError):
    """The log cannot be read."""


class Blocks(Iterator[bytes]):
    """The blocks of a log, in order."""

    def __init__(self, stream: ByteStream, plain_bytes: int = 0) -> None:
        self._cut = split_blocks(stream)
        self.plain_bytes = plain_bytes
        """So much is read of a plain file, a block for each chunk of CHUNK_BYTES with a newline; else 0."""

    def __next__(self) -> bytes:
        """Give the next block."""
        return next(self._cut)


@contextmanager
def blocks_of(log: Path | ByteStream, *, must_rest: bool = False) -> Iterator[Blocks]:
    """Give the blocks of *log*. Raises LogUnreadable, also when it changed meanwhile and *must_rest*.

    Of a plain file only what it held at first is read: a log that is being written has no end.
    """
    if not isinstance(log, Path):
        yield Blocks(log)
        return
    try:
        with log.open("rb") as plain:
            before = _mark(plain)
            yield _opened(plain)
            if must_rest and _mark(plain) != before:
                raise LogUnreadable(f"{log}: changed while it was read: try again when it is done")
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LogUnreadable(f"{log}: {reason}: name a log file that can be read") from error


def split_blocks(stream: ByteStream, wrapped: int = 0) -> Iterator[bytes]:
    """Yield *stream* in UTF-8, cut after newlines only (the last block may lack one).

    Raises zlib.error for gzip in gzip (*wrapped* times already) too often: no person packs so.
    UTF-16 with a byte order mark is recoded. Of a line longer than LINE_LIMIT_BYTES the middle is left out.
    """
    first = stream.read(CHUNK_BYTES)
    if first[:2] == _GZIP:
        if wrapped == WRAPPED_LIMIT:
            raise zlib.error(f"gzip in gzip more than {wrapped} times")
        whole = cast(BinaryIO, _Rejoined(first, stream))  # reading is all that is done with it
        yield from split_blocks(gzip.GzipFile(fileobj=whole), wrapped + 1)
        return
    read: Iterable[bytes] = chain([first], iter(lambda: stream.read(CHUNK_BYTES), b""))
    if first[:2] in _UTF_16:
        read = _recoded(read, "utf-16")
    rest, size = list[bytes](), 0
    for chunk in read:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join((*rest, memoryview(chunk)[:cut]))
            rest, size = [], 0
        rest.append(chunk[cut:])
        size += len(chunk) - cut
        if size > 2 * LINE_LIMIT_BYTES:
            line, size = b"".join(rest), LINE_LIMIT_BYTES
            rest = [line[: size // 2], line[-size // 2 :]]
    if size:
        yield b"".join(rest)


class _Rejoined:
    """A stream of which the *first* bytes were read already."""

    def __init__(self, first: bytes, stream: ByteStream) -> None:
        self._first, self._stream = first, stream

    def read(self, size: int = -1) -> bytes:
        """Give at most *size* bytes."""
        if not self._first:
            return self._stream.read(size)
        given, self._first = self._first[:size], self._first[size:]
        return given


class _Start:
    """The first *size* bytes of a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int) -> bytes:
        """Give at most *size* bytes."""
        given = self._file.read(min(size, self._left))
        self._left -= len(given)
        return given


def _opened(file: BufferedReader) -> Blocks:
    """Give what is read of *file*; one of /proc has no size and an end all the same."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return Blocks(file)
    is_plain = file.peek(2)[:2] not in (_GZIP, *_UTF_16)
    return Blocks(_Start(file, status.st_size), status.st_size if is_plain else 0)


def _mark(file: BinaryIO) -> tuple[int, int]:
    """Give what tells that *file* was written meanwhile; a pipe is so while it is read."""
    status = os.fstat(file.fileno())
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else (0, 0)


def _recoded(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
