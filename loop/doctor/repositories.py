"""Looks at each repository: can a cycle begin there, and can its work land."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from loop.doctor.finding import Finding, fail, ok, warn
from loop.errors import GitError
from loop.fleet import is_repository
from loop.git import Git
from policies.plan import Landing, RepoPlan
from policies.text import one_line

CALL_S = 20.0
"""One git call of an examination; a remote that does not answer in this time is no use at night."""


def repository(plan: RepoPlan) -> Iterator[Finding]:
    """Yield what is wrong with one repository, or that nothing is."""
    findings = list(_problems(plan))
    yield from findings
    if not findings:
        yield ok(f"{plan.path}", plan.name)


def _problems(plan: RepoPlan) -> Iterator[Finding]:
    path = Path(plan.path)
    if not path.is_dir():
        yield fail(f"{path}: no such folder", "correct its path in nightcrew.toml", plan.name)
        return
    if not is_repository(path):
        remedy = f"make it one: cd {path} && git init && git add . && git commit"
        yield fail(f"{path}: not a git repository", remedy, plan.name)
        return
    git = Git(path, CALL_S)
    try:
        yield from _base(git, plan)
        yield from _identity(git, plan)
        yield from _landing(git, plan)
    except GitError as problem:
        yield fail(one_line(str(problem), 200), "see what git says there", plan.name)


def _base(git: Git, plan: RepoPlan) -> Iterator[Finding]:
    base = plan.branch or "HEAD"
    if not git.succeeds("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"):
        if plan.branch:
            yield fail(f"no branch {base}", "correct the branch setting", plan.name)
        else:
            yield fail(f"{plan.path}: no commit yet", "make a first commit there", plan.name)
    elif plan.base == "upstream":
        yield from _upstream(git, plan)


def _upstream(git: Git, plan: RepoPlan) -> Iterator[Finding]:
    branch = plan.branch or git.run("symbolic-ref", "--short", "-q", "HEAD", ok_codes=(0, 1))
    remote = git.run("config", "--get", f"branch.{branch}.remote", ok_codes=(0, 1))
    if not remote:
        remedy = f"git branch --set-upstream-to=REMOTE/{branch or 'BRANCH'}, or base = 'head'"
        yield fail('base = "upstream", but the branch has none', remedy, plan.name)
        return
    try:
        git.run("ls-remote", "--quiet", remote, "HEAD", remote=True)
    except GitError as problem:
        said = one_line(str(problem), 160)
        remedy = "make `git fetch` work there without a prompt (a credential helper or an ssh key)"
        yield fail(f"remote {remote} cannot be read without a person: {said}", remedy, plan.name)


def _identity(git: Git, plan: RepoPlan) -> Iterator[Finding]:
    said = git.run("config", "--get-regexp", r"^user\.(name|email)$", ok_codes=(0, 1))
    known = {key for key, _, value in (line.partition(" ") for line in said.splitlines()) if value}
    for what in ("name", "email"):
        if f"user.{what}" not in known:
            remedy = f"git config --global user.{what} …"
            yield warn(f"git has no user.{what}: commits are made as Nightcrew", remedy, plan.name)


def _landing(git: Git, plan: RepoPlan) -> Iterator[Finding]:
    if not os.access(plan.path, os.W_OK):
        yield warn(
            f"{plan.path}: not writable", "work cannot be fetched into it; make it so", plan.name
        )
    if plan.landing is not Landing.COMMIT or git.run("rev-parse", "--is-bare-repository") == "true":
        return
    if git.run("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"):
        said = 'landing = "commit" refuses while the checkout has uncommitted changes'
        yield warn(said, f"commit or stash them in {plan.path}", plan.name)
