"""Where Nightcrew keeps things: the user's state folder, and the logs of the working folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from loop.errors import NightcrewError

SUFFIXES_TRIED = 1000


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one user; nothing is made before it is needed."""

    state: Path

    @property
    def workspaces(self) -> Path:
        """Private clones, one a repository."""
        return self.state / "workspaces"

    @property
    def locks(self) -> Path:
        """Lock files, one a repository and one a ledger."""
        return self.state / "locks"

    @property
    def contexts(self) -> Path:
        """Prompt files that a running agent is given."""
        return self.state / "contexts"

    @property
    def prefect(self) -> Path:
        """PREFECT_HOME, unless PREFECT_API_URL names a server."""
        return self.state / "prefect"

    def store_url(self, configured: str = "") -> str:
        """Give the store's address: the *configured* one, else SQLite in the state folder."""
        return configured or f"sqlite:///{self.state / 'nightcrew.db'}"

    def workspace(self, name: str, repository: Path) -> Path:
        """Give the private clone's folder: two repositories of one name never share it."""
        return self.workspaces / f"{name}-{path_hash(repository)}"

    def lock(self, repository: Path) -> Path:
        """Give the lock file of *repository*, whatever it is called in a fleet."""
        return self.locks / f"{path_hash(repository)}.lock"

    def made(self) -> Places:
        """Make the folders (readable by the user alone) and come back.

        Raises NightcrewError when the state folder cannot be made or written to.
        """
        try:
            for folder in (self.state, self.workspaces, self.locks, self.contexts, self.prefect):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise NightcrewError(
                f"{self.state}: cannot keep state here: {problem.strerror}; make it writable, or "
                "name another folder in NIGHTCREW_STATE_DIR"
            ) from problem
        return self


def places(environ: Mapping[str, str]) -> Places:
    """Give the places of the user of *environ*: NIGHTCREW_STATE_DIR, else the platform's custom."""
    named = environ.get("NIGHTCREW_STATE_DIR")
    if named:
        return Places(Path(named).expanduser().absolute())
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return Places(home / "Library" / "Application Support" / "nightcrew")
    custom = environ.get("XDG_STATE_HOME", "")
    # The XDG rule: a relative path in it is invalid and is to be ignored.
    base = Path(custom) if custom.startswith("/") else home / ".local" / "state"
    return Places(base / "nightcrew")


def logs_folder(configured: str, cwd: Path, repositories: Iterable[Path], places: Places) -> Path:
    """Give the folder of pass logs and run reports.

    *configured* counts from *cwd*; else it is `logs` in *cwd*, or in the state folder when *cwd*
    lies in one of *repositories*, where a log would make the checkout dirty.
    """
    if configured:
        return (cwd / Path(configured).expanduser()).absolute()
    here = cwd.resolve()
    inside = any(here.is_relative_to(repository.resolve()) for repository in repositories)
    return (places.state if inside else here) / "logs"


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


def cycle_id(run: str, repository: str, n: int) -> str:
    """Give the id of a repository's *n*-th cycle in *run*."""
    return f"{run}-{repository}-cycle-{n}"


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
    """Give eight hexadecimal digits that stay the same for *path*."""
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:8]
