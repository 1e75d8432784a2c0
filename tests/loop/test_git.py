"""Git calls end, never prompt, and run nothing that a repository names."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from hostile import ATTRIBUTES, Hostile
from repositories import git, repository, write

from loop.errors import GitError
from loop.git import Git
from loop.git_safety import Entry, settings_for, ssh_command
from loop.landing import commit_ledger, land
from loop.workspace import Workspace
from policies.plan import Landing, RepoPlan
from tests.waiting import until_gone

FILES = {"a.txt": "1\n", "b.bin": "1\n", "c": "1\n", ".gitattributes": ATTRIBUTES}


@pytest.fixture
def user(tmp_path):
    made = repository(tmp_path / "user", FILES)
    git(tmp_path, "clone", "-q", "--bare", str(made), "origin.git")
    git(made, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(made, "fetch", "-q", "origin")
    git(made, "branch", "-q", "-u", "origin/main")
    return made


@pytest.fixture
def hostile(tmp_path):
    return Hostile(tmp_path / "hostile")


def test_the_trap_works_where_git_is_not_kept_safe(tmp_path, hostile):
    trapped = repository(tmp_path / "trapped", {"c": "1\n"})
    git(trapped, "remote", "add", "origin", str(tmp_path))
    hostile.arm(trapped / ".git")
    for args in (
        ["-c", "commit.gpgSign=false", "commit", "--allow-empty", "-m", "x"],
        ["commit", "--allow-empty", "-m", "x"],
        ["fetch", "origin"],
    ):
        git(trapped, *args, check=False)
    write(trapped, {"a.txt": "2\n", "b.bin": "2\n", "c": "2\n"})
    for args in (["diff", "c"], ["add", "a.txt"], ["add", "b.bin"]):
        git(trapped, *args, check=False)
    wanted = [
        "fsmonitor",
        "clean",
        "process",
        "gpg",
        "upload-pack",
        "diff-command",
        "hook-pre-commit",
    ]
    assert {*wanted, "hook-reference-transaction"} <= set(hostile.ran())


@pytest.mark.parametrize("base", ["head", "upstream"])
def test_a_whole_story_runs_nothing_that_the_repositories_name(user, tmp_path, hostile, base):
    hostile.arm(user / ".git")
    hostile.arm(tmp_path / "origin.git")
    plan = RepoPlan(name="user", path=str(user), landing=Landing.COMMIT, base=base)
    for turn in ("first", "second"):
        workspace = Workspace.open(plan, tmp_path / "workspace")
        base_found = workspace.prepare()
        hostile.arm(workspace.path / ".git")
        write(workspace.path, {turn: "new\n", f"{turn}.new": "x\n"})
        assert workspace.changed()
        workspace.commit_rest("Change it\n")
        workspace.publish()
        if turn == "first":
            advance(user if base == "head" else tmp_path / "origin.git")
    land(plan, workspace, base_found)
    write(user, {"INCIDENTS.md": "# Incidents\n"})
    commit_ledger(plan, "Record it\n")
    hostile.arm(workspace.path / ".git")
    write(workspace.path, {"a.txt": "failed\n", "b.bin": "failed\n"})
    workspace.prepare()
    write(workspace.path, {"a.txt": "failed\n", "b.bin": "failed\n"})
    assert workspace.keep_failed("cycle-3", "Keep it\n") == "nightcrew/failed/cycle-3"
    assert hostile.ran() == []
    assert (user / "first").read_text() == "new\n"


def advance(user: Path) -> None:
    """A person's commit, made with nothing of the repository's configuration."""
    unhooked = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
    tree = git(user, *unhooked, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "by a person")
    git(user, *unhooked, "update-ref", "refs/heads/main", tree)


def test_a_call_that_hangs_is_ended_with_its_whole_group(user, tmp_path):
    pid_file = tmp_path / "pid"
    hang = f"!sh -c 'sleep 300 & echo $! > {pid_file}; wait'"
    git(user, "config", "alias.hang", hang)
    begun = time.monotonic()
    with pytest.raises(GitError, match=r"git hang in .* did not end within 1 s") as caught:
        Git(user, timeout_s=1).run("hang")
    assert time.monotonic() - begun < 10
    assert "\n" not in str(caught.value)
    until_gone(int(pid_file.read_text()))


def test_a_remote_that_wants_a_password_is_an_error_at_once(tmp_path, user):
    git(user, "remote", "set-url", "origin", "https://localhost:9/private.git")
    with pytest.raises(GitError, match=r"git fetch in "):
        Git(user, timeout_s=20).run("fetch", "origin", remote=True)


def test_other_machines_are_reached_only_when_that_is_asked_for(user):
    with pytest.raises(GitError, match="not allowed"):
        Git(user).run("fetch", "https://localhost:9/x.git")


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT"])
def test_our_own_environment_does_not_name_the_repository(user, tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert Git(user).run("rev-parse", "--show-toplevel") == str(user)


def test_bytes_that_are_no_text_come_back_as_they_were(user):
    blob = Git(user).run("hash-object", "-w", "--stdin", stdin=b"\xff\x00a\r\n\n")
    back = Git(user).call("cat-file", "blob", blob, raw=True)[1]
    assert back.encode("utf-8", "surrogateescape") == b"\xff\x00a\r\n\n"


def test_an_error_is_one_line_with_verb_place_and_cause(user):
    with pytest.raises(GitError) as caught:
        Git(user).run("rev-parse", "--verify", "gone")
    assert str(caught.value) == f"git rev-parse in {user}: fatal: Needed a single revision"


def test_the_persons_own_helpers_and_ssh_command_stay():
    entries = [
        Entry("global", "credential.helper", "store"),
        Entry("local", "credential.helper", "/evil"),
        Entry("local", "credential.https://x.helper", "/evil"),
        Entry("global", "core.sshcommand", "ssh -i key"),
        Entry("local", "core.sshcommand", "/evil"),
    ]
    helpers = [s for s in settings_for(entries, local_only=False) if "helper" in s[0].lower()]
    assert helpers == [
        ("credential.helper", ""),
        ("credential.helper", ""),
        ("credential.https://x.helper", ""),
        ("credential.helper", "store"),
    ]
    assert ssh_command(entries, {}) == "ssh -i key -oBatchMode=yes"
    assert ssh_command([], {}).startswith("ssh -oBatchMode=yes")
    assert ssh_command(entries, {"GIT_SSH_COMMAND": "/own/wrapper"}) == "/own/wrapper"
