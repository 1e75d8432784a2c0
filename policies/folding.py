"""Which entries an earlier loop wrote by rote, and which of them are one outage episode.

An episode is an unbroken series of cycles of one run with the same words, differing only in time and
log name: a cycle that left no such entry between two that did has ended it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.ledger_entry import LedgerEntry

SERIES_GAP = timedelta(hours=6)
"""Without cycle numbers in the log names, entries this far apart are two episodes: two nights."""

LOG_NAME = re.compile(r"[^\s`'\"=,;()\[\]|<>]+\.(?:log|jsonl)(?:\.gz)?(?![\w.])")
_CLOCK = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?"
)
_CYCLE = re.compile(r"(?P<series>\d{8}-\d{6}.*?)-cycle-(?P<n>\d{1,9})(?!\d)")
_RUN = re.compile(r"\d{8}[-_T]\d{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Entries that tell of one outage."""

    places: tuple[int, ...]
    """Where they stand among the entries looked at, in the file's order; at least two."""
    first: datetime
    last: datetime
    series: str = ""
    """The run and repository that the log names begin with; empty where they do not say."""
    cycles: tuple[int, int] | None = None
    """First and last cycle's number; those between are there too."""
    logs: tuple[str, ...] = ()
    """All names, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rote:
    place: int
    words: tuple[str, ...]
    at: datetime
    series: str
    cycle: int | None
    logs: tuple[str, ...]

    @property
    def order(self) -> tuple[int, datetime, int]:
        return self.cycle or 0, self.at, self.place


def episodes(entries: Sequence[LedgerEntry]) -> list[Episode]:
    """Give the episodes of two and more entries, in the order of their first one in the file."""
    groups: dict[tuple[object, ...], list[_Rote]] = {}
    for place, entry in enumerate(entries):
        rote = _rote(place, entry)
        if rote:
            key = (rote.words, rote.series, rote.cycle is None)
            groups.setdefault(key, []).append(rote)
    runs = (run for group in groups.values() for run in _unbroken(group))
    return sorted(
        (_episode(run) for run in runs if len(run) > 1), key=lambda found: found.places[0]
    )


def _rote(place: int, entry: LedgerEntry) -> _Rote | None:
    """Give what a machine wrote by rote: one line a field, a clock time, a log name. None: a person."""
    moment, logs = entry.moment, tuple(LOG_NAME.findall(entry.value("Evidence")))
    is_rote = entry.is_flat and entry.id is None and not entry.is_folded and logs
    said = all(entry.value(field) for field in ("Trigger", "Root Cause", "Fix"))
    if not is_rote or not said or moment is None or not _CLOCK.search(_when(entry)):
        return None
    cycle = _CYCLE.search(logs[0])
    run = _RUN.search(logs[0])
    series = cycle["series"] if cycle else (run[0] if run else "")
    words = (entry.title, *(f"{name}: {value}" for name, value in entry.fields))
    return _Rote(
        place=place,
        words=tuple(_CLOCK.sub("<time>", LOG_NAME.sub("<log>", text)) for text in words),
        at=moment,
        series=series,
        cycle=int(cycle["n"]) if cycle else None,
        logs=logs,
    )


def _when(entry: LedgerEntry) -> str:
    return entry.value("Date") or entry.title


def _unbroken(group: list[_Rote]) -> list[list[_Rote]]:
    runs: list[list[_Rote]] = []
    for rote in sorted(group, key=lambda rote: rote.order):
        if runs and _goes_on(runs[-1][-1], rote):
            runs[-1].append(rote)
        else:
            runs.append([rote])
    return runs


def _goes_on(before: _Rote, after: _Rote) -> bool:
    if before.cycle is not None and after.cycle is not None:
        return after.cycle - before.cycle <= 1
    return bool(before.series) or after.at - before.at <= SERIES_GAP


def _episode(run: list[_Rote]) -> Episode:
    cycles = [rote.cycle for rote in run if rote.cycle is not None]
    times = [rote.at for rote in run]
    return Episode(
        places=tuple(sorted(rote.place for rote in run)),
        first=min(times),
        last=max(times),
        series=run[0].series,
        cycles=(cycles[0], cycles[-1]) if cycles else None,
        logs=tuple(dict.fromkeys(log for rote in run for log in rote.logs)),
    )
