"""The files of the workspace: what of them is the agent's work, and how they are brought back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from loop.errors import GitError
from loop.git import Git
from loop.git_facts import has
from loop.gitdir import make_writable, remove
from loop.takeout import differences, put_back

KEPT_FOLDERS = (".venv", "venv", "node_modules", ".tox", ".gradle", "vendor/bundle")
"""Folders that setup makes and that survive the cleaning between attempts."""

KEPT_IF_IGNORED = ("target",)
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
    kept = [f"/{name}" for name in (*KEPT_FOLDERS, *_ignored(git, KEPT_IF_IGNORED))]
    words = [word for name in kept for word in ("-e", name)]
    try:
        git.run("clean", "-ffdxq", *words)
    except GitError:
        make_writable(git.cwd)
        git.run("clean", "-ffdxq", *words)


def ignore_junk(git_dir: Path) -> None:
    """Have git ignore JUNK in this clone; what setup and checks had ignored stays so."""
    place = git_dir / "info" / "exclude"
    place.parent.mkdir(exist_ok=True)
    known = place.read_text("utf-8", "surrogateescape") if place.is_file() else ""
    missing = [pattern for pattern in JUNK if pattern not in known.splitlines()]
    if missing:
        remove(place)  # never written in place: it could be a hard link to a file of the user's
        text = "\n".join([*missing, known])
        place.write_text(text, "utf-8", "surrogateescape")


def honest_index(git: Git, git_dir: Path) -> tuple[str, ...]:
    """Make the index anew if it is broken, or told to overlook changes.

    Gives the files that a merge or rebase left in conflict, sorted.
    """
    code, listed = git.call("ls-files", "-v", "-z", ok_codes=(0, 128))
    rows = [row for row in listed.split("\0") if row]
    if code == 0 and all(row[0] in "HM" for row in rows):
        return tuple(sorted({row[2:] for row in rows if row.startswith("M")}))
    remove(git_dir / "index")
    if has(git, "HEAD"):
        git.run("read-tree", "HEAD")
    return ()


def stage_all(git: Git, start: str, own: tuple[str, ...], env: dict[str, str]) -> str:
    """Put the work tree into the index that *env* names and give its tree.

    *own* files are as in *start*. A repository made inside counts as plain files; submodules stay
    as they are in *start*, since their new commits would be nowhere.
    """
    put_back(git, [one for one in differences(git, start, env) if one.mode == _GITLINK], env)
    _open_nested(git, env)
    # `add` would start git inside each submodule, with the filters that its own settings name.
    links = [f":(exclude,top,literal){name}" for name in _links(git, env)]
    git.run("add", "-A", "--", ".", *links, env=env)
    changed = differences(git, start, env)
    put_back(git, [one for one in changed if one.mode == _GITLINK or _is_of(one.name, own)], env)
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


def _ignored(git: Git, names: tuple[str, ...]) -> list[str]:
    """Give those of the folders *names* that are there and that git ignores."""
    there = [git.cwd / name for name in names]
    there = [place for place in there if place.is_dir() and not place.is_symlink()]
    ask = ("check-ignore", "-q", "--no-index", "--")
    return [place.name for place in there if git.succeeds(*ask, f"{place.name}/")]


def _is_of(name: str, own: tuple[str, ...]) -> bool:
    """Say whether *name* is one of *own* files, or in a folder that took its place."""
    return any(name == one or name.startswith(f"{one}/") for one in own)


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
