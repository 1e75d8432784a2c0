"""The user's own repository, of which only `nightcrew/*` branches are ever written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.errors import GitError, LandingRefused, RepositoryRefused
from loop.git import Git
from policies.plan import RepoPlan

CONFLICT = "-conflict"
"""How the branch of work ends that could not be rebased."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked of, and brought to, the user's repository."""

    plan: RepoPlan
    git: Git
    is_bare: bool

    @classmethod
    def open(cls, plan: RepoPlan) -> Source:
        """Open the repository. Raises RepositoryRefused when it cannot be worked on."""
        path = Path(plan.path)
        if not path.is_dir():
            raise RepositoryRefused(f"{path}: no such folder; correct the repository's path")
        git = Git(path, plan.timeouts.git_s)
        try:
            is_bare = git.run("rev-parse", "--is-bare-repository") == "true"
        except GitError as error:
            raise RepositoryRefused(f"{path}: {_why_no_repository(str(error), path)}") from error
        source = cls(plan, git, is_bare)
        source._check_place(path)
        if source._id("HEAD") is None and not plan.branch:
            raise RepositoryRefused(f"{path}: has no commit yet; commit something first")
        return source

    def base(self) -> tuple[str | None, str]:
        """Give the target branch (None: detached) and what to fetch as the base.

        Raises RepositoryRefused when the configured branch is missing.
        """
        name = self.plan.branch or self.current_branch()
        if name is None:
            return None, "HEAD"
        if not self.has_branch(name):
            raise RepositoryRefused(
                f"{self.plan.path}: there is no branch {name}; correct `branch` for {self.plan.name}"
            )
        if self.plan.base == "upstream":
            return name, self._upstream(name)
        return name, f"refs/heads/{name}"

    def current_branch(self) -> str | None:
        """Give the branch that is checked out, or None when HEAD is detached."""
        return self.git.call("symbolic-ref", "-q", "--short", "HEAD", ok_codes=(0, 1))[1] or None

    def has_branch(self, name: str) -> bool:
        """Say whether there is such a branch."""
        return self._id(f"refs/heads/{name}") is not None

    def notes(self) -> Iterator[str]:
        """Give what is not included, one line each."""
        if self.is_bare:
            return
        if self.git.run("status", "--porcelain", "--untracked-files=no", "--ignore-submodules"):
            yield "uncommitted work is not included: the cycle starts at the last commit"
        if self._id("HEAD:.gitmodules"):
            yield "submodules are not initialised in the workspace"
        attributes = self.file_at_head(".gitattributes") or b""
        if b"filter=lfs" in attributes:
            yield "files in LFS are pointers in the workspace"

    def give(self, to: Git, *refs: str) -> None:
        """Copy *refs* to the workspace."""
        to.fetch_local(Path(self.plan.path).resolve(), *refs)

    def take(self, workspace: Path, *refs: str) -> None:
        """Copy *refs* of the workspace to the user's repository."""
        self.git.fetch_local(workspace, *refs)

    def move_branch(
        self, name: str, workspace: Path, *, old: str | None, new: str, force: bool = False
    ) -> None:
        """Set branch *name* to *new*, if it is still at *old*. Raises LandingRefused when it is not."""
        incoming = f"refs/nightcrew/incoming/{new}"
        if not self.is_bare and name in self.checked_out():
            raise LandingRefused(
                f"{name} is checked out in {self.plan.path}; switch to another branch"
            )
        self.git_for(workspace).run("update-ref", incoming, new)
        try:
            self.take(workspace, f"+{incoming}:{incoming}")
        finally:
            self.git_for(workspace).run("update-ref", "-d", incoming)
        expected = [] if force else [old or "0" * len(new)]
        try:
            self.git.run("update-ref", f"refs/heads/{name}", new, *expected)
        except GitError as error:
            raise LandingRefused(
                f"{name} was moved meanwhile in {self.plan.path}: {error}"
            ) from error
        finally:
            self.git.run("update-ref", "-d", incoming)

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

    def object_format(self) -> str:
        """Give the repository's hash: `sha1` or `sha256`."""
        return self.git.run("rev-parse", "--show-object-format")

    def git_for(self, workspace: Path) -> Git:
        """Give git in the workspace."""
        return Git(workspace, self.plan.timeouts.git_s)

    def checked_out(self) -> set[str]:
        """Give the branches that any work tree has checked out."""
        listed = self.git.run("worktree", "list", "--porcelain")
        rows = (row for row in listed.splitlines() if row.startswith("branch refs/heads/"))
        return {row.removeprefix("branch refs/heads/") for row in rows}

    def _check_place(self, path: Path) -> None:
        """Refuse a folder inside a repository, and a repository that has no room for our branches."""
        where = "--absolute-git-dir" if self.is_bare else "--show-toplevel"
        top = Path(self.git.run("rev-parse", where))
        if top.resolve() != path.resolve():
            raise RepositoryRefused(f"{path}: lies inside the repository {top}; name that")
        if self.has_branch("nightcrew"):
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
