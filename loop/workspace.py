"""The private clone in which agents and checks work: own refs, configuration and hooks.

Objects are copied, so nothing that an agent does can damage the user's repository. Its .git is
settled before each use: what an agent wrote into its configuration or hooks is gone then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from loop.errors import GitError, LandingRefused, RepositoryRefused
from loop.git import Git
from loop.git_config import private_config
from loop.git_facts import commit_of, has, is_ancestor, tree_of
from loop.gitdir import is_sound, remove, settle
from loop.places import path_hash
from loop.rolling import carried_over, rebased
from loop.source import CONFLICT, Source
from loop.takeout import agents_versions, rewritten
from loop.worktree import clean, honest_index, ignore_junk, stage_all, tree_now, unmerged
from policies.plan import RepoPlan

WORK = "nightcrew/work"
FAILED = "nightcrew/failed/"
FAILED_KEPT = 10
BASE_REF = "refs/nightcrew/base"
USER_WORK_REF = "refs/nightcrew/user-work"
START_REF = "refs/nightcrew/start"
"""Where the cycle started; moved on when the work is safe in the user's repository."""


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
    """One repository's private clone."""

    plan: RepoPlan
    path: Path
    source: Source
    git: Git
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
        # Named, not searched for: without its .git the folder may lie in another repository.
        git = Git(folder, plan.timeouts.git_s, git_dir=folder / ".git")
        workspace = cls(plan, folder, source, git)
        workspace._settle()
        return workspace

    def prepare(self, at: str | None = None) -> Base:
        """Give the cycle's start, checked out and clean. *at*: exactly this commit (a rerun).

        Raises RepositoryRefused while a person has `nightcrew/work` checked out.
        """
        if WORK in self.source.checked_out():
            raise RepositoryRefused(
                f"{self.plan.path}: {WORK} is checked out; switch to another branch"
            )
        notes = [*self.source.notes(), *self._keep_left_over()]
        target, refspec = self.source.base()
        self._fetch(refspec)
        base = commit_of(self.git, BASE_REF)
        self.seen_work = (
            commit_of(self.git, USER_WORK_REF) if has(self.git, USER_WORK_REF) else None
        )
        self._clean_at(base)
        self.start = self._known(at) if at else self._with_work(base, notes)
        self.includes_work = at is None
        self.git.run("update-ref", START_REF, self.start)
        self.restart()
        return Base(commit=base, target_branch=target, start=self.start, notes=tuple(notes))

    def restart(self) -> None:
        """Bring the folder back to the start; ignored folders that setup made are kept."""
        self._settle()
        self._clean_at(self.start)
        self.taken_out, self.committed = {}, ""

    def head(self) -> str:
        """Give the commit that the folder is at."""
        return commit_of(self.git, "HEAD")

    def changed(self) -> bool:
        """Say whether files or commits differ from the start, ledger and tracker left out."""
        self._settle()
        return bool(unmerged(self.git)) or self._differs(self.start)

    def commit_rest(self, message: str) -> str:
        """Commit what the agent left; its own commits stay. Give the head.

        Raises GitError when the agent left a merge or rebase in conflict.
        """
        self._settle()
        if names := unmerged(self.git):
            raise GitError(f"{self.plan.name}: the agent left a merge in conflict in {names[0]}")
        return self._commit_all(message)

    def reword(self, message: str) -> None:
        """Give the commit that we made another *message*; an agent's own commits keep theirs."""
        if self.committed and self.committed == self.head():
            self._commit_index(message, "--amend")

    def keep_failed(self, cycle: str, message: str) -> str | None:
        """Keep the work on a branch of its own, in the user's repository too; None: there is none."""
        if not self.changed():
            return None
        self._commit_all(message)
        branch = f"{FAILED}{cycle}"
        self.source.take(self.path, f"+HEAD:refs/heads/{branch}")
        self.source.prune(FAILED, FAILED_KEPT)
        self.git.run("update-ref", START_REF, self.head())
        return branch

    def publish(self) -> str:
        """Bring the work to the user's `nightcrew/work` and give that name.

        Raises LandingRefused when a person moved or checked out that branch meanwhile.
        """
        if self.seen_work and not self.includes_work:
            rebased(self.git, self.start, self.seen_work)
        self.source.move_branch(WORK, self.path, old=self.seen_work, new=self.head())
        self.seen_work, self.includes_work = self.head(), True
        self.git.run("update-ref", START_REF, self.head())
        return WORK

    def checkout(self) -> Path | None:
        """Give the user's work tree, or None for a bare repository."""
        return None if self.source.is_bare else Path(self.plan.path)

    def _settle(self) -> None:
        """Make the repository ours again; one that is gone or leads elsewhere is made anew."""
        inside = self.path / ".git"
        self.path.mkdir(parents=True, exist_ok=True)
        is_new = not is_sound(inside)
        if is_new:
            _move_aside(inside, self.path.with_name(f"{self.path.name}.git-broken"))
            kind = self.source.git.run("rev-parse", "--show-object-format")
            self.git.run("init", "-q", "--template=", f"--object-format={kind}")
        settle(inside, private_config(self.source.git))
        ignore_junk(inside)
        if is_new and self.start:
            self._restore_start()
        honest_index(self.git, inside)

    def _restore_start(self) -> None:
        """The agent's commits are gone with its .git, its files are all there."""
        try:
            self.source.give(self.git, self.start)
        except GitError as error:
            aside = self.path.with_name(f"{self.path.name}.broken")
            _move_aside(self.path, aside)
            raise GitError(
                f"{self.plan.name}: the agent removed or replaced .git; its files are in {aside}"
            ) from error
        self.git.run("symbolic-ref", "HEAD", f"refs/heads/{WORK}")
        self.git.run("reset", "-q", self.start)
        self.git.run("update-ref", START_REF, self.start)

    def _clean_at(self, commit: str) -> None:
        self.git.run("symbolic-ref", "HEAD", f"refs/heads/{WORK}")
        self.git.run("reset", "-q", "--hard", commit)
        clean(self.git)

    def _keep_left_over(self) -> list[str]:
        """A cycle that was killed, or could not publish, left its work here: keep it."""
        if not has(self.git, START_REF) or not has(self.git, "HEAD"):
            return []
        self.start = commit_of(self.git, START_REF)
        if not self._differs(self.start):
            return []
        branch = self.keep_failed(f"left-{self.start[:12]}", "Work that a cycle left unfinished\n")
        return [f"work that an earlier cycle left unfinished is kept as {branch}"] if branch else []

    def _fetch(self, base: str) -> None:
        for ref in (BASE_REF, USER_WORK_REF):
            self.git.run("update-ref", "-d", ref)
        refs = [f"+{base}:{BASE_REF}", "+refs/tags/*:refs/tags/*"]
        if self.source.has_branch(WORK):
            refs.append(f"+refs/heads/{WORK}:{USER_WORK_REF}")
        self.source.give(self.git, *refs)

    def _known(self, at: str) -> str:
        if not has(self.git, at):
            try:
                self.source.give(self.git, at)
            except GitError as error:
                raise GitError(
                    f"{self.plan.path}: commit {at[:12]} is not there any more"
                ) from error
        return commit_of(self.git, at)

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

    def _commit_all(self, message: str) -> str:
        self._onto_start(message)
        inside = self.path / ".git"
        tree = stage_all(self.git, self.start, self._own_files(), {})
        self.taken_out |= agents_versions(self.git, self.start, self._own_files())
        head = rewritten(self.git, self.start, self.head(), self._own_files())
        self.git.run("update-ref", "HEAD", head)
        if tree != tree_of(self.git, head):
            self._commit_index(message)
        settle(inside, private_config(self.source.git))
        return self.head()

    def _onto_start(self, message: str) -> None:
        """Put the agent's work on top of the start, where its HEAD is not (it reset, switched)."""
        if is_ancestor(self.git, self.start, "HEAD"):
            return
        stage_all(self.git, self.start, self._own_files(), {})
        if is_ancestor(self.git, "HEAD", self.start) and self._moved_forward(message):
            return
        self.git.run("reset", "-q", "--soft", self.start)

    def _moved_forward(self, message: str) -> bool:
        """The agent went back to an older commit and changed files there: only those are its work."""
        older = self.head()
        self._commit_index(message)
        try:
            rebased(self.git, older, self.start)
        except LandingRefused:
            return False
        self.committed = ""
        return True

    def _differs(self, start: str) -> bool:
        """Say whether the files differ from *start*, or from where the agent went back to."""
        tree = tree_now(self.git, self.path / ".git", start, self._own_files())
        if tree == tree_of(self.git, start):
            return False
        is_back = has(self.git, "HEAD") and is_ancestor(self.git, "HEAD", start)
        return not is_back or tree != tree_of(self.git, "HEAD")

    def _commit_index(self, message: str, *flags: str) -> None:
        text = message.encode("utf-8", "surrogateescape")
        self.git.run("commit", "-q", "--no-verify", "--allow-empty", *flags, "-F", "-", stdin=text)
        self.committed = self.head()

    def _own_files(self) -> tuple[str, str]:
        return self.plan.ledger_file, self.plan.tracker_file


def _move_aside(place: Path, aside: Path) -> None:
    """Keep what an agent made of .git, out of the way."""
    if place.is_symlink() or place.exists():
        remove(aside)
        place.rename(aside)
