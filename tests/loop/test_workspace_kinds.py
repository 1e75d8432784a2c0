"""Repositories as there are: submodules, other hashes, LFS, strange settings, two at once."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import commit, everything, git, repository, write

from loop.errors import RepositoryRefused
from loop.workspace import Workspace
from policies.plan import RepoPlan


def cycle(user: Path, state: Path, files: dict[str, str], **plan: object) -> tuple[str, ...]:
    """Do one cycle's work, merge it as a person would, and give the cycle's notes."""
    workspace = Workspace.open(RepoPlan(name=user.name, path=str(user)).evolve(**plan), state)
    base = workspace.prepare()
    assert not workspace.changed()
    write(workspace.path, files)
    assert workspace.changed()
    workspace.commit_rest("Improve it\n")
    workspace.publish()
    git(user, "merge", "-q", "nightcrew/work")
    for name, text in files.items():
        assert (user / name).read_text() == text
    return base.notes


@pytest.fixture
def submodule(tmp_path):
    inner = repository(tmp_path / "inner", {"i.txt": "i\n"})
    user = repository(tmp_path / "user")
    git(user, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    git(user, "commit", "-q", "-m", "with a submodule")
    return user


def test_submodules_are_left_as_they_are_and_said(submodule, tmp_path):
    before = git(submodule, "rev-parse", "HEAD:sub")
    workspace = Workspace.open(RepoPlan(name="user", path=str(submodule)), tmp_path / "w")
    base = workspace.prepare()
    assert any("submodules are not initialised" in note for note in base.notes)
    git(workspace.path, "-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init")
    commit(workspace.path / "sub", {"i.txt": "changed\n"})
    write(workspace.path, {"a.txt": "a\n"})
    workspace.commit_rest("Improve it\n")
    workspace.publish()
    assert git(submodule, "rev-parse", "nightcrew/work:sub") == before
    git(submodule, "merge", "-q", "nightcrew/work")


def test_a_submodules_own_checkout_can_be_worked_on(submodule, tmp_path):
    git(submodule / "sub", "checkout", "-q", "-B", "main")
    cycle(submodule / "sub", tmp_path / "w", {"i.txt": "better\n"})


def test_a_repository_of_the_other_hash_works(tmp_path):
    user = tmp_path / "user"
    user.mkdir()
    git(user, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(user, {"a.txt": "1\n"})
    cycle(user, tmp_path / "w", {"a.txt": "2\n"})
    assert len(git(user, "rev-parse", "nightcrew/work")) == 64


def test_files_in_lfs_are_pointers_and_said(tmp_path):
    user = repository(
        tmp_path / "user",
        {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "x.bin": "pointer\n"},
    )
    git(user, "config", "filter.lfs.process", "git-lfs-that-is-not-there filter-process")
    git(user, "config", "filter.lfs.required", "true")
    workspace = Workspace.open(RepoPlan(name="user", path=str(user)), tmp_path / "w")
    assert any("LFS are pointers" in note for note in workspace.prepare().notes)
    assert (workspace.path / "x.bin").read_text() == "pointer\n"


@pytest.mark.parametrize("name", ['it\'s "a" name', "ünï", "-dash", "$HOME", "~"])
def test_a_path_of_any_name_works(tmp_path, name):
    cycle(repository(tmp_path / name), tmp_path / "w", {"a.txt": "2\n"}, name="user")


def test_line_ends_survive_a_night(tmp_path):
    user = repository(tmp_path / "user", {".gitattributes": "*.txt text\n"})
    git(user, "config", "core.autocrlf", "true")
    (user / "a.txt").write_bytes(b"1\r\n2\r\n")
    git(user, "add", "-A")
    git(user, "commit", "-q", "-m", "crlf")
    workspace = Workspace.open(RepoPlan(name="user", path=str(user)), tmp_path / "w")
    workspace.prepare()
    assert (workspace.path / "a.txt").read_bytes() == b"1\r\n2\r\n"
    assert not workspace.changed()
    (workspace.path / "a.txt").write_bytes(b"1\r\nchanged\r\n")
    workspace.commit_rest("Improve it\n")
    workspace.publish()
    assert git(user, "diff", "--numstat", "main", "nightcrew/work").split() == ["1", "1", "a.txt"]


def test_a_person_without_an_identity_gets_ours(tmp_path, monkeypatch):
    user = repository(tmp_path / "user")
    git(user, "config", "--unset", "user.name")
    git(user, "config", "--unset", "user.email")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    cycle(user, tmp_path / "w", {"a.txt": "2\n"})
    by = git(user, "log", "-1", "--format=%an <%ae>", "nightcrew/work")
    assert by == "Nightcrew <nightcrew@localhost>"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda user: (user / "in").mkdir() or user / "in", "lies inside the repository"),
        (lambda user: git(user, "branch", "nightcrew") or user, "leaves no room"),
    ],
)
def test_what_leaves_us_no_place_is_refused(tmp_path, spoil, said):
    path = spoil(repository(tmp_path / "user"))
    with pytest.raises(RepositoryRefused, match=said) as caught:
        Workspace.open(RepoPlan(name="user", path=str(path)), tmp_path / "w")
    assert "\n" not in str(caught.value)


def test_a_repository_of_another_user_is_refused_with_the_remedy(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    user = repository(tmp_path / "user")
    os.chown(user, 12345, 12345)
    os.chown(user / ".git", 12345, 12345)
    with pytest.raises(RepositoryRefused, match=r"belongs to another user.*safe\.directory"):
        Workspace.open(RepoPlan(name="user", path=str(user)), tmp_path / "w")


def test_a_clone_below_a_repository_without_its_git_folder_leaves_that_one_alone(tmp_path):
    home = repository(tmp_path / "home", {"dotfile": "mine\n", ".gitignore": "state\nwork\n"})
    user = repository(home / "work/user")
    workspace = Workspace.open(RepoPlan(name="user", path=str(user)), home / "state/w")
    workspace.prepare()
    before = everything(home / ".git")
    (workspace.path / ".git").rename(tmp_path / "gone")
    write(workspace.path, {"a.txt": "2\n"})
    assert workspace.changed()
    workspace.commit_rest("Improve it\n")
    workspace.restart()
    assert everything(home / ".git") == before
    assert (home / "dotfile").read_text() == "mine\n"


def test_two_repositories_are_worked_on_at_once(tmp_path):
    users = [repository(tmp_path / f"user{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(cycle, user, tmp_path / "w" / user.name, {"a.txt": f"{user.name}\n"})
            for user in users
        ]
        assert [job.result() for job in jobs] == [()] * 4
