"""Questions to a repository that have a short answer."""

from __future__ import annotations

from loop.errors import GitError
from loop.git import Git


def ids_of(git: Git, *names: str) -> list[str | None]:
    """Give the object that each of *names* leads to, None where there is none: all in one call."""
    rows = git.run("cat-file", "--batch-check", stdin=_lines(names)).split("\n")
    return [row.split()[0] if _is_found(row) else None for row in rows]


def blobs_of(git: Git, *names: str) -> list[bytes | None]:
    """Give the content of each file of *names*, None where there is none: all in one call."""
    text = git.call("cat-file", "--batch", stdin=_lines(names), raw=True)[1]
    rest = text.encode("utf-8", "surrogateescape")
    found: list[bytes | None] = []
    for _ in names:
        head, _, rest = rest.partition(b"\n")
        row = head.decode("utf-8", "surrogateescape")
        content = rest[: int(row.split()[-1])] if _is_found(row) else None
        if content is not None:
            rest = rest[len(content) + 1 :]  # with the newline behind it
        found.append(content if " blob " in row else None)
    return found


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
    """Say whether two commits hold the same files; False also where one of them is not there."""
    first, second = ids_of(git, f"{one}^{{tree}}", f"{other}^{{tree}}")
    return first is not None and first == second


def _lines(names: tuple[str, ...]) -> bytes:
    """Give *names* as git's `--batch` reads them: one a line."""
    for name in names:
        if "\n" in name:
            raise GitError(f"git cat-file: {name!r} has a line break in its name; rename it")
    return "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")


def _is_found(row: str) -> bool:
    """A missing name comes back with a word behind it, a found one as object, kind and size."""
    return row.rpartition(" ")[2].isdigit()
