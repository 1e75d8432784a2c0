"""The files of the workspace: what of them is the agent's work, and how they are brought back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from loop.errors import GitError
from loop.git import Git
from loop.git_facts import has
from loop.gitdir import make_writable, remove
from loop.takeout import restore_in_index

KEPT_FOLDERS = (".venv", "venv", "node_modules", ".tox", ".gradle", "vendor/bundle")
"""Folders that setup makes and that survive the cleaning between attempts."""

KEPT_IF_IGNORED = (*KEPT_FOLDERS, "target")
"""Not ignored, such a folder may as well be a failed attempt's source."""

JUNK = (
    "__pycache__/",
    "*.pyc",
    ".pytest_cache/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".DS_Store",
    ".aider*",
    ".venv",
    ".tox",
    "node_modules",
)
"""What tools leave while they run: never somebody's work, also where no .gitignore says so."""

_GITLINK = "160000"


def clean(git: Git) -> None:
    """Remove what is not tracked, but for folders that setup made."""
    kept = [word for name in KEPT_FOLDERS for word in ("-e", f"/{name}")]
    kept_if_ignored = [word for name in KEPT_IF_IGNORED for word in ("-e", f"!/{name}")]
    for flags in (["-ffdq", *kept], ["-ffdXq", *kept_if_ignored]):
        try:
            git.run("clean", *flags)
        except GitError:
            make_writable(git.cwd)
            git.run("clean", *flags)


def ignore_junk(git_dir: Path) -> None:
    """Have git ignore JUNK in this clone; what setup and checks had ignored stays so."""
    place = git_dir / "info" / "exclude"
    place.parent.mkdir(exist_ok=True)
    known = place.read_text("utf-8", "surrogateescape") if place.is_file() else ""
    missing = [pattern for pattern in JUNK if pattern not in known.splitlines()]
    if missing:
        text = "\n".join([*missing, known])
        place.write_text(text, "utf-8", "surrogateescape")


def honest_index(git: Git, git_dir: Path) -> None:
    """Make the index anew if it is broken, or told to overlook changes."""
    code, listed = git.call("ls-files", "-v", "-z", ok_codes=(0, 128))
    if code == 0 and all(row[0] in "HM" for row in listed.split("\0") if row):
        return
    remove(git_dir / "index")
    if has(git, "HEAD"):
        git.run("read-tree", "HEAD")


def unmerged(git: Git) -> list[str]:
    """Give the files that a merge or rebase left in conflict."""
    rows = git.run("ls-files", "-u", "-z").split("\0")
    return sorted({row.split("\t", 1)[1] for row in rows if row})


def stage_all(git: Git, start: str, own: tuple[str, ...], env: dict[str, str]) -> str:
    """Put the work tree into the index that *env* names and give its tree.

    *own* files are as in *start*. A repository made inside counts as plain files; submodules stay
    as they are in *start*, since their new commits would be nowhere.
    """
    restore_in_index(git, start, _changed_links(git, start, env), env)
    _open_nested(git, env)
    # `add` would start git inside each submodule, with the filters that its own settings name.
    links = [f":(exclude,top,literal){name}" for name in _links(git, env)]
    git.run("add", "-A", "--", ".", *links, env=env)
    restore_in_index(git, start, own, env)
    restore_in_index(git, start, _changed_links(git, start, env), env)
    return git.run("write-tree", env=env)


def tree_now(git: Git, git_dir: Path, start: str, own: tuple[str, ...]) -> str:
    """Give the tree that `stage_all` would; index and files are left alone."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "index"
        env = {"GIT_INDEX_FILE": str(copy)}
        if (git_dir / "index").is_file():
            # With its time: by it git knows which files may have changed since without a trace.
            shutil.copy2(git_dir / "index", copy)
        else:
            git.run("read-tree", start, env=env)
        return stage_all(git, start, own, env)


def _changed_links(git: Git, start: str, env: dict[str, str]) -> tuple[str, ...]:
    """Give the submodules of the index that are none, or at another commit, in *start*."""
    raw = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--ignore-submodules=none")
    rows = git.run(*raw, start, env=env).split("\0")
    pairs = zip(rows[0::2], rows[1::2], strict=False)
    return tuple(name for row, name in pairs if row.split()[1] == _GITLINK)


def _links(git: Git, env: dict[str, str]) -> list[str]:
    rows = git.run("ls-files", "-s", "-z", env=env).split("\0")
    return [row.partition("\t")[2] for row in rows if row.startswith(_GITLINK)]


def _open_nested(git: Git, env: dict[str, str]) -> None:
    listed = git.run("ls-files", "-z", "--others", "--exclude-standard", env=env).split("\0")
    nested = [git.cwd / name / ".git" for name in listed if name.endswith("/")]
    nested = [place for place in nested if place.exists() or place.is_symlink()]
    for place in nested:
        remove(place)
    if nested:  # one may hold another
        _open_nested(git, env)
