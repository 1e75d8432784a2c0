"""Questions to a repository that have a short answer."""

from __future__ import annotations

from loop.git import Git


def commit_of(git: Git, name: str) -> str:
    """Give the commit that *name* means. Raises GitError when there is none."""
    return git.run("rev-parse", "--verify", "-q", f"{name}^{{commit}}")


def has(git: Git, name: str) -> bool:
    """Say whether there is such an object, or a name that leads to one."""
    return git.call("cat-file", "-e", name, ok_codes=(0, 1, 128))[0] == 0


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Say whether *newer* holds *older*; False also where one of them is not there."""
    return git.call("merge-base", "--is-ancestor", older, newer, ok_codes=(0, 1, 128))[0] == 0


def tree_of(git: Git, name: str) -> str:
    """Give the tree of a commit: equal for equal files."""
    return git.run("rev-parse", "--verify", "-q", f"{name}^{{tree}}")


def same_files(git: Git, one: str, other: str) -> bool:
    """Say whether two commits hold the same files."""
    return tree_of(git, one) == tree_of(git, other)
