"""Reads a workspace's tracked files for a prompt: text only, regular files only, bounded.

A repository may track a symbolic link to anywhere, a huge file or a broken encoding; none of these
may reach a prompt or stop a cycle.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from loop.git import Git
from policies.generated import is_generated_path, is_generated_text
from policies.material import LIST_LIMIT_BYTES, bounded_lines

FILE_LIMIT_BYTES = 512 * 1024
"""A larger file is not searched for markers."""
FILES_LIMIT = 5_000
"""Files searched for markers, in the order of their paths."""
PER_FILE = 3
"""Markers shown of one file: one neglected file must not hide the others."""
SEARCH_LIMIT_S = 5.0

_WORD = re.compile(r"\b(?:TODO|FIXME)\b")
_COMMENT = re.compile(r"(?:^|[\s;,)}\]])(?:#+|//+|/\*+|\*|<!--|--|;|%)(?P<between>[^\"'`]*)$")
_TALK = re.compile(r"\s*(?:[/|,\\]|(?:and|or|markers?|comments?)\b)")
"""What follows the word where a text speaks about markers and is none."""
_LFS = b"version https://git-lfs.github.com/spec"


def tracked_files(git: Git) -> tuple[str, ...]:
    """Give the paths that git tracks in the workspace, sorted. Raises GitError."""
    return tuple(sorted({path for path in git.run("ls-files", "-z").split("\0") if path}))


def read_head(workspace: Path, path: str, limit_bytes: int) -> str | None:
    """Give the first *limit_bytes* of a tracked text file; None for anything else.

    Links are not followed, nothing outside the workspace is opened, nothing blocks.
    """
    try:
        if not (workspace / path).parent.resolve().is_relative_to(workspace.resolve()):
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(workspace / path, flags)
    except (OSError, ValueError):
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        data = file.read(limit_bytes)
    if b"\0" in data or data.startswith(_LFS):
        return None
    return data.decode("utf-8", "replace")


def markers(
    workspace: Path,
    paths: Sequence[str],
    skip: frozenset[str],
    clock: Callable[[], float] = time.monotonic,
) -> tuple[str, ...]:
    """Give `path:line: text` of TODO and FIXME comments, FIXME first, within the limits."""
    ends = clock() + SEARCH_LIMIT_S
    found: list[tuple[bool, str, int, str]] = []
    for path in [p for p in paths if p not in skip and not is_generated_path(p)][:FILES_LIMIT]:
        if clock() > ends:
            break
        found.extend((not t.startswith("FIXME"), path, n, t) for n, t in _in(workspace, path))
    return bounded_lines((f"{path}:{n}: {t}" for _, path, n, t in sorted(found)), LIST_LIMIT_BYTES)


def _in(workspace: Path, path: str) -> Iterator[tuple[int, str]]:
    text = read_head(workspace, path, FILE_LIMIT_BYTES + 1)
    if text is None or len(text) > FILE_LIMIT_BYTES or ("TODO" not in text and "FIXME" not in text):
        return
    if is_generated_text(text):
        return
    shown = 0
    for n, line in enumerate(text.split("\n"), start=1):
        if shown < PER_FILE and (marker := _marker(line[:400])):
            shown += 1
            yield n, marker


def _marker(line: str) -> str | None:
    """Give the marker of *line* from its word on: it begins a comment, or bears a colon or a name."""
    word = _WORD.search(line)
    if word is None or _TALK.match(line, word.end()):
        return None
    before, named = line[: word.start()], line[word.end() : word.end() + 1] in {":", "("}
    comment = _COMMENT.search(before)
    begins = comment is not None and not comment["between"].strip("*@- \t")
    is_marker = begins or (named and (comment is not None or not before.strip()))
    return line[word.start() :].strip() if is_marker else None
