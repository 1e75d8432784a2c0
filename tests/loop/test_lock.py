"""One cycle a repository, whoever holds it and however it ends."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from loop.errors import RepositoryBusy
from loop.lock import repository_lock
from policies.plan import RepoPlan

HOLD = """
    import sys, time
    from pathlib import Path
    from loop.lock import repository_lock
    from policies.plan import RepoPlan
    plan = RepoPlan(name="a", path=sys.argv[1])
    with repository_lock(plan, Path(sys.argv[2]), "r-a-cycle-1"):
        print("held", flush=True)
        time.sleep(60)
"""


def plan(path: Path, name: str = "a") -> RepoPlan:
    return RepoPlan(name=name, path=str(path))


def test_a_second_cycle_is_told_who_works_there(tmp_path):
    locks = tmp_path / "locks"
    with repository_lock(plan(tmp_path), locks, "r-a-cycle-1"):
        with (
            pytest.raises(RepositoryBusy, match=r"a is being worked on by r-a-cycle-1 \(process"),
            repository_lock(plan(tmp_path), locks, "r-a-cycle-2"),
        ):
            pytest.fail("both hold it")
        with repository_lock(plan(tmp_path / "other"), locks, "r-b-cycle-1"):
            pass
    with repository_lock(plan(tmp_path), locks, "r-a-cycle-3"):
        pass


def test_another_name_and_a_link_are_the_same_repository(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    locks = tmp_path / "locks"
    with (
        repository_lock(plan(tmp_path / "real"), locks, "one"),
        pytest.raises(RepositoryBusy),
        repository_lock(plan(tmp_path / "link", "b"), locks, "two"),
    ):
        pytest.fail("both hold it")


def test_a_killed_process_holds_nothing(tmp_path):
    locks = tmp_path / "locks"
    command = [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path), str(locks)]
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert child.stdout is not None
    with child.stdout:
        try:
            assert child.stdout.readline() == "held\n"
            with (
                pytest.raises(RepositoryBusy, match=f"process {child.pid}"),
                repository_lock(plan(tmp_path), locks, "mine"),
            ):
                pytest.fail("both hold it")
        finally:
            child.kill()
            child.wait()
    with repository_lock(plan(tmp_path), locks, "mine"):
        assert "mine" in next(locks.glob("*.holder")).read_text()
