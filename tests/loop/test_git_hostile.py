"""What a repository, or an agent in its clone, can name: none of it runs, none of it leads us out."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from hostile import ATTRIBUTES, Hostile
from repositories import commit, everything, git, repository, write

from loop.git import Git
from loop.landing import commit_ledger, land
from loop.leftovers import Leftovers
from loop.workspace import Workspace
from policies.plan import Landing, RepoPlan

FILES = {"a.txt": "1\n", "b.bin": "1\n", "c": "1\n", ".gitattributes": ATTRIBUTES}
UNHOOKED = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", FILES)


@pytest.fixture
def hostile(tmp_path):
    return Hostile(tmp_path / "hostile")


def opened(user: Path, tmp_path: Path) -> Workspace:
    plan = RepoPlan(name="user", path=str(user), landing=Landing.COMMIT)
    return Workspace.open(plan, tmp_path / "state" / "user")


def test_work_tree_settings_and_plain_hooks_run_nothing(user, tmp_path, hostile):
    hostile.arm(user / ".git")
    included = git(user, *UNHOOKED, "config", "--get", "include.path")
    git(user, *UNHOOKED, "config", "--unset", "include.path")
    git(user, *UNHOOKED, "config", "extensions.worktreeConfig", "true")
    git(user, *UNHOOKED, "config", "--worktree", "include.path", included)
    git(user, "status", check=False)
    assert "fsmonitor" in hostile.ran()
    hostile.forget()
    workspace = opened(user, tmp_path)
    base = workspace.prepare()
    write(workspace.path, {"c": "2\n"})
    workspace.commit_rest("Improve it\n")
    workspace.reword("Improve it well\n")
    workspace.publish()
    write(user, {"INCIDENTS.md": "# Incidents\n"})
    land(workspace.plan, workspace, base)
    commit_ledger(workspace.plan, "Record it\n")
    assert hostile.ran() == []
    assert git(user, *UNHOOKED, "log", "-2", "--format=%s").splitlines() == [
        "Record it",
        "Improve it well",
    ]


def armed_submodule(user: Path, hostile: Hostile) -> Path:
    """Give a nested repository of *user*'s history whose own settings name our programs."""
    inside = repository(user / "sub", {"a.txt": "1\n"})
    git(user, "add", "-f", "sub")
    write(user, {".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = x\n\tignore = none\n'})
    commit(user, {"d": "1\n"})
    hostile.arm(inside / ".git")
    return inside


def test_a_submodules_own_settings_run_nothing(user, hostile):
    inside = armed_submodule(user, hostile)
    settings = ("-c", "submodule.sub.ignore=none")
    write(inside, {"a.txt": "2\n"})
    git(user, *settings, "status", check=False)
    assert "fsmonitor" in hostile.ran()
    hostile.forget()
    ours = Git(user).with_settings(("submodule.sub.ignore", "none"))
    for n, args in enumerate((["status", "--porcelain"], ["diff"], ["diff", "HEAD"])):
        write(inside, {"a.txt": f"{n + 3}\n"})
        ours.run(*args)
    assert hostile.ran() == []


def test_a_submodule_that_an_agent_makes_runs_nothing(user, tmp_path, hostile):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    inside = armed_submodule(workspace.path, hostile)
    write(inside, {"a.txt": "2\n"})
    with Leftovers(workspace.path):
        write(inside, {"a.txt": "3\n"})
    assert workspace.changed()
    workspace.commit_rest("Improve it\n")
    workspace.publish()
    assert hostile.ran() == []
    assert git(user, "show", "nightcrew/work:d") == "1"


@pytest.mark.parametrize("then", ["restart", "commit", "keep", "open", "take up"])
def test_what_an_agent_writes_into_its_clone_runs_nothing(user, tmp_path, hostile, then):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"a.txt": "2\n", "b.bin": "2\n", "c": "2\n"})
    hostile.arm(workspace.path / ".git")
    if then == "restart":
        workspace.restart()
    if then == "commit":
        assert workspace.changed()
        workspace.commit_rest("Improve it\n")
        hostile.arm(workspace.path / ".git")  # a check runs the agent's code too
        workspace.reword("Improve it well\n")
        workspace.publish()
    if then == "keep":
        assert workspace.keep_failed("cycle-1", "Keep it\n")
    if then == "open":
        opened(user, tmp_path).prepare()
    if then == "take up":
        workspace.take_up(workspace.start)
    assert hostile.ran() == []


@pytest.mark.parametrize(
    "trick",
    ["work tree", "commondir", "git file", "git link", "refs link", "config link", "index link"],
)
def test_a_clone_that_is_led_to_the_users_repository_touches_nothing_there(user, tmp_path, trick):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    before = everything(user)
    theirs, inside = user / ".git", workspace.path / ".git"
    if trick == "work tree":
        git(workspace.path, "config", "core.worktree", str(user))
    if trick == "commondir":
        (inside / "commondir").write_text(f"{theirs}\n")
    if trick in ("git file", "git link"):
        inside.rename(tmp_path / "gone")
    if trick == "git file":
        inside.write_text(f"gitdir: {theirs}\n")
    if trick == "git link":
        inside.symlink_to(theirs)
    if trick.split()[0] in ("refs", "config", "index") and trick.endswith("link"):
        name = trick.split()[0]
        (inside / name).rename(tmp_path / "gone")
        (inside / name).symlink_to(theirs / name)
    write(workspace.path, {"c": "2\n"})
    assert workspace.changed()
    workspace.commit_rest("Improve it\n")
    workspace.restart()
    workspace.prepare()
    after = everything(user)
    ours = (".git/refs/nightcrew", ".git/objects")  # where a clone's start is kept
    changed = [n for n in after if before.get(n) != after[n] and not n.startswith(ours)]
    assert set(before) <= set(after)
    assert [n for n in changed if "nightcrew" not in n] == []


def test_a_hard_link_in_the_clone_writes_nothing_to_the_users_file(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    mine = tmp_path / "mine"
    mine.write_text("mine\n")
    for name in ("info/exclude", "config", "index.lock", "HEAD.lock"):
        (workspace.path / ".git" / name).unlink(missing_ok=True)
        (workspace.path / ".git" / name).hardlink_to(mine)
    write(workspace.path, {"c": "2\n"})
    with Leftovers(workspace.path, hide_new=True):
        write(workspace.path, {"made": "by setup\n"})
    assert mine.read_text() == "mine\n"
    assert workspace.changed()
    workspace.commit_rest("Improve it\n")
    opened(user, tmp_path).prepare()
    assert mine.read_text() == "mine\n"


def test_a_link_that_leads_out_is_kept_as_a_link(user, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine\n")
    workspace = opened(user, tmp_path)
    workspace.prepare()
    (workspace.path / "c").unlink()
    (workspace.path / "c").symlink_to(secret)
    (workspace.path / "INCIDENTS.md").symlink_to(secret)
    workspace.commit_rest("Link it\n")
    workspace.publish()
    assert git(user, "ls-tree", "nightcrew/work", "c").startswith("120000")
    assert git(user, "show", "nightcrew/work:c") == str(secret)
    assert workspace.taken_out == {}
    workspace.restart()
    assert secret.read_text() == "mine\n"
