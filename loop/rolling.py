"""The rolling branch: work that is not merged yet, carried over to the newest base."""

from __future__ import annotations

from loop.errors import GitError, LandingRefused
from loop.git import Git
from loop.git_facts import commit_of, same_files, tree_of


def without_rebase(git: Git, base: str, tip: str) -> str | None:
    """Give the start where *base* or *tip* holds the other; None: see `carried_over`."""
    listed = git.run("rev-list", "--left-right", "--count", f"{base}...{tip}")
    only_base, only_tip = map(int, listed.split())
    if not only_tip:
        return base
    if not only_base:
        return base if same_files(git, base, tip) else tip
    return None


def carried_over(git: Git, base: str, tip: str) -> str:
    """Give the commit that holds *base* and what of *tip* is not in it yet; *base* if all is.

    Works in git's clean work tree. Raises LandingRefused when the two conflict.
    """
    if _is_squashed_into(git, base, tip):
        return base
    since = git.call("merge-base", base, tip, ok_codes=(0, 1))[1]
    if not since:
        raise LandingRefused(f"{tip[:12]} has no history in common with {base[:12]}")
    git.run("checkout", "-q", "-f", "--detach", tip)
    head = rebased(git, since, base)
    return base if same_files(git, base, head) else head


def rebased(git: Git, since: str, onto: str) -> str:
    """Put the commits from *since* to HEAD on top of *onto* and give the new HEAD.

    Raises LandingRefused when they conflict; HEAD is then as it was.
    """
    try:
        git.run("rebase", "-q", "--onto", onto, since, "HEAD")
    except GitError as error:
        git.call("rebase", "--abort", ok_codes=(0, 1, 128))
        raise LandingRefused(f"the work conflicts with {onto[:12]}: {error}") from error
    return commit_of(git, "HEAD")


def _is_squashed_into(git: Git, base: str, tip: str) -> bool:
    """Merging brings nothing: also seen where the single commits would conflict in a rebase."""
    git.run("checkout", "-q", "-f", "--detach", base)
    code, _ = git.call("merge", "-q", "--squash", tip, ok_codes=(0, 1, 2, 128))
    merged = git.run("write-tree") if code == 0 else ""
    git.run("reset", "-q", "--hard", base)
    return merged == tree_of(git, base)
