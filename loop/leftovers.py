"""What setup and checks leave in the work tree: it must not be taken for the agent's work."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from loop.git import Git


class Leftovers:
    """Undoes, at its end, what changed in the tree meanwhile; what differed before stays as it is."""

    def __init__(self, workspace: Path, *, hide_new: bool = False) -> None:
        """*hide_new*: new files are needed later, so they stay and git is told to ignore them."""
        self._workspace = workspace
        self._hide_new = hide_new
        self._git = Git(workspace) if (workspace / ".git").exists() else None
        self._before: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        self._before = self._status()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before = {row[3:] for row in self._before}
        rows = [row for row in self._status() if row[3:] not in before]
        new = sorted(row[3:] for row in rows if row.startswith("??"))
        if self._hide_new:
            hide(self._workspace, new)
        else:
            for name in new:
                remove(self._workspace / name)
        changed = [row[3:] for row in rows if row[1] in "MDT" and row[:2] != "??"]
        if changed and self._git:
            names = "\0".join(changed).encode(errors="surrogateescape")
            args = ("--pathspec-from-file=-", "--pathspec-file-nul")
            self._git.with_settings(("core.literalPathspecs", "true")).run(
                "checkout", "-q", *args, stdin=names
            )

    def _status(self) -> frozenset[str]:
        if self._git is None:
            return frozenset()
        out = self._git.run("status", "--porcelain", "-z", "--no-renames")
        return frozenset(row for row in out.split("\0") if row)


def hide(workspace: Path, names: list[str]) -> None:
    """Keep *names* out of git in this clone alone; a link needs the pattern without a slash."""
    place = workspace / ".git" / "info" / "exclude"
    if not names or not (workspace / ".git").is_dir():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    known = place.read_text("utf-8", errors="surrogateescape") if place.is_file() else ""
    patterns = ["/" + _escaped(name.rstrip("/")) for name in names]
    new = [pattern for pattern in patterns if pattern not in known.splitlines()]
    lead = "" if known.endswith("\n") or not known else "\n"
    if new:
        remove(place)  # never written in place: it could be a hard link to a file of the user's
        text = "".join([known, lead, *(f"{pattern}\n" for pattern in new)])
        place.write_text(text, "utf-8", "surrogateescape")


def _escaped(name: str) -> str:
    return "".join("\\" + c if c in "*?[\\ " else c for c in name)


def is_tracked(workspace: Path, name: str) -> bool:
    """Say whether git has *name*, or files below it."""
    if not (workspace / ".git").exists():
        return False
    return Git(workspace).run("ls-files", "--", f":(top,literal){name}") != ""


def remove(path: Path) -> None:
    """Remove the file, link or folder at *path*, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
