"""The ledger's own commits: that one file, whatever else is staged or changed in the checkout."""

from __future__ import annotations

import tempfile
from pathlib import Path

from loop.errors import GitError, LandingRefused
from loop.git import Git
from loop.git_config import identity_variables
from loop.source import Source
from policies.plan import RepoPlan


def commit_ledger(plan: RepoPlan, message: str) -> str | None:
    """Commit the working ledger file alone, on the branch that is checked out; give the commit.

    What else is staged or changed stays as it is. None: the file is as it is at HEAD. Raises
    LandingRefused when HEAD is detached or is not the plan's branch, or the file is no plain file.
    """
    source = Source.open(plan)
    git, name = source.git, plan.ledger_file
    branch = source.current_branch()
    if branch is None or (plan.branch and plan.branch != branch):
        raise LandingRefused(f"{plan.path}: {plan.branch or 'a branch'} is not checked out")
    place = Path(plan.path) / name
    if place.is_symlink() or not place.is_file():
        raise LandingRefused(f"{place}: is no plain file, and is not committed")
    mode, before = _at_head(git, name)
    # With its path: git converts line ends as it would for the person (filters are switched off).
    blob = git.run("hash-object", "-w", "--stdin", f"--path={name}", stdin=place.read_bytes())
    if blob == before:
        return None
    old = git.run("rev-parse", "HEAD")
    entry = f"{mode or '100644'},{blob},{name}"
    new = git.run(
        *("commit-tree", _tree_with(git, entry), "-p", old),
        stdin=message.encode("utf-8", "surrogateescape"),
        env=identity_variables(git),
    )
    # First what fails more often (a lock that an editor holds), and can be taken back.
    is_ours = _staged(git, name) == before  # what a person staged of it stays staged
    if is_ours:
        git.run("update-index", "--add", "--cacheinfo", entry)
    try:
        git.run("update-ref", "-m", "nightcrew: ledger", f"refs/heads/{branch}", new, old)
    except GitError:
        if is_ours:
            git.run("reset", "-q", "--", f":(top,literal){name}")
        raise
    return new


def _staged(git: Git, name: str) -> str:
    """Give the blob that the real index has, empty where it has none."""
    row = git.run("ls-files", "-s", "-z", "--", f":(top,literal){name}")
    return row.split()[1] if row else ""


def _at_head(git: Git, name: str) -> tuple[str, str]:
    """Give mode and blob of the file, empty where it is not tracked. Raises LandingRefused."""
    row = git.run("ls-tree", "-z", "HEAD", "--", name).rstrip("\0")
    mode, kind, blob = row.partition("\t")[0].split() if row else ("", "blob", "")
    if kind != "blob" or mode == "120000":
        raise LandingRefused(f"{git.cwd}: {name} is a link or folder at HEAD")
    return mode, blob


def _tree_with(git: Git, entry: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", "HEAD", env=index)
        git.run("update-index", "--add", "--cacheinfo", entry, env=index)
        return git.run("write-tree", env=index)
