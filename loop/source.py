"""The user's own repository, of which only `nightcrew/*` branches are ever written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.errors import GitError, LandingRefused, RepositoryRefused
from loop.git import Git
from loop.git_facts import commit_of
from loop.survey import HEADS, OURS, Survey, survey
from policies.plan import RepoPlan

CONFLICT = "-conflict"
"""How the branch of work ends that could not be rebased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a cycle's work is to be based on."""

    branch: str | None
    """None: HEAD is detached."""
    ref: str
    """What to fetch."""
    commit: str


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked of, and brought to, the user's repository."""

    plan: RepoPlan
    git: Git
    seen: Survey
    """As it was when it was opened; what may be another after an agent's run is asked again."""

    @classmethod
    def open(cls, plan: RepoPlan) -> Source:
        """Open the repository. Raises RepositoryRefused when it cannot be worked on."""
        path = Path(plan.path)
        if not path.is_dir():
            raise RepositoryRefused(f"{path}: no such folder; correct the repository's path")
        git = Git(path, plan.timeouts.git_s)
        try:
            source = cls(plan, git, survey(git, plan.branch))
        except GitError as error:
            raise RepositoryRefused(f"{path}: {_why_no_repository(str(error), path)}") from error
        source._check_place(path)
        if source.seen.head is None and not plan.branch:
            raise RepositoryRefused(f"{path}: has no commit yet; commit something first")
        return source

    @property
    def is_bare(self) -> bool:
        """Say whether there is no checkout."""
        return self.seen.is_bare

    @property
    def git_as_seen(self) -> Git:
        """Give git that goes by the configuration that was seen: for calls before an agent runs."""
        return self.git.knowing(self.seen.config)

    def base(self) -> Target:
        """Give what to base work on. Raises RepositoryRefused when the branch is missing."""
        name = self.plan.branch or self.seen.branch
        commit = self.seen.commit(name) if name else self.seen.head
        if commit is None:
            raise RepositoryRefused(
                f"{self.plan.path}: there is no branch {name}; correct `branch` for {self.plan.name}"
            )
        if name is None:
            return Target(branch=None, ref="HEAD", commit=commit)
        if self.plan.base == "upstream":
            ref = self._upstream(name)
            return Target(branch=name, ref=ref, commit=commit_of(self.git, ref))
        return Target(branch=name, ref=HEADS + name, commit=commit)

    def current_branch(self) -> str | None:
        """Give the branch that is checked out, or None when HEAD is detached."""
        return self.git.call("symbolic-ref", "-q", "--short", "HEAD", ok_codes=(0, 1))[1] or None

    def notes(self) -> Iterator[str]:
        """Give what of the checkout is not included, one line each."""
        if self.is_bare:
            return
        ask = ("--porcelain", "--untracked-files=no", "--ignore-submodules")
        if self.git_as_seen.run("status", *ask):
            yield "uncommitted work is not included: the cycle starts at the last commit"

    def give(self, to: Git, *refs: str) -> None:
        """Copy *refs* to the workspace."""
        to.fetch_local(self.git, *refs)

    def take(self, workspace: Git, *refs: str) -> None:
        """Copy *refs* of the workspace to the user's repository."""
        self.git.fetch_local(workspace, *refs)

    def move_branch(
        self, name: str, workspace: Git, *, old: str | None, new: str, force: bool = False
    ) -> None:
        """Set branch *name* to *new*, if it is still at *old*. Raises LandingRefused when it is not."""
        incoming = f"refs/nightcrew/incoming/{new}"  # so that no collection of garbage takes it
        if not self.is_bare and name in self.checked_out():
            raise LandingRefused(
                f"{name} is checked out in {self.plan.path}; switch to another branch"
            )
        self.take(workspace, f"+{new}:{incoming}")
        expected = "" if force else f" {old or '0' * len(new)}"
        moves = f"update {HEADS}{name} {new}{expected}\ndelete {incoming}\n"
        try:
            self.git.run("update-ref", "--stdin", stdin=moves.encode())
        except GitError as error:
            self.git.run("update-ref", "-d", incoming)
            raise LandingRefused(
                f"{name} was moved meanwhile in {self.plan.path}: {error}"
            ) from error

    def prune(self, prefix: str, kept: int) -> None:
        """Delete the oldest branches below *prefix*, so that *kept* remain.

        Left alone: what is checked out, and work that conflicted (it was good, and may be a person's).
        """
        newest_first = ("--sort=-version:refname", "--sort=-committerdate")
        listed = self.git.run(
            "for-each-ref", *newest_first, "--format=%(refname)", f"refs/heads/{prefix}"
        )
        refs = [ref for ref in listed.splitlines() if not ref.endswith(CONFLICT)]
        busy = self.checked_out()
        for ref in refs[kept:]:
            if ref.removeprefix("refs/heads/") not in busy:
                self.git.run("update-ref", "-d", ref)

    def file_at_head(self, name: str) -> bytes | None:
        """Give a file's bytes at HEAD, or None where it is not tracked."""
        if self._id(f"HEAD:{name}") is None:
            return None
        text = self.git.call("cat-file", "blob", f"HEAD:{name}", raw=True)[1]
        return text.encode("utf-8", "surrogateescape")

    def checked_out(self) -> set[str]:
        """Give the branches that any work tree has checked out."""
        listed = self.git.run("worktree", "list", "--porcelain")
        rows = (row for row in listed.splitlines() if row.startswith("branch refs/heads/"))
        return {row.removeprefix("branch refs/heads/") for row in rows}

    def _check_place(self, path: Path) -> None:
        """Refuse a folder inside a repository, and a repository that has no room for our branches."""
        if not self.seen.is_top:
            where = "--absolute-git-dir" if self.is_bare else "--show-toplevel"
            top = self.git.run("rev-parse", where)
            raise RepositoryRefused(f"{path}: lies inside the repository {top}; name that")
        if self.seen.commit(OURS):
            raise RepositoryRefused(
                f"{path}: its branch nightcrew leaves no room for nightcrew/work; rename it"
            )

    def _upstream(self, name: str) -> str:
        remote = self.git.run("config", "--get", f"branch.{name}.remote", ok_codes=(0, 1))
        merge = self.git.run("config", "--get", f"branch.{name}.merge", ok_codes=(0, 1))
        if not remote or not merge:
            raise RepositoryRefused(
                f'{self.plan.path}: branch {name} has no upstream; set one, or base = "head"'
            )
        if remote == ".":
            return merge
        ref = f"refs/nightcrew/upstream/{name}"
        # By its address: a remote's section may name the program of the other side.
        url = self.git.run("remote", "get-url", remote).splitlines()[0]
        self.git.fetch_remote(url, f"+{merge}:{ref}")
        return ref

    def _id(self, name: str) -> str | None:
        return self.git.call("rev-parse", "--verify", "-q", name, ok_codes=(0, 1, 128))[1] or None


def _why_no_repository(said: str, path: Path) -> str:
    if "dubious ownership" in said:
        return (
            f"belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {path}"
        )
    if "not a git repository" in said:
        return "is not a git repository; run `git init` and commit first"
    return said
