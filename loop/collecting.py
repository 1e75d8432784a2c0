"""Turns what an agent left into commits on top of the start: its own are kept, the rest is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.errors import LandingRefused
from loop.git import Git
from loop.git_facts import commit_of, ids_of, is_ancestor, tree_of
from loop.rolling import rebased
from loop.takeout import agents_versions, rewritten
from loop.tree_status import TreeStatus
from loop.worktree import stage_all, tree_now


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of the agent's work."""

    head: str
    committed: str
    """The commit that we made; empty when all was committed already."""
    taken_out: dict[str, bytes]
    """The agent's own versions of the program's files."""


@dataclass(frozen=True, slots=True)
class Work:
    """The agent's work since *start*, but for *own* files, which only the program writes."""

    git: Git
    git_dir: Path
    start: str
    own: tuple[str, ...]

    def differs(self, found: TreeStatus) -> bool:
        """Say whether there is any; *found* is how the work tree is now."""
        return not found.is_at(self.start) and self._exists()

    def _exists(self) -> bool:
        """Say whether the files differ from the start, or from where the agent went back to."""
        tree = tree_now(self.git, self.git_dir, self.start, self.own)
        before, now = ids_of(self.git, f"{self.start}^{{tree}}", "HEAD^{tree}")
        if tree == before:
            return False
        return tree != now or not is_ancestor(self.git, "HEAD", self.start)

    def collect(self, message: str) -> Collected:
        """Commit what is not committed yet, with *message*."""
        head, before = ids_of(self.git, "HEAD", "HEAD^{tree}")
        if head != self.start:
            self._onto_start(message)
        tree = stage_all(self.git, self.start, self.own, {})
        taken_out = agents_versions(self.git, self.start, self.own)
        if head != self.start:
            head = rewritten(self.git, self.start, commit_of(self.git, "HEAD"), self.own)
            self.git.run("update-ref", "HEAD", head)
            before = tree_of(self.git, head)
        if tree == before:
            return Collected(head, "", taken_out)
        made = commit_index(self.git, message)
        return Collected(made, made, taken_out)

    def _onto_start(self, message: str) -> None:
        """Put the work on top of the start, where the agent's HEAD is not (it reset, switched)."""
        if is_ancestor(self.git, self.start, "HEAD"):
            return
        stage_all(self.git, self.start, self.own, {})
        if is_ancestor(self.git, "HEAD", self.start) and self._moved_forward(message):
            return
        self.git.run("reset", "-q", "--soft", self.start)

    def _moved_forward(self, message: str) -> bool:
        """The agent went back to an older commit and changed files there: only those are its work."""
        older = commit_of(self.git, "HEAD")
        commit_index(self.git, message)
        try:
            rebased(self.git, older, self.start)
        except LandingRefused:
            return False
        return True


def commit_index(git: Git, message: str, *flags: str) -> str:
    """Commit what is staged, as *message*, and give the commit."""
    text = message.encode("utf-8", "surrogateescape")
    git.run("commit", "-q", "--no-verify", "--allow-empty", *flags, "-F", "-", stdin=text)
    return commit_of(git, "HEAD")
