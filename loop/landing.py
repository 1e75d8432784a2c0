"""Bringing checked work to the target branch, and the ledger's own commits."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

from loop.errors import GitError, LandingRefused
from loop.git import Git
from loop.git_config import identity_variables
from loop.ledger import only_own_changes
from loop.source import Source
from loop.workspace import WORK, Base, Workspace
from policies.plan import RepoPlan


def land(plan: RepoPlan, workspace: Workspace, base: Base) -> str:
    """Fast-forward the target branch to the published work and give its commit.

    Raises LandingRefused when the checkout is dirty, the branch moved, or HEAD is detached.
    """
    target, head, source = base.target_branch, workspace.head(), workspace.source
    if target is None:
        raise LandingRefused(f"{plan.path}: HEAD is detached; check a branch out, or set `branch`")
    ref = f"refs/heads/{target}"
    old = source.git.run("rev-parse", "--verify", ref)
    if not source.git.succeeds("merge-base", "--is-ancestor", old, head):
        raise LandingRefused(f"{target} moved meanwhile; the work is on {WORK}")
    if source.is_bare or source.current_branch() != target:
        _move(source, target, old, head)
    else:
        _merge_into_checkout(plan, source, old, head)
    return head


def commit_ledger(plan: RepoPlan, message: str) -> str | None:
    """Commit the working ledger file alone, on the branch that is checked out; give the commit.

    What else is staged or changed stays as it is. None: the file is as it is at HEAD. Raises
    LandingRefused when HEAD is detached or is not the plan's branch.
    """
    source = Source.open(plan)
    branch = source.current_branch()
    if branch is None or (plan.branch and plan.branch != branch):
        raise LandingRefused(f"{plan.path}: {plan.branch or 'a branch'} is not checked out")
    data = (Path(plan.path) / plan.ledger_file).read_bytes()
    if data == source.file_at_head(plan.ledger_file):
        return None
    git = source.git
    old = git.run("rev-parse", "HEAD")
    blob = git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=data)
    entry = f"100644,{blob},{plan.ledger_file}"
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", "HEAD", env=index)
        git.run("update-index", "--add", "--cacheinfo", entry, env=index)
        tree = git.run("write-tree", env=index)
    new = git.run(
        "commit-tree", tree, "-p", old, stdin=message.encode(), env=identity_variables(git)
    )
    git.run("update-ref", "-m", "nightcrew: ledger", f"refs/heads/{branch}", new, old)
    git.run("update-index", "--add", "--cacheinfo", entry)
    return new


def merge_command(plan: RepoPlan) -> str:
    """Give the command with which a person takes the work over."""
    path = shlex.quote(plan.path)
    if not plan.branch:
        return f"git -C {path} merge {WORK}"
    return f"git -C {path} switch {shlex.quote(plan.branch)} && git -C {path} merge {WORK}"


def is_dirty(source: Source) -> bool:
    """Say whether the checkout has changes of its own; our entries in the ledger are none."""
    plan = source.plan
    listed = source.git.run(
        "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty"
    )
    changed = {row[3:] for row in listed.split("\0") if row}
    if changed != {plan.ledger_file}:
        return bool(changed)
    now = (Path(plan.path) / plan.ledger_file).read_bytes()
    return not only_own_changes(source.file_at_head(plan.ledger_file), now)


def _merge_into_checkout(plan: RepoPlan, source: Source, old: str, head: str) -> None:
    if is_dirty(source):
        raise LandingRefused(
            f"{plan.path} has uncommitted changes; commit or stash them, then: {merge_command(plan)}"
        )
    names = source.git.run("diff", "--name-only", "-z", "--no-ext-diff", old, head)
    if filtered := _filtered(source.git, [name for name in names.split("\0") if name]):
        raise LandingRefused(
            f"{filtered} goes through a filter of the repository's, which is not run here; "
            f"use: {merge_command(plan)}"
        )
    _tried(lambda: source.git.run("merge", "-q", "--ff-only", head), plan)


def _move(source: Source, target: str, old: str, head: str) -> None:
    if target in source.checked_out():
        raise LandingRefused(f"{target} is checked out in another work tree; merge it there")
    _tried(
        lambda: source.git.run(
            "update-ref", "-m", "nightcrew: land", f"refs/heads/{target}", head, old
        ),
        source.plan,
    )


def _tried(call: Callable[[], str], plan: RepoPlan) -> None:
    try:
        call()
    except GitError as error:
        raise LandingRefused(f"{error}; the work is on {WORK}: {merge_command(plan)}") from error


def _filtered(git: Git, names: list[str]) -> str:
    """Give the first of *names* whose content a filter would change; empty: none."""
    if not names:
        return ""
    stdin = b"".join(os.fsencode(name) + b"\0" for name in names)
    fields = git.run("check-attr", "-z", "--stdin", "filter", stdin=stdin).split("\0")
    rows = zip(fields[0::3], fields[2::3], strict=False)
    return next((name for name, value in rows if value not in ("unspecified", "unset")), "")
