"""Prints pass logs to a terminal, and goes on while their cycle runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flows.cli.common import Desk
from flows.cli.console import note, write
from loop.errors import NightcrewError
from loop.passlogs import logs_of
from loop.running import is_elsewhere, mark_of, process_of
from loop.store import Store
from policies.failure import CycleOutcome
from policies.records import CycleRecord

POLL_S = 0.3
CHUNK_BYTES = 64 * 1024


class NoLog(NightcrewError):
    """The cycle has no pass log."""

    exit_code = 1


def print_logs(
    repo: str | None, cycles: Sequence[CycleRecord], desk: Desk, *, follow: bool
) -> None:
    """Print the pass logs of the newest of *cycles*, without control sequences.

    *follow* goes on until the cycle has ended. Raises NoLog.
    """
    if not cycles:
        raise NoLog(f"{repo}: no cycle yet, so no log: nightcrew run {repo}")
    cycle = cycles[0]
    offsets: dict[Path, int] = {}
    if not follow:
        _print_new(cycle, desk, offsets)
    else:
        _follow(cycle, desk, offsets)
    if not offsets:
        raise NoLog(f"{cycle.cycle}: no pass log ({cycle.reason or 'no agent was started'})")


def is_alive(cycle: CycleRecord, store: Store) -> bool:
    """Tell whether *cycle* still runs, as far as can be seen from this machine."""
    now = store.cycle(cycle.cycle) or cycle
    if now.outcome is not CycleOutcome.RUNNING:
        return False
    mark = mark_of(store, cycle.cycle)
    return mark is not None and (is_elsewhere(mark) or process_of(mark) is not None)


def _follow(
    cycle: CycleRecord,
    desk: Desk,
    offsets: dict[Path, int],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    while is_alive(cycle, desk.store):
        _print_new(cycle, desk, offsets, only_whole_lines=True)
        sleep(POLL_S)
    cycle = desk.store.cycle(cycle.cycle) or cycle
    _print_new(cycle, desk, offsets)
    note(f"{cycle.cycle}: {cycle.outcome.value}")


def _print_new(
    cycle: CycleRecord, desk: Desk, offsets: dict[Path, int], *, only_whole_lines: bool = False
) -> None:
    for path in logs_of(cycle, desk.logs):
        if path not in offsets:
            note(f"==> {path} <==")
        offsets.setdefault(path, 0)
        for text, end in _pieces(path, offsets[path], only_whole_lines):
            write(text.removesuffix("\n"))
            offsets[path] = end


def _pieces(path: Path, offset: int, only_whole_lines: bool) -> Iterator[tuple[str, int]]:
    """Yield text from *offset* in pieces that end with a line, and where each ends."""
    with path.open("rb") as file:
        file.seek(offset)
        while data := file.read(CHUNK_BYTES):
            whole = data[: data.rfind(b"\n") + 1]
            last = len(data) < CHUNK_BYTES
            piece = whole if whole and (only_whole_lines or not last) else data
            if only_whole_lines and not whole and last:
                return
            offset += len(piece)
            file.seek(offset)
            yield piece.decode("utf-8", "replace"), offset
