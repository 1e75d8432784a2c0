"""The clone while nobody else works in it: given the user's commits, brought to one, marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loop.errors import GitError
from loop.git import Git
from loop.git_facts import commit_of, ids_of
from loop.source import Source, Target
from loop.sources import read_head
from loop.survey import HEADS, TAGS
from loop.tree_status import TreeStatus
from loop.worktree import clean

WORK = "nightcrew/work"
"""The rolling branch, in the user's repository; the clone has it checked out."""

FAILED = "nightcrew/failed/"
"""What the branches of failed work begin with."""

OUR_REFS = "refs/nightcrew"
BASE_REF = f"{OUR_REFS}/base"
USER_WORK_REF = f"{OUR_REFS}/user-work"

START_REF = f"{OUR_REFS}/start"
"""Where the cycle started; moved on when the work is safe in the user's repository."""

ATTRIBUTES_LIMIT_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settled:
    """The clone, for a row of calls between which no agent, setup or check runs."""

    source: Source
    git: Git
    """It knows the clone's configuration, which is ours since the clone was settled."""
    unmerged: tuple[str, ...] = ()
    """Files that a merge or rebase left in conflict."""

    def refs(self) -> dict[str, str]:
        """Give the objects of HEAD, our refs and the user's tags by their names, if they are there."""
        names = ("HEAD", START_REF, BASE_REF, USER_WORK_REF, *self.source.seen.tags())
        found = zip(names, ids_of(self.git, *names), strict=True)
        return {name: known for name, known in found if known}

    def fetch(self, base: Target, had: Mapping[str, str]) -> tuple[str, str | None]:
        """Copy the user's commits; give the base's and the tip of `nightcrew/work`, if it is there.

        Nothing is copied where the clone's refs, *had*, are the user's already.
        """
        work = self.source.seen.commit(WORK)
        wanted = {**self.source.seen.tags(), BASE_REF: base.commit, USER_WORK_REF: work}
        if all(had.get(name) == found for name, found in wanted.items()):
            return base.commit, work
        gone = f"delete {BASE_REF}\ndelete {USER_WORK_REF}\n"
        self.git.run("update-ref", "--stdin", stdin=gone.encode())
        refs = [f"+{base.ref}:{BASE_REF}", f"+{TAGS}*:{TAGS}*"]
        refs += [f"+{HEADS}{WORK}:{USER_WORK_REF}"] if work else []
        self.git.fetch_local(self.source.git_as_seen, *refs)
        return commit_of(self.git, BASE_REF), commit_of(self.git, USER_WORK_REF) if work else None

    def known(self, commit: str) -> str:
        """Give *commit* in full, fetched if need be. Raises GitError when it is nowhere."""
        if found := ids_of(self.git, f"{commit}^{{commit}}")[0]:
            return found
        try:
            self.source.give(self.git, commit)
        except GitError as error:
            raise GitError(
                f"{self.source.plan.path}: commit {commit[:12]} is not there any more"
            ) from error
        return commit_of(self.git, commit)

    def clean_at(self, commit: str, found: TreeStatus | None = None) -> None:
        """Bring the files to *commit*; folders that setup made are kept.

        *found*, if it is known how they are now, spares what would change nothing.
        """
        is_ours = found is not None and found.branch == WORK
        if not is_ours:
            self.git.run("symbolic-ref", "HEAD", f"{HEADS}{WORK}")
        if not (is_ours and found and found.is_at(commit)):
            self.git.run("reset", "-q", "--hard", commit)
        clean(self.git)

    def mark(self, commit: str) -> None:
        """Remember *commit* as what is safe: all that differs from it is work to keep."""
        self.git.run("update-ref", START_REF, commit)

    def mark_published(self, commit: str) -> None:
        """Remember *commit* as safe, and as what the user's `nightcrew/work` is now."""
        rows = f"update {START_REF} {commit}\nupdate {USER_WORK_REF} {commit}\n"
        self.git.run("update-ref", "--stdin", stdin=rows.encode())

    def notes(self) -> Iterator[str]:
        """Give what a person should know of the files, one line each."""
        if (self.git.cwd / ".gitmodules").is_file():
            yield "submodules are not initialised in the workspace"
        attributes = read_head(self.git.cwd, ".gitattributes", ATTRIBUTES_LIMIT_BYTES) or ""
        if "filter=lfs" in attributes:
            yield "files in LFS are pointers in the workspace"
