"""Reads a log from a file or a stream, plain or gzipped, in any encoding, and says why it failed."""

from __future__ import annotations

import codecs
import gzip
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from loop.errors import NightcrewError
from policies.events import detect
from policies.failure import Failure
from policies.rootcause import Diagnosis, Hints, shape
from policies.rootcause.clean import clean
from policies.signatures import Signature, SignatureError, Signatures, parse

CHUNK_BYTES = 1 << 18
LINE_LIMIT_BYTES = 1 << 20
"""More of one line is not kept (a log may hold 100 MB without a newline)."""
SHAPES_LIMIT = 300_000
"""Lines of a passing log that are remembered."""
_DETECT_LINES = 200


class ByteStream(Protocol):
    """What bytes are read from: a file, a gzip file, standard input."""

    def read(self, size: int, /) -> bytes:
        """Give at most *size* bytes, none at the end."""
        ...


class LogUnreadable(NightcrewError):
    """The log cannot be read."""


class SignaturesRefused(NightcrewError):
    """A signature file is broken."""


def load_signatures(paths: Iterable[Path]) -> Signatures:
    """Give the entries of all *paths*; an earlier file's entry wins over a later one of equal name.

    All but the last file, the shipped one, are a person's own: they win over formats too.

    Raises SignaturesRefused, with file, line and reason, when one is broken.
    """
    entries: dict[str, Signature] = {}
    listed = list(paths)
    for path in listed:
        for entry in _read_signatures(path):
            entries.setdefault(entry.name, replace(entry, own=path != listed[-1]))
    return Signatures(entries.values())


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
    return diagnosis_of(log, hints, signatures, passing_log=passing_log, detect_agent=detect_agent)[
        0
    ]


def failure_of_log(log: Path, hints: Hints, signatures: Signatures) -> Failure:
    """Give the failure of a cycle's pass log, or (no agent in *hints*) of a check's log."""
    return diagnose_file(log, hints, signatures, detect_agent=False)


def diagnosis_of(
    log: Path | ByteStream,
    hints: Hints,
    signatures: Signatures,
    *,
    passing_log: Path | None = None,
    detect_agent: bool = True,
) -> tuple[Failure, Diagnosis]:
    """Give the failure, and the diagnosis that knows what else was considered."""
    passing = frozenset(_shapes(passing_log)) if passing_log else frozenset()
    with _lines_of(log) as lines:
        if hints.agent is None and detect_agent:
            first = list(islice(lines, _DETECT_LINES))
            found = detect(first)
            hints = replace(hints, agent=found if found != "text" else None)
            lines = chain(first, lines)
        diagnosis = Diagnosis(hints, signatures, passing)
        for line in lines:
            diagnosis.feed(line)
    return diagnosis.finish(), diagnosis


def split_lines(stream: ByteStream) -> Iterator[str]:
    """Yield the lines of *stream* as text, split at newlines only, each at most LINE_LIMIT_BYTES long.

    UTF-16 with a byte order mark is read as such, everything else as UTF-8 with replacements.
    """
    first = stream.read(CHUNK_BYTES)
    codec = "utf-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    read: Iterable[bytes] = chain([first], iter(lambda: stream.read(CHUNK_BYTES), b""))
    blocks = _recoded(read, codec) if codec else read
    rest = b""
    for block in blocks:
        parts = (rest + block).split(b"\n")
        rest = parts.pop()
        for part in parts:
            yield part[:LINE_LIMIT_BYTES].decode("utf-8", "replace")
        if len(rest) > LINE_LIMIT_BYTES:
            rest = rest[: LINE_LIMIT_BYTES // 2] + rest[-LINE_LIMIT_BYTES // 2 :]
    if rest:
        yield rest.decode("utf-8", "replace")


def _recoded(blocks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")


@contextmanager
def _lines_of(log: Path | ByteStream) -> Iterator[Iterator[str]]:
    if not isinstance(log, Path):
        yield split_lines(log)
        return
    try:
        with log.open("rb") as plain:
            is_gzip = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            with gzip.GzipFile(fileobj=plain) if is_gzip else nullcontext(plain) as stream:
                yield split_lines(stream)
    except (OSError, EOFError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LogUnreadable(f"{log}: {reason}: name a log file that can be read") from error


def _shapes(path: Path) -> Iterator[str]:
    with _lines_of(path) as lines:
        for line in islice(lines, SHAPES_LIMIT):
            yield shape(clean(line))


def _read_signatures(path: Path) -> tuple[Signature, ...]:
    try:
        text = path.read_text(encoding="utf-8")
        return parse(tomllib.loads(text))
    except OSError as error:
        raise SignaturesRefused(
            f"{path}: {error.strerror}: name a signature file that can be read"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SignaturesRefused(f"{path}: not a TOML file: {error}") from error
    except SignatureError as error:
        raise SignaturesRefused(f"{path}:{_line_of(text, str(error))}: {error}") from error


def _line_of(text: str, message: str) -> int:
    named = re.match(r"signature '(.*?)':", message)
    numbered = re.match(r"signature number (\d+):", message)
    rows = text.split("\n")
    if named:
        wanted = re.compile(rf"\s*name\s*=\s*[\"']{re.escape(named[1])}[\"']")
        return next((n for n, row in enumerate(rows, 1) if wanted.match(row)), 1)
    tables = [n for n, row in enumerate(rows, 1) if row.strip() == "[[signature]]"]
    place = int(numbered[1]) - 1 if numbered else 0
    return tables[place] if place < len(tables) else 1
