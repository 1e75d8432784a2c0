"""Where Nightcrew keeps things: the user's state folder, and the logs of the working folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from loop.errors import NightcrewError

ROOMS = ("workspaces", "locks", "prefect")

SUFFIXES_TRIED = 1000


def state_folder(environ: Mapping[str, str]) -> Path:
    """Give the state folder of the user of *environ*: NIGHTCREW_STATE_DIR, else the platform's."""
    named = environ.get("NIGHTCREW_STATE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "nightcrew"
    custom = environ.get("XDG_STATE_HOME", "")
    # The XDG rule: a relative path in it is invalid and is to be ignored.
    base = Path(custom) if custom.startswith("/") else home / ".local" / "state"
    return base / "nightcrew"


def make_state(state: Path) -> Path:
    """Make the state folder and its rooms, readable by the user alone; give it back.

    Raises NightcrewError when it cannot be made.
    """
    try:
        for folder in (state, *(state / room for room in ROOMS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise NightcrewError(
            f"{state}: cannot keep state here: {problem.strerror}; make it writable, or name "
            "another folder in NIGHTCREW_STATE_DIR"
        ) from problem
    return state


def prefect_home(state: Path) -> Path:
    """Give PREFECT_HOME, which holds unless PREFECT_API_URL names a server."""
    return state / "prefect"


def store_url(state: Path, configured: str = "") -> str:
    """Give the store's address: the *configured* one (`state_url`), else SQLite in *state*."""
    return configured or f"sqlite:///{state / 'nightcrew.db'}"


def logs_folder(configured: str, cwd: Path, repositories: Iterable[Path], state: Path) -> Path:
    """Give the folder of pass logs and run reports.

    *configured* counts from *cwd*; else it is `logs` in *cwd*, or in the state folder when *cwd*
    lies in one of *repositories*, where a log would make the checkout dirty.
    """
    if configured:
        return (cwd / Path(configured).expanduser()).absolute()
    here = cwd.resolve()
    inside = any(here.is_relative_to(repository.resolve()) for repository in repositories)
    return (state if inside else here) / "logs"


def new_run(logs: Path, now: datetime) -> str:
    """Give a run id of its own, `YYYYMMDD-HHMMSS` in UTC, and make its report folder in *logs*.

    A taken id gets `-2`, `-3` …: the folder is made in one step, so two starts never share one.
    Raises NightcrewError when the folder cannot be made.
    """
    base = now.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    try:
        logs.mkdir(parents=True, exist_ok=True)
        for n in range(1, SUFFIXES_TRIED):
            run = base if n == 1 else f"{base}-{n}"
            if _made(logs / run):
                return run
    except OSError as problem:
        raise NightcrewError(
            f"{logs}: cannot write logs here: {problem.strerror}; make it writable, or set logs_dir"
        ) from problem
    raise NightcrewError(f"{logs}: every run id of this second is taken; start again")


def _made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def pass_log_name(cycle: str, earlier_passes: Iterable[str], pass_name: str, attempt: int) -> str:
    """Give a pass log's file name: the first pass and attempt bear the cycle's id alone.

    *earlier_passes* names the passes of the cycle before this one, in order; *attempt* is 1-based.
    """
    earlier = list(earlier_passes)
    name = cycle
    if earlier:
        k = earlier[1:].count(pass_name) + 1
        name += f"-{pass_name}" + (f"-{k}" if k > 1 else "")
    if attempt > 1:
        name += f"-attempt-{attempt}"
    return f"{name}.log"


def path_hash(path: Path) -> str:
    """Give eight hexadecimal digits that stay the same for *path*: two of one name are told apart."""
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:8]
