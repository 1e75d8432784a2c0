"""What is found of a repository, whatever kind it is of."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import git, repository

from loop.errors import GitError
from loop.git import Git
from loop.survey import Survey, survey


def seen(where: Path, branch: str | None = None) -> Survey:
    return survey(Git(where), branch)


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user")


def test_a_checkout(user):
    git(user, "tag", "-a", "v1", "-m", "first")
    git(user, "branch", "nightcrew/work")
    git(user, "branch", "nightcrew/failed/x")
    git(user, "branch", "other")
    found = seen(user)
    head = git(user, "rev-parse", "HEAD")
    assert (found.is_bare, found.is_top, found.object_format) == (False, True, "sha1")
    assert (found.branch, found.head) == ("main", head)
    assert found.commit("main") == found.commit("nightcrew/work") == head
    assert found.commit("other") is None  # nobody asked for it
    assert seen(user, "other").commit("other") == head
    assert found.tags() == {"refs/tags/v1": git(user, "rev-parse", "v1")}
    assert "user.name" in {entry.key for entry in found.config}


@pytest.mark.parametrize("name", ["HEAD", "other"])
def test_before_the_first_commit(tmp_path, name):
    place = tmp_path / "user"
    place.mkdir()
    git(place, "init", "-q")
    (place / name).write_text("a file of a confusing name\n")
    found = seen(place)
    assert (found.head, found.branch, found.is_top) == (None, None, True)


def test_a_detached_head(user):
    git(user, "checkout", "-q", "--detach")
    found = seen(user)
    assert found.branch is None
    assert found.head == git(user, "rev-parse", "HEAD")


def test_bare_and_linked(user, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(user), "bare.git")
    git(user, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "nightcrew/work")
    bare, linked = seen(tmp_path / "bare.git"), seen(tmp_path / "linked")
    assert (bare.is_bare, bare.is_top, bare.branch) == (True, True, "main")
    assert (linked.is_bare, linked.is_top, linked.branch) == (False, True, "nightcrew/work")
    assert seen(user).busy == {"refs/heads/nightcrew/work"}


@pytest.mark.parametrize("inside", ["folder", ".git", "bare.git/refs", "line\nbreak"])
def test_a_folder_inside_is_not_the_top(user, inside):
    git(user, "clone", "-q", "--bare", ".", "bare.git")
    (user / inside).mkdir(exist_ok=True)
    assert not seen(user / inside).is_top


def test_a_work_tree_elsewhere_is_not_the_top(user, tmp_path):
    git(user, "config", "core.worktree", str(tmp_path))
    assert not seen(user).is_top


def test_no_repository_says_so(tmp_path):
    with pytest.raises(GitError, match="not a git repository"):
        seen(tmp_path)
