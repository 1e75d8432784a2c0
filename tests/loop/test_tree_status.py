"""Whether a work tree is as its commit, in one call."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import commit, git, repository, write

from loop.git import Git
from loop.tree_status import tree_status


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", {"a.txt": "1\n", ".gitignore": "ignored\n"})


def test_as_committed(user):
    write(user, {"ignored": "x\n"})
    found = tree_status(Git(user))
    head = git(user, "rev-parse", "HEAD")
    assert (found.head, found.branch, found.is_clean) == (head, "main", True)
    assert found.is_at(head)
    commit(user, {"b.txt": "b\n"})
    assert not tree_status(Git(user)).is_at(head)


@pytest.mark.parametrize(
    "deed", ["changed", "new", "# branch.oid x", "staged", "deleted", "renamed", "mode", "hidden"]
)
def test_any_change_is_one(user, deed):
    place = user / "a.txt"
    if deed in ("changed", "staged"):
        write(user, {"a.txt": "2\n"})
    if deed == "staged":
        git(user, "add", "a.txt")
    if deed in ("new", "# branch.oid x"):
        write(user, {deed: "x\n"})
    if deed == "deleted":
        place.unlink()
    if deed == "renamed":
        git(user, "mv", "a.txt", "# branch.head x")
    if deed == "mode":
        place.chmod(0o755)
    if deed == "hidden":  # no file differs, but the index does
        git(user, "rm", "-q", "--cached", "a.txt")
    found = tree_status(Git(user))
    assert not found.is_clean
    assert found.branch == "main"


def test_a_detached_head_and_none_at_all(user, tmp_path):
    git(user, "checkout", "-q", "--detach")
    assert tree_status(Git(user)).branch is None
    git(tmp_path, "init", "-q", "-b", "main", "fresh")
    fresh = tree_status(Git(tmp_path / "fresh"))
    assert (fresh.head, fresh.branch, fresh.is_clean) == (None, "main", True)
