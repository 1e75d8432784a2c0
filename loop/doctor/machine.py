"""Looks at the machine: versions that work together, git, disk, folders."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from loop.doctor.finding import Finding, fail, ok, warn
from loop.errors import GitError
from loop.git import OLDEST_GIT, Git
from policies.text import one_line

MIB = 1024 * 1024

DISK_WARN_MIB, DISK_FAIL_MIB = 1024, 200
"""Free space below which a night is in danger, and below which none is begun."""

BREAKS_FROM = {"fastapi": (0, 151), "sqlalchemy": (2, 1)}
"""First versions that break Prefect 3.8.8: its server stops at import, its scheduler goes silent."""

PREFECT = "3.8.8"


def python() -> Iterator[Finding]:
    """Yield what the python and the packages known to break are."""
    yield ok(f"python {platform.python_version()}")
    for name, first_bad in BREAKS_FROM.items():
        version = _version(name)
        if version is None or _numbers(version) >= first_bad:
            limit = ".".join(map(str, first_bad))
            yield _broken(f"{name} {version or 'is missing'}; Prefect {PREFECT} needs < {limit}")
    if (version := _version("prefect")) != PREFECT:
        yield _broken(f"prefect {version or 'is missing'}; only {PREFECT} was tried")


def _broken(what: str) -> Finding:
    return fail(what, "install again: pip install -c constraints.txt . (or start from a checkout)")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")[:2]
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in parts)


def git(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield whether git is there and new enough."""
    if shutil.which("git", path=environ.get("PATH")) is None:
        yield fail("git is not installed", "install git, for example: apt install git")
        return
    try:
        version = Git(Path("/"), 10).run("version").removeprefix("git version ")
    except GitError as problem:
        yield fail(one_line(str(problem), 200), "install a newer git")
        return
    if _numbers(version) < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        yield fail(f"git {version} is too old", f"install git {oldest} or newer")
        return
    yield ok(f"git {version}")


def folder(what: str, path: Path) -> Iterator[Finding]:
    """Yield whether *path* can be written to and has room; *what* names it for people."""
    nearest = next(p for p in (path, *path.parents) if p.exists())
    if not nearest.is_dir():
        yield fail(f"{what} {path}: {nearest} is a file", "move it away, or name another folder")
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield fail(f"{what} {path}: not writable", f"make {nearest} writable, or name another")
    else:
        yield _room(what, path, shutil.disk_usage(nearest).free // MIB)


def _room(what: str, path: Path, free_mib: int) -> Finding:
    said = f"{what} {path}: {free_mib} MiB free"
    if free_mib < DISK_FAIL_MIB:
        return fail(said, f"free at least {DISK_FAIL_MIB} MiB")
    if free_mib < DISK_WARN_MIB:
        return warn(said, f"free {DISK_WARN_MIB} MiB or more before a night")
    return ok(said)
