"""Answers a request for a cycle or one of its logs. They are no coroutines: Starlette gives each a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from flows.logpages.html import answer
from flows.logpages.views import LINES_BEFORE, cycle_view, log_view
from loop.causes import cause_numbers
from loop.logpage import open_log, page
from loop.passlogs import gone_logs_of, logs_of, side_logs_of
from loop.store import Store
from policies.records import CycleRecord

PAGE_LINES = 2_000
PAGE_BYTES = 1 << 20
"""Of text on one page; lines can be long."""
COPY_BYTES = 1 << 18
END = 1 << 62
"""A line number behind every log's end."""

_CYCLE = re.compile(r"[A-Za-z0-9_.-]+")
_NUMBER = re.compile(r"[0-9]{1,12}")


class Endpoints:
    """Reads the store and the logs that it names; writes nothing."""

    def __init__(self, store: Store, logs: Path) -> None:
        self._store = store
        self._logs = logs

    def cycle(self, request: Request) -> Response:
        """Give the page of a cycle: how it ended, its cause, its logs, what it reran and was rerun as."""
        record = self._record(request)
        view = cycle_view(
            record,
            logs_of(record, self._logs),
            side_logs_of(record, self._logs),
            gone_logs_of(record, self._logs),
            self._store.cycles(rerun_of=record.cycle),
        )
        return answer("cycle.html.j2", **view)

    def log(self, request: Request) -> Response:
        """Give one log: a page of it with line numbers, or (`?raw=1`) its text as it is on disk."""
        record = self._record(request)
        name = request.path_params["name"]
        path, side_logs = self._found(record, name)
        try:
            if request.query_params.get("raw") == "1":
                return _raw(open_log(path), request.method)
            causes = cause_numbers(record, name, side_logs)
            shown = page(path, _first_line(request, causes), PAGE_LINES, PAGE_BYTES)
            size_bytes = path.stat().st_size
        except OSError as error:
            raise _missing(f"{name} cannot be read: {error.strerror or error}.") from error
        return answer(
            "log.html.j2", **log_view(record, name, size_bytes, shown, causes, PAGE_LINES)
        )

    def _record(self, request: Request) -> CycleRecord:
        cycle = request.path_params["cycle"]
        record = self._store.cycle(cycle) if _CYCLE.fullmatch(cycle) else None
        if record is None:
            raise _missing("There is no such cycle. `nightcrew show` lists them.")
        return record

    def _found(self, record: CycleRecord, name: str) -> tuple[Path, list[Path]]:
        """A log is found by its name among the cycle's; no path is ever made of a request."""
        side_logs = side_logs_of(record, self._logs)
        for path in [*logs_of(record, self._logs), *side_logs]:
            if path.name == name:
                return path, side_logs
        if name in gone_logs_of(record, self._logs):
            raise _missing(f"{name} was deleted.")
        raise _missing(f"{record.cycle} has no such log.")


def _first_line(request: Request, causes: tuple[int, ...]) -> int:
    """Give the line to begin at: `?line=N`, or with `?at=cause` a little before the best cause."""
    if request.query_params.get("at") == "cause":
        return max(1, causes[0] - LINES_BEFORE) if causes else END
    line = request.query_params.get("line", "1")
    if not _NUMBER.fullmatch(line):
        raise HTTPException(400, "`line` is the number of a line, like ?line=2001.")
    return max(1, int(line))


def _raw(file: BinaryIO, method: str) -> Response:
    pieces = _pieces(file)
    if method == "HEAD":
        file.close()
        pieces = iter(())
    return StreamingResponse(pieces, media_type="text/plain; charset=utf-8")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield what the log holds now; one that is being written would never end."""
    with file:
        left = file.seek(0, 2)
        file.seek(0)
        while left > 0 and (piece := file.read(min(COPY_BYTES, left))):
            left -= len(piece)
            yield piece


def _missing(text: str) -> HTTPException:
    return HTTPException(404, text)
