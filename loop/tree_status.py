"""What git says of a work tree in one call: where HEAD is, and whether any file differs from it."""

from __future__ import annotations

from dataclasses import dataclass

from loop.git import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeStatus:
    """A work tree as it was found."""

    head: str | None
    """HEAD's commit; None: there is none."""
    branch: str | None
    """None: HEAD is detached."""
    is_clean: bool
    """Nothing is staged, changed or new; ignored files do not count."""

    def is_at(self, commit: str) -> bool:
        """Say whether HEAD and all files are as in *commit*."""
        return self.is_clean and self.head == commit


def tree_status(git: Git) -> TreeStatus:
    """Give the state of git's work tree. Its index must be an honest one. Raises GitError."""
    ask = ("--porcelain=v2", "-z", "--branch", "--untracked-files=normal", "--no-renames")
    rows = [row for row in git.run("status", *ask).split("\0") if row]
    told = dict(row.split(" ", 2)[1:] for row in rows if row.startswith("# branch."))
    head, branch = told["branch.oid"], told["branch.head"]
    return TreeStatus(
        head=None if head == "(initial)" else head,
        branch=None if branch == "(detached)" else branch,
        is_clean=all(row.startswith("# ") for row in rows),
    )
