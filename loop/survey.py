"""What the user's repository is when a cycle begins: asked once, and passed on as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loop.git import Git
from loop.git_safety import Entry

HEADS = "refs/heads/"
TAGS = "refs/tags/"
OURS = "nightcrew"
"""Below this name are our branches."""

_PLACE = (
    "--is-bare-repository",
    "--is-inside-work-tree",
    "--show-prefix",
    "--show-object-format",
    "--git-dir",
)
_ROW = "%(objectname) %(refname)%(if)%(worktreepath)%(then) busy%(end)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A repository as it was found."""

    is_bare: bool
    is_top: bool
    """The folder is the repository's own, not one inside it."""
    object_format: str
    """Its hash: `sha1` or `sha256`."""
    head: str | None
    """HEAD's commit; None: nothing is committed yet."""
    branch: str | None
    """What HEAD points to; None: it is detached, or there is no commit yet."""
    refs: Mapping[str, str]
    """Objects by the full names of our branches, the plan's branch and the tags."""
    busy: frozenset[str]
    """Those of them that a work tree has checked out."""
    config: tuple[Entry, ...]

    def commit(self, branch: str) -> str | None:
        """Give the commit of the plan's branch, the current one or one of ours; None: not there."""
        return self.head if branch == self.branch else self.refs.get(HEADS + branch)

    def tags(self) -> dict[str, str]:
        """Give each tag's object by its full name."""
        return {name: found for name, found in self.refs.items() if name.startswith(TAGS)}


def survey(git: Git, branch: str | None) -> Survey:
    """Give what git finds in its folder; *branch* is the plan's. Raises GitError."""
    ask = (*_PLACE, "HEAD", "--symbolic-full-name", "HEAD")
    code, out = git.call("rev-parse", *ask, ok_codes=(0, 128))
    # Without a commit git fails at HEAD; without any answer there is no repository: let it say why.
    rows = (out or git.run("rev-parse", "--git-dir")).split("\n")
    is_bare, is_inside, prefix, object_format, git_dir = rows[: len(_PLACE)]
    head, name = rows[-2:] if code == 0 else (None, "")
    refs, busy = _refs(git, branch)
    return Survey(
        is_bare=is_bare == "true",
        is_top=git_dir == "." if is_bare == "true" else is_inside == "true" and not prefix,
        object_format=object_format,
        head=head,
        branch=name.removeprefix(HEADS) if name.startswith(HEADS) else None,
        refs=refs,
        busy=busy,
        config=git.config(),
    )


def _refs(git: Git, branch: str | None) -> tuple[dict[str, str], frozenset[str]]:
    wanted = [TAGS.rstrip("/"), HEADS + OURS, *([HEADS + branch] if branch else [])]
    listed = git.run("for-each-ref", f"--format={_ROW}", *wanted)
    rows = [row.split(" ") for row in listed.split("\n") if row]
    refs = {name: found for found, name, *_ in rows}
    return refs, frozenset(name for _, name, *is_busy in rows if is_busy)
