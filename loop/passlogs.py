"""Which logs a cycle has: its passes' beside each other, its setup's and checks' in the run's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from policies.records import CycleRecord


def logs_of(cycle: CycleRecord, folder: Path) -> list[Path]:
    """Give the cycle's pass logs that exist: those recorded, then those being written now.

    *folder* is where pass logs are kept now; a recorded path may lie elsewhere.
    """
    recorded = [Path(attempt.pass_log) for attempt in cycle.attempts]
    every = [path if path.is_file() else folder / path.name for path in recorded]
    return _whole(every + _written(cycle, _places(cycle, folder)))


def side_logs_of(cycle: CycleRecord, folder: Path) -> list[Path]:
    """Give the logs of the cycle's setup and checks that exist, oldest first."""
    return _whole(_written(cycle, {place / cycle.run for place in _places(cycle, folder)}))


def gone_logs_of(cycle: CycleRecord, folder: Path) -> list[str]:
    """Give the names of pass logs that are recorded and do not exist any more."""
    there = {path.name for path in logs_of(cycle, folder)}
    names = [Path(attempt.pass_log).name for attempt in cycle.attempts]
    return [name for name in dict.fromkeys(names) if name not in there]


def _places(cycle: CycleRecord, folder: Path) -> set[Path]:
    recorded = [Path(attempt.pass_log) for attempt in cycle.attempts]
    return {folder, *(path.parent for path in recorded if path.is_absolute())}


def _written(cycle: CycleRecord, places: Iterable[Path]) -> list[Path]:
    named = re.compile(re.escape(cycle.cycle) + r"(-\D.*)?\.log")
    found = [
        path
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if named.fullmatch(path.name)
    ]
    return sorted(found, key=lambda path: (_changed_at(path), path.name))


def _changed_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:  # deleted since it was listed
        return 0.0


def _whole(paths: Iterable[Path]) -> list[Path]:
    """A link is never a log of ours: whoever may write beside the logs could point it anywhere."""
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    return list(dict.fromkeys(path.resolve() for path in files))
