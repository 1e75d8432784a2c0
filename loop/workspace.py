"""The private clone in which agents and checks work: own refs, configuration and hooks.

Objects are copied, so nothing that an agent does can damage the user's repository. Its .git is
settled before each use: what an agent wrote into its configuration or hooks is gone then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from loop.clone import WORK as WORK
from loop.clone import Clone
from loop.collecting import Work, commit_index
from loop.errors import GitError, LandingRefused, RepositoryRefused
from loop.git import Git
from loop.git_facts import commit_of, has
from loop.places import path_hash
from loop.rolling import carried_over, rebased
from loop.source import CONFLICT, Source
from loop.worktree import unmerged
from policies.plan import RepoPlan

FAILED = "nightcrew/failed/"
FAILED_KEPT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where a cycle starts."""

    commit: str
    """The base branch's commit."""
    target_branch: str | None
    """None: HEAD is detached."""
    start: str
    """What the agent sees: the base with the work on it that is not merged yet."""
    notes: tuple[str, ...] = ()
    """What a person should know, one line each."""


def workspace_folder(plan: RepoPlan, workspaces: Path) -> Path:
    """Give the folder of *plan*'s workspace; two repositories of one name have two."""
    return workspaces / f"{plan.name}-{path_hash(Path(plan.path))}"


@dataclass(slots=True)
class Workspace:
    """One repository's private clone, during one cycle."""

    plan: RepoPlan
    path: Path
    source: Source
    clone: Clone
    start: str = ""
    seen_work: str | None = None
    """Tip of the user's nightcrew/work when the cycle began."""
    includes_work: bool = True
    """The start holds that tip's changes."""
    taken_out: dict[str, bytes] = field(default_factory=dict)
    """The agent's own versions of ledger and tracker."""
    committed: str = ""
    """The commit that we made of the agent's work."""

    @classmethod
    def open(cls, plan: RepoPlan, folder: Path) -> Workspace:
        """Open or make the workspace. Raises RepositoryRefused for what cannot be worked on."""
        source = Source.open(plan)
        return cls(plan, folder, source, Clone.open(source, folder))

    def prepare(self, at: str | None = None) -> Base:
        """Give the cycle's start, checked out and clean. *at*: exactly this commit (a rerun).

        Raises RepositoryRefused while a person has `nightcrew/work` checked out.
        """
        if not self.source.is_bare and WORK in self.source.checked_out():
            raise RepositoryRefused(
                f"{self.plan.path}: {WORK} is checked out; switch to another branch"
            )
        notes = [*self.source.notes(), *self._keep_left_over()]
        target, ref = self.source.base()
        base, self.seen_work = self.clone.fetch(ref)
        self.clone.clean_at(base)
        self.start = self.clone.known(at) if at else self._with_work(base, notes)
        self.includes_work = at is None
        self.clone.mark(self.start)
        self.restart()
        return Base(commit=base, target_branch=target, start=self.start, notes=tuple(notes))

    def restart(self) -> None:
        """Bring the folder back to the start; ignored folders that setup made are kept."""
        self.clone.settle(self.start)
        self.clone.clean_at(self.start)
        self.taken_out, self.committed = {}, ""

    def head(self) -> str:
        """Give the commit that the folder is at."""
        return commit_of(self.git, "HEAD")

    def changed(self) -> bool:
        """Say whether files or commits differ from the start, ledger and tracker left out."""
        self.clone.settle(self.start)
        return bool(unmerged(self.git)) or self._work().exists()

    def commit_rest(self, message: str) -> str:
        """Commit what the agent left; its own commits stay. Give the head.

        Raises GitError when the agent left a merge or rebase in conflict.
        """
        self.clone.settle(self.start)
        if names := unmerged(self.git):
            raise GitError(f"{self.plan.name}: the agent left a merge in conflict in {names[0]}")
        return self._collect(message)

    def reword(self, message: str) -> None:
        """Give the commit that we made another *message*; an agent's own commits keep theirs."""
        self.clone.settle(self.start)
        if self.committed and self.committed == self.head():
            self.committed = commit_index(self.git, message, "--amend")

    def keep_failed(self, cycle: str, message: str) -> str | None:
        """Keep the work on a branch of its own, in the user's repository too; None: there is none."""
        if not self.changed():
            return None
        self._collect(message)
        branch = f"{FAILED}{cycle}"
        self.source.take(self.path, f"+HEAD:refs/heads/{branch}")
        self.source.prune(FAILED, FAILED_KEPT)
        self.clone.mark(self.head())
        return branch

    def publish(self) -> str:
        """Bring the work to the user's `nightcrew/work` and give that name.

        Raises LandingRefused when a person moved or checked out that branch meanwhile.
        """
        self.clone.settle(self.start)
        if self.seen_work and not self.includes_work:
            rebased(self.git, self.start, self.seen_work)
        self.source.move_branch(WORK, self.path, old=self.seen_work, new=self.head())
        self.seen_work, self.includes_work = self.head(), True
        self.clone.mark(self.head())
        return WORK

    @property
    def git(self) -> Git:
        """Give git in the workspace."""
        return self.clone.git

    def checkout(self) -> Path | None:
        """Give the user's work tree, or None for a bare repository."""
        return None if self.source.is_bare else Path(self.plan.path)

    def _with_work(self, base: str, notes: list[str]) -> str:
        """Give the start: the base with the work that is not merged yet."""
        tip = self.seen_work
        if tip is None:
            return base
        try:
            return carried_over(self.git, base, tip)
        except LandingRefused:
            kept = f"{FAILED}{tip[:12]}{CONFLICT}"
            self.source.move_branch(kept, self.path, old=None, new=tip, force=True)
            notes.append(f"{WORK} conflicts with the base: kept as {kept}, started anew")
            return base

    def _keep_left_over(self) -> list[str]:
        """A cycle that was killed, or could not publish, left its work here: keep it."""
        marked = self.clone.marked()
        if marked is None or not has(self.git, "HEAD"):
            return []
        self.start = marked
        branch = self.keep_failed(f"left-{marked[:12]}", "Work that a cycle left unfinished\n")
        return [f"work that an earlier cycle left unfinished is kept as {branch}"] if branch else []

    def _work(self) -> Work:
        own = (self.plan.ledger_file, self.plan.tracker_file)
        return Work(self.git, self.clone.git_dir, self.start, own)

    def _collect(self, message: str) -> str:
        done = self._work().collect(message)
        self.taken_out |= done.taken_out
        self.committed = done.committed
        return done.head
