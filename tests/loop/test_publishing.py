"""Work that cannot be brought to the user's repository stays, and is said."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from repositories import git, repository, write

from loop.errors import NightcrewError
from loop.workspace import Workspace
from policies.plan import RepoPlan


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user", {f"f{n}": f"{n}\n" for n in range(50)})


def opened(user: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(RepoPlan(name="user", path=str(user)), tmp_path / "state" / "user")


def test_a_repository_that_takes_nothing_loses_no_work(user, tmp_path):
    workspace = opened(user, tmp_path)
    workspace.prepare()
    write(workspace.path, {"f1": "better\n"})
    head = workspace.commit_rest("Improve it\n")
    lock = user / ".git/refs/heads/nightcrew/work.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(NightcrewError, match=r"work\.lock") as caught:
        workspace.publish()
    assert "\n" not in str(caught.value)
    assert git(workspace.path, "rev-parse", "HEAD") == head
    lock.unlink()
    base = opened(user, tmp_path).prepare()
    (said,) = [note for note in base.notes if "left unfinished is kept as" in note]
    assert git(user, "show", f"{said.split()[-1]}:f1") == "better"


def test_a_collection_of_garbage_meanwhile_is_no_trouble(user, tmp_path):
    for turn in range(3):
        collecting = subprocess.Popen(["git", "gc", "-q", "--prune=now"], cwd=user)
        workspace = opened(user, tmp_path)
        workspace.prepare()
        write(workspace.path, {f"new{turn}": "x\n"})
        workspace.commit_rest("Improve it\n")
        collecting.wait()
        workspace.publish()
        assert git(user, "fsck", "--no-progress") == ""
    assert git(user, "show", "nightcrew/work:new0") == "x"
