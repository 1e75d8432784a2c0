"""Real git repositories for tests, as people have them."""

import os
import subprocess
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(where: Path, *args: str, check: bool = True) -> str:
    """Run git as a person would."""
    ended = subprocess.run(
        ["git", *args],
        cwd=where,
        env=os.environ | IDENTITY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def write(where: Path, files: dict[str, str]) -> None:
    """Write *files*, a text a path."""
    for name, text in files.items():
        place = where / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")


def commit(where: Path, files: dict[str, str], message: str = "change") -> str:
    """Write and commit *files*; give the commit."""
    write(where, files)
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", message)
    return git(where, "rev-parse", "HEAD")


def repository(where: Path, files: dict[str, str] | None = None) -> Path:
    """Make a repository with one commit on branch main."""
    where.mkdir(parents=True, exist_ok=True)
    git(where, "init", "-q", "-b", "main")
    git(where, "config", "user.name", "Ada")
    git(where, "config", "user.email", "ada@example.org")
    commit(where, files or {"README.md": "# a\n"}, "first")
    return where


def everything(where: Path) -> dict[str, bytes]:
    """Give every file of a checkout, .git too, but for what only git's own reading changes."""
    return {
        str(path.relative_to(where)): path.read_bytes()
        for path in sorted(where.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
