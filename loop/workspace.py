"""The private clone in which agents and checks work: own refs, configuration and hooks.

Objects are copied, so nothing that an agent does can damage the user's repository. Its .git is
settled before each use: what an agent wrote into its configuration or hooks is gone then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loop.clone import Clone
from loop.collecting import Work, commit_index
from loop.errors import GitError, RepositoryRefused
from loop.git import Git
from loop.git_facts import commit_of
from loop.places import path_hash
from loop.rolling import rebased
from loop.settled import FAILED, START_REF, Settled
from loop.settled import WORK as WORK
from loop.source import Source
from loop.start import Base as Base
from loop.start import Start, find_start
from loop.survey import HEADS
from loop.tree_status import TreeStatus, tree_status
from policies.plan import RepoPlan

FAILED_KEPT = 10


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
        """Open the workspace. Raises RepositoryRefused for what cannot be worked on."""
        source = Source.open(plan)
        return cls(plan, folder, source, Clone.at(folder, source))

    def prepare(self, at: str | None = None) -> Base:
        """Give the cycle's start, checked out and clean. *at*: exactly this commit (a rerun).

        Raises RepositoryRefused while a person has `nightcrew/work` checked out.
        """
        if self.start:  # prepared before: what was seen then is old
            again = Workspace.open(self.plan, self.path)
            self.source, self.clone = again.source, again.clone
        seen = self.source.seen
        if not seen.is_bare and f"{HEADS}{WORK}" in seen.busy:
            raise RepositoryRefused(
                f"{self.plan.path}: {WORK} is checked out; switch to another branch"
            )
        clone, target = self.clone.settle(), self.source.base()
        refs, notes = clone.refs(), list(self.source.notes())
        found = self._nothing_left_over(clone, refs, notes)
        base, self.seen_work = clone.fetch(target, refs)
        start = Start(commit=clone.known(at)) if at else find_start(clone, base, self.seen_work)
        self.start, self.includes_work = start.commit, at is None
        clone.clean_at(self.start, None if start.is_made else found)
        if found is None or refs.get(START_REF) != self.start:
            clone.mark(self.start)
        self.taken_out, self.committed = {}, ""
        notes += [*filter(None, [start.note]), *clone.notes()]
        return Base(commit=base, target_branch=target.branch, start=self.start, notes=tuple(notes))

    def restart(self) -> None:
        """Bring the folder back to the start; ignored folders that setup made are kept."""
        self.clone.settle(self.start).clean_at(self.start)
        self.taken_out, self.committed = {}, ""

    def take_up(self, commit: str) -> None:
        """Go on with the work that was kept at *commit*, as if the agent had just left it.

        Raises GitError when the commit is nowhere any more.
        """
        clone = self.clone.settle(self.start)
        clone.clean_at(clone.known(commit))

    def head(self) -> str:
        """Give the commit that the folder is at."""
        return commit_of(self.git, "HEAD")

    def changed(self) -> bool:
        """Say whether files or commits differ from the start, ledger and tracker left out."""
        clone = self.clone.settle(self.start)
        return self._is_changed(clone, tree_status(clone.git))

    def commit_rest(self, message: str) -> str:
        """Commit what the agent left; its own commits stay. Give the head.

        Raises GitError when the agent left a merge or rebase in conflict.
        """
        clone = self.clone.settle(self.start)
        if clone.unmerged:
            raise GitError(
                f"{self.plan.name}: the agent left a merge in conflict in {clone.unmerged[0]}"
            )
        return self._collect(clone, message)

    def reword(self, message: str) -> None:
        """Give the commit that we made another *message*; an agent's own commits keep theirs."""
        clone = self.clone.settle(self.start)
        if self.committed and self.committed == commit_of(clone.git, "HEAD"):
            self.committed = commit_index(clone.git, message, "--amend")

    def keep_failed(self, cycle: str, message: str) -> str | None:
        """Keep the work on a branch of its own, in the user's repository too; None: there is none."""
        clone = self.clone.settle(self.start)
        if not self._is_changed(clone, tree_status(clone.git)):
            return None
        return self._keep(clone, cycle, message)

    def publish(self) -> str:
        """Bring the work to the user's `nightcrew/work` and give that name.

        Raises LandingRefused when a person moved or checked out that branch meanwhile.
        """
        clone = self.clone.settle(self.start)
        if self.seen_work and not self.includes_work:
            rebased(clone.git, self.start, self.seen_work)
        head = commit_of(clone.git, "HEAD")
        self.source.move_branch(WORK, clone.git, old=self.seen_work, new=head)
        self.seen_work, self.includes_work = head, True
        clone.mark_published(head)
        return WORK

    @property
    def git(self) -> Git:
        """Give git in the workspace."""
        return self.clone.git

    def checkout(self) -> Path | None:
        """Give the user's work tree, or None for a bare repository."""
        return None if self.source.is_bare else Path(self.plan.path)

    def _nothing_left_over(
        self, clone: Settled, refs: Mapping[str, str], notes: list[str]
    ) -> TreeStatus | None:
        """A cycle that was killed, or could not publish, left its work here: keep it.

        Gives how the files are where nothing had to be kept, None where that is not known.
        """
        marked = refs.get(START_REF)
        if marked is None or "HEAD" not in refs:
            return None
        self.start = marked
        found = tree_status(clone.git)
        if not self._is_changed(clone, found):
            return found
        branch = self._keep(clone, f"left-{marked[:12]}", "Work that a cycle left unfinished\n")
        notes.append(f"work that an earlier cycle left unfinished is kept as {branch}")
        return None

    def _is_changed(self, clone: Settled, found: TreeStatus) -> bool:
        return bool(clone.unmerged) or self._work(clone).differs(found)

    def _keep(self, clone: Settled, cycle: str, message: str) -> str:
        head = self._collect(clone, message)
        branch = f"{FAILED}{cycle}"
        self.source.take(clone.git, f"+HEAD:{HEADS}{branch}")
        self.source.prune(FAILED, FAILED_KEPT)
        clone.mark(head)
        return branch

    def _work(self, clone: Settled) -> Work:
        own = (self.plan.ledger_file, self.plan.tracker_file)
        return Work(clone.git, self.clone.git_dir, self.start, own)

    def _collect(self, clone: Settled, message: str) -> str:
        done = self._work(clone).collect(message)
        self.taken_out |= done.taken_out
        self.committed = done.committed
        return done.head
