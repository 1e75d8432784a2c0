"""What people see: results alone on stdout, everything else on stderr, no control sequence from outside.

Plain text when the stream is not a terminal: no colour, no boxes, columns that a script can cut.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

from policies.errors import NightcrewError
from policies.text import one_line, safe

CELL_LIMIT_CHARS = 200


class OutputLost(NightcrewError):
    """What was asked for could not be written."""

    exit_code = 1


def write(text: str, stream: TextIO | None = None) -> None:
    """Print *text* and a newline to *stream* (stdout), made safe, in whatever encoding it has."""
    stream = stream or sys.stdout
    _send(printable(text, stream) + "\n", stream)


def printable(text: str, stream: TextIO) -> str:
    """Give *text* made safe, with `?` for what the encoding of *stream* lacks."""
    encoding = stream.encoding or "utf-8"
    return safe(text).encode(encoding, "replace").decode(encoding)


def note(text: str) -> None:
    """Print a line for people to stderr."""
    write(text, sys.stderr)


def document(value: Any) -> None:
    """Print *value* as one JSON document, alone on stdout; control characters are escaped."""
    json_lines([json.dumps(value, indent=2)])


def json_lines(lines: Iterable[str]) -> None:
    """Print *lines*, which are JSON and so need no more care, to stdout."""
    _send("".join(f"{line}\n" for line in lines), sys.stdout)


def _send(text: str, stream: TextIO) -> None:
    """Write *text* at once. Raises OutputLost where stdout takes no more; a line on stderr is let go."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if stream is sys.stderr:
            return
        _forget_stdout()
        raise OutputLost(
            f"standard output: {error.strerror}: what was printed is not whole; "
            "free space, or print elsewhere"
        ) from error


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to stdout: ruled and fitted on a terminal, plain columns elsewhere."""
    cells = [[one_line(cell, CELL_LIMIT_CHARS) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _ruled(headings, cells)
    else:
        write("\n".join(plain_columns(headings, cells)))


def plain_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Give the lines of a table: columns two spaces apart, an empty cell as `-`."""
    lines = [[cell or "-" for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def fields(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Give `name  value` lines of those *pairs* that have a value; further lines are indented."""
    pairs = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in pairs), default=0) + 2
    return [
        name.ljust(width) + safe(value).replace("\n", "\n" + " " * width) for name, value in pairs
    ]


def fail(error: NightcrewError) -> NoReturn:
    """Print *error* as one line to stderr and leave with its exit code."""
    note(f"nightcrew: {one_line(str(error), 2000)}")
    sys.exit(error.exit_code)


def open_streams() -> None:
    """Give what was closed of stdin, stdout and stderr a place: files opened later would take theirs."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn what a person can act on into one line and an exit code; a closed pipe ends quietly."""
    try:
        yield
    except NightcrewError as error:
        fail(error)
    except KeyboardInterrupt:
        note("nightcrew: interrupted")
        sys.exit(130)
    except BrokenPipeError:
        _forget_stdout()
        sys.exit(0)


def _forget_stdout() -> None:
    """Keep the interpreter from complaining at exit about a reader that went away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ruled(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headings, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(printable(cell, sys.stdout) or "-") for cell in row))
    Console(highlight=False).print(shown)
