"""What ends a run from outside: Ctrl-C, TERM, a lost server, kill -9. Told once, nothing left alive."""

import os
import signal
import time

import pytest

from tests.flows.prefect_server import Served
from tests.flows.runs import LIMIT_S, Desk, Ended, Seen, processes_with, state

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

TREE_END_S = 15.0


class Going:
    """A run whose agent has begun, and sleeps."""

    def __init__(self, desk: Desk, name: str, sleep_s: int = 300, **env: str) -> None:
        self.desk = desk
        self.starts = desk.home / f"{name}-starts"
        repo = desk.home / name
        if not repo.exists():
            desk.repo(name)
        # The agent's own child makes the tree; the count shows that nothing is done twice.
        script = f"echo start >> {self.starts}; sleep {sleep_s}; true"
        agent = f"sh -c '{script}'"
        self.process = desk.begin("run", repo, "--agent", agent, "--json", **env)
        end = time.monotonic() + LIMIT_S
        while not self.starts.exists():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end
            time.sleep(0.1)

    def end(self, limit_s: float = LIMIT_S) -> Ended:
        out, err = self.process.communicate(timeout=limit_s)
        self.process.stdout.close()
        self.process.stderr.close()
        return Ended(self.process.returncode, out, err)

    def all_dead(self) -> bool:
        return not processes_with(str(self.starts))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("ending"))
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def desk(served):
    return Desk(served.home)


@pytest.mark.parametrize("how", ["ctrl-c", "ctrl-c twice", "term"])
def test_asked_to_end_it_ends_its_agents_and_keeps_its_story(desk, served, how):
    going = Going(desk, f"stopped-{how.replace(' ', '-')}")
    began = time.monotonic()
    if how == "term":
        os.kill(going.process.pid, signal.SIGTERM)
    else:
        os.killpg(going.process.pid, signal.SIGINT)
    if how == "ctrl-c twice":
        time.sleep(0.3)
        os.killpg(going.process.pid, signal.SIGINT)
    ended = going.end()
    assert going.all_dead()
    assert time.monotonic() - began < TREE_END_S + 10
    assert ended.code == 130, ended.err
    assert ended.document["outcome"] == "cancelled"
    assert ended.cycle["outcome"] == "cancelled", ended.err
    assert ended.cycle["attempts"][0]["stopped_because"] == "cancelled"
    assert going.starts.read_text() == "start\n"
    seen = Seen(served)
    assert state(seen.flow_run(ended.cycle["cycle"])) == ("CANCELLED", "Cancelled")
    assert state(seen.flow_run(ended.document["run"])) == ("CANCELLED", "Cancelled")


def test_the_repository_is_free_after_ctrl_c(desk):
    ended = desk.call("run", desk.home / "stopped-ctrl-c", "--agent", "true", "--json")
    assert ended.code == 0, ended.err
    assert ended.cycle["outcome"] == "nothing_to_do"


def test_after_kill_9_the_next_run_closes_the_record_and_works(desk):
    going = Going(desk, "killed")
    going.process.kill()
    assert going.end().code == -signal.SIGKILL
    ended = desk.call("run", desk.home / "killed", "--agent", "true", "--json")
    assert (ended.code, ended.cycle["outcome"]) == (0, "nothing_to_do"), ended.err
    assert "is closed as crashed: its process is gone (killed?)" in ended.err
    shown = desk.call("show", "killed", "--json")
    assert [cycle["outcome"] for cycle in shown.document["cycles"]][-1] == "crashed"
    assert going.all_dead(), "the agent that outlived its run"


def test_a_server_that_is_lost_ends_no_run(tmp_path):
    served = Served(tmp_path)
    desk = Desk(tmp_path)
    going = Going(desk, "alone", sleep_s=5)
    for pid in processes_with(f"\0--port\0{served.port}\0"):
        os.kill(pid, signal.SIGKILL)
    served.process.wait(30)
    served.process.stderr.close()
    ended = going.end()
    left_s = time.time() - _finished(desk)
    assert ended.code == 0, ended.err
    assert ended.cycle["outcome"] == "nothing_to_do"
    assert going.starts.read_text() == "start\n"
    assert left_s < 12
    shown = desk.call("show", ended.cycle["cycle"], "--json")
    assert shown.document["outcome"] == "nothing_to_do"


def _finished(desk):
    from loop.store import Store

    store = Store.open(f"sqlite:///{desk.home}/state/nightcrew.db")
    try:
        (run,) = store.runs(1)
        return run.finished.timestamp()
    finally:
        store.close()
