"""Bringing checked work to the target branch."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from loop.errors import GitError, LandingRefused, NightcrewError
from loop.git import Git
from loop.ledger import only_own_changes
from loop.ledger_commit import commit_ledger as commit_ledger
from loop.source import Source
from loop.workspace import WORK, Base, Workspace
from policies.plan import RepoPlan


def land(plan: RepoPlan, workspace: Workspace, base: Base) -> str:
    """Fast-forward the target branch to the published work and give its commit.

    Raises LandingRefused when the checkout is dirty, the branch moved, or HEAD is detached.
    """
    target, head = base.target_branch, workspace.head()
    source = replace(workspace.source, git=workspace.source.git.settled())
    if target is None:
        raise LandingRefused(f"{plan.path}: HEAD is detached; check a branch out, or set `branch`")
    ref = f"refs/heads/{target}"
    old = source.git.run("rev-parse", "--verify", ref)
    if not source.git.succeeds("merge-base", "--is-ancestor", old, head):
        raise LandingRefused(f"{target} moved meanwhile; the work is on {WORK}")
    if source.is_bare or source.current_branch() != target:
        _move(source, target, old, head)
    else:
        _merge_into_checkout(source, workspace, target, old, head)
    return head


def merge_command(plan: RepoPlan) -> str:
    """Give the command with which a person takes the work over; it works in a bare repository too."""
    git = f"git -C {shlex.quote(plan.path)}"
    branch, is_bare = _place(plan)
    if is_bare:  # nothing can be merged there, but a branch can be moved forward
        return f"{git} fetch . {shlex.quote(f'{WORK}:{branch}')}"
    if not plan.branch or plan.branch == branch:
        return f"{git} merge {WORK}"
    return f"{git} switch {shlex.quote(plan.branch)} && {git} merge {WORK}"


def _place(plan: RepoPlan) -> tuple[str, bool]:
    """Give the target branch and whether there is no checkout; a guess where git cannot say."""
    try:
        source = Source.open(plan)
        current = source.current_branch() or ""
    except NightcrewError:
        return "", False
    return (plan.branch or current if source.is_bare else current), source.is_bare


def is_dirty(source: Source) -> bool:
    """Say whether the checkout has changes of its own; our entries in the ledger are none."""
    plan = source.plan
    listed = source.git.run(
        "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty"
    )
    changed = {row[3:] for row in listed.split("\0") if row}
    if changed != {plan.ledger_file}:
        return bool(changed)
    place = Path(plan.path) / plan.ledger_file
    now = place.read_bytes() if place.is_file() else None
    return not only_own_changes(source.file_at_head(plan.ledger_file), now)


def _merge_into_checkout(
    source: Source, workspace: Workspace, branch: str, old: str, head: str
) -> None:
    plan = source.plan
    if is_dirty(source):
        raise LandingRefused(
            f"{plan.path} has uncommitted changes; commit or stash them, then: {merge_command(plan)}"
        )
    listed = source.git.run("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", old, head)
    names = [name for name in listed.split("\0") if name]
    # Also by the attributes that the work itself brings.
    if filtered := _filtered(source.git, names) or _filtered(workspace.git, names):
        raise LandingRefused(
            f"{filtered} goes through a filter of the repository's, which is not run here; "
            f"use: {merge_command(plan)}"
        )
    # A person may have options of their own for merges; and what is ignored is a person's file too.
    git = source.git.with_settings((f"branch.{branch}.mergeOptions", ""))
    _tried(lambda: git.run("merge", "-q", "--ff-only", "--no-overwrite-ignore", head), plan)


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
