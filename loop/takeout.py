"""Keeps files that the program itself writes (ledger, tracker) out of an agent's commits."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from loop.git import Git
from loop.git_facts import blobs_of, tree_of


class Difference(NamedTuple):
    """A file of the index that is not as it was."""

    name: str
    was: str
    """Its mode and object then; mode 0: it was not there."""
    mode: str
    """Its mode now."""


def differences(git: Git, start: str, env: dict[str, str], *names: str) -> list[Difference]:
    """Give what of the index that *env* names differs from *start*; *names* alone, if there are any."""
    ask = ("--cached", "--raw", "--no-abbrev", "-z", "--no-renames", "--ignore-submodules=none")
    fields = git.run("diff-index", *ask, start, "--", *map(_exactly, names), env=env).split("\0")
    rows = ((row.split(), name) for row, name in zip(fields[0::2], fields[1::2], strict=False))
    return [Difference(name, f"{old[1:]} {was}", mode) for (old, mode, was, *_), name in rows]


def put_back(git: Git, changed: list[Difference], env: dict[str, str]) -> None:
    """Make the index that *env* names as it was before *changed*."""
    if not changed:
        return
    # Sorted, what was not there (mode 000000) goes first: it may lie where a file has to come back.
    rows = sorted(f"{one.was}\t{one.name}" for one in changed)
    stdin = "".join(f"{row}\0" for row in rows).encode("utf-8", "surrogateescape")
    git.run("update-index", "-z", "--index-info", stdin=stdin, env=env)


def restore_in_index(git: Git, start: str, names: tuple[str, ...], env: dict[str, str]) -> None:
    """Give *names* in the index that *env* names the version of *start*, or none."""
    put_back(git, differences(git, start, env, *names), env)


def agents_versions(git: Git, start: str, names: tuple[str, ...]) -> dict[str, bytes]:
    """Give those of *names* that the agent wrote, and put the work tree's files back."""
    found: dict[str, bytes] = {}
    before_all = blobs_of(git, *(f"{start}:{name}" for name in names))
    for name, before in zip(names, before_all, strict=True):
        place = git.cwd / name
        now = place.read_bytes() if place.is_file() and not place.is_symlink() else None
        if now is not None and now != before:
            found[name] = now
        if before is not None and now != before:
            git.run("checkout", "-q", start, "--", _exactly(name))
        elif before is None and now is not None:
            place.unlink()
    return found


def rewritten(git: Git, start: str, head: str, names: tuple[str, ...]) -> str:
    """Give *head* with commits since *start* that leave *names* alone; empty commits fall out.

    Later rebases are made commit by commit, so that the last state being right is not enough.
    """
    if not git.run("rev-list", "-1", f"{start}..{head}", "--", *map(_exactly, names)):
        return head
    new: dict[str, str] = {}
    listed = git.run("rev-list", "--reverse", "--topo-order", "--parents", f"{start}..{head}")
    for row in listed.splitlines():
        commit, *parents = row.split()
        new[commit] = _again(git, start, commit, [new.get(p, p) for p in parents], names)
    return new[head]


def _again(git: Git, start: str, commit: str, parents: list[str], names: tuple[str, ...]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", commit, env=env)
        restore_in_index(git, start, names, env)
        tree = git.run("write-tree", env=env)
    if len(parents) == 1 and tree == tree_of(git, parents[0]):
        return parents[0]
    shown = git.run("show", "-s", "--format=%an%x00%ae%x00%aI%x00%B", commit)
    name, email, date, message = shown.split("\0", 3)
    by = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": date}
    words = [word for parent in parents for word in ("-p", parent)]
    return git.run(
        "commit-tree", tree, *words, stdin=message.encode("utf-8", "surrogateescape"), env=by
    )


def _exactly(name: str) -> str:
    return f":(top,literal){name}"
