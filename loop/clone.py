"""The private clone as a repository: made, settled, brought to a commit, given the user's commits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.errors import GitError
from loop.git import Git
from loop.git_config import private_config
from loop.git_facts import commit_of, has
from loop.gitdir import is_sound, remove, settle
from loop.source import Source
from loop.worktree import clean, honest_index, ignore_junk

WORK = "nightcrew/work"
"""The rolling branch, in the user's repository; the clone has it checked out."""

BASE_REF = "refs/nightcrew/base"
USER_WORK_REF = "refs/nightcrew/user-work"

START_REF = "refs/nightcrew/start"
"""Where the cycle started; moved on when the work is safe in the user's repository."""


@dataclass(slots=True)
class Clone:
    """A repository of our own at *path*, beside the user's."""

    path: Path
    source: Source
    git: Git
    config: str
    """What its configuration must be."""

    @classmethod
    def open(cls, source: Source, path: Path) -> Clone:
        """Open or make the clone."""
        # Named, not searched for: without its .git the folder may lie in another repository.
        git = Git(path, source.git.timeout_s, git_dir=path / ".git")
        clone = cls(path, source, git, private_config(source.git))
        clone.settle()
        return clone

    @property
    def git_dir(self) -> Path:
        """Give the folder of the repository itself."""
        return self.path / ".git"

    def settle(self, start: str = "") -> None:
        """Make the repository ours again; one that is gone or leads elsewhere is made anew.

        It is then at *start*, with the files as they are. Raises GitError, with the files moved
        aside, where *start* was only in the repository that is gone.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        is_new = not is_sound(self.git_dir)
        if is_new:
            _move_aside(self.git_dir, self.path.with_name(f"{self.path.name}.git-broken"))
            kind = self.source.git.run("rev-parse", "--show-object-format")
            self.git.run("init", "-q", "--template=", f"--object-format={kind}")
        settle(self.git_dir, self.config)
        ignore_junk(self.git_dir)
        if is_new and start:
            self._restore(start)
        honest_index(self.git, self.git_dir)

    def fetch(self, base: str) -> tuple[str, str | None]:
        """Copy the user's commits; give the base's and the tip of `nightcrew/work`, if it is there."""
        for ref in (BASE_REF, USER_WORK_REF):
            self.git.run("update-ref", "-d", ref)
        refs = [f"+{base}:{BASE_REF}", "+refs/tags/*:refs/tags/*"]
        has_work = self.source.has_branch(WORK)
        if has_work:
            refs.append(f"+refs/heads/{WORK}:{USER_WORK_REF}")
        self.source.give(self.git, *refs)
        work = commit_of(self.git, USER_WORK_REF) if has_work else None
        return commit_of(self.git, BASE_REF), work

    def known(self, commit: str) -> str:
        """Give *commit* in full, fetched if need be. Raises GitError when it is nowhere."""
        if not has(self.git, commit):
            try:
                self.source.give(self.git, commit)
            except GitError as error:
                raise GitError(
                    f"{self.source.plan.path}: commit {commit[:12]} is not there any more"
                ) from error
        return commit_of(self.git, commit)

    def clean_at(self, commit: str) -> None:
        """Bring the files to *commit*; folders that setup made are kept."""
        self.git.run("symbolic-ref", "HEAD", f"refs/heads/{WORK}")
        self.git.run("reset", "-q", "--hard", commit)
        clean(self.git)

    def mark(self, commit: str) -> None:
        """Remember *commit* as what is safe: all that differs from it is work to keep."""
        self.git.run("update-ref", START_REF, commit)

    def marked(self) -> str | None:
        """Give what was last marked as safe, or None in a new clone."""
        return commit_of(self.git, START_REF) if has(self.git, START_REF) else None

    def _restore(self, start: str) -> None:
        """The agent's commits are gone with its .git, its files are all there."""
        try:
            self.source.give(self.git, start)
        except GitError as error:
            aside = self.path.with_name(f"{self.path.name}.broken")
            _move_aside(self.path, aside)
            raise GitError(
                f"{self.source.plan.name}: the agent removed or replaced .git; "
                f"its files are in {aside}"
            ) from error
        self.git.run("symbolic-ref", "HEAD", f"refs/heads/{WORK}")
        self.git.run("reset", "-q", start)
        self.mark(start)


def _move_aside(place: Path, aside: Path) -> None:
    """Keep what an agent made, out of the way."""
    if place.is_symlink() or place.exists():
        remove(aside)
        place.rename(aside)
