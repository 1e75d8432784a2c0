"""Keeps files that the program itself writes (ledger, tracker) out of an agent's commits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from loop.git import Git
from loop.git_facts import tree_of


def restore_in_index(git: Git, start: str, names: tuple[str, ...], env: dict[str, str]) -> None:
    """Give *names* in the index that *env* names the version of *start*, or none."""
    for name in names:
        listed = git.run("ls-files", "-z", "--", _exactly(name), env=env).encode(
            "utf-8", "surrogateescape"
        )
        git.run("update-index", "--force-remove", "-z", "--stdin", stdin=listed, env=env)
        entry = git.run("ls-tree", "-z", start, "--", name).rstrip("\0")
        if entry:
            mode, _, rest = entry.partition(" ")
            blob = rest.split()[1]
            git.run("update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}", env=env)


def agents_versions(git: Git, start: str, names: tuple[str, ...]) -> dict[str, bytes]:
    """Give those of *names* that the agent wrote, and put the work tree's files back."""
    found: dict[str, bytes] = {}
    for name in names:
        place = git.cwd / name
        before = _blob(git, f"{start}:{name}")
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


def _blob(git: Git, name: str) -> bytes | None:
    code, text = git.call("cat-file", "blob", name, ok_codes=(0, 128), raw=True)
    return None if code else text.encode("utf-8", "surrogateescape")


def _exactly(name: str) -> str:
    return f":(top,literal){name}"
