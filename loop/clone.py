"""The private clone as a repository: made, and settled before each use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.errors import GitError
from loop.git import Git
from loop.git_config import private_config
from loop.gitdir import is_sound, remove, settle
from loop.settled import WORK, Settled
from loop.source import Source
from loop.survey import HEADS
from loop.worktree import honest_index, ignore_junk


@dataclass(slots=True)
class Clone:
    """A repository of our own at *path*, beside the user's."""

    path: Path
    source: Source
    git: Git
    """For single calls: it reads the configuration before each."""
    config: str
    """What its configuration must be."""

    @classmethod
    def at(cls, path: Path, source: Source) -> Clone:
        """Give the clone of *source* at *path*; the first `settle` makes it."""
        # Named, not searched for: without its .git the folder may lie in another repository.
        git = Git(path, source.git.timeout_s, git_dir=path / ".git")
        config = private_config(source.seen.config, source.seen.object_format)
        return cls(path, source, git, config)

    @property
    def git_dir(self) -> Path:
        """Give the folder of the repository itself."""
        return self.path / ".git"

    def settle(self, start: str = "") -> Settled:
        """Make the repository ours again and give it; one that is gone or leads elsewhere is made anew.

        That is then at *start*, with the files as they are. Raises GitError, with the files moved
        aside, where *start* was only in the repository that is gone.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        is_new = not is_sound(self.git_dir)
        if is_new:
            _move_aside(self.git_dir, self.path.with_name(f"{self.path.name}.git-broken"))
            kind = self.source.seen.object_format
            nothing = self.git.knowing(())  # there is no configuration yet
            nothing.run("init", "-q", "--template=", f"--object-format={kind}")
        settle(self.git_dir, self.config)
        ignore_junk(self.git_dir)
        git = self.git.settled()
        if is_new and start:
            self._restore(Settled(self.source, git), start)
        return Settled(self.source, git, honest_index(git, self.git_dir))

    def _restore(self, settled: Settled, start: str) -> None:
        """The agent's commits are gone with its .git, its files are all there."""
        try:
            self.source.give(settled.git, start)
        except GitError as error:
            aside = self.path.with_name(f"{self.path.name}.broken")
            _move_aside(self.path, aside)
            raise GitError(
                f"{self.source.plan.name}: the agent removed or replaced .git; "
                f"its files are in {aside}"
            ) from error
        settled.git.run("symbolic-ref", "HEAD", f"{HEADS}{WORK}")
        settled.git.run("reset", "-q", start)
        settled.mark(start)


def _move_aside(place: Path, aside: Path) -> None:
    """Keep what an agent made, out of the way."""
    if place.is_symlink() or place.exists():
        remove(aside)
        place.rename(aside)
