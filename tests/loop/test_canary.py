"""The canary of a night whose cycles are many processes'; over a run at once see test_outages."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from codexlike import CodexLike
from nights import Night

from loop import canary, running
from loop.orphans import marker_of
from loop.sweep import close_dead
from policies.plan import RepoPlan
from tests.flows.runs import processes_with
from tests.waiting import until


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def codex(tmp_path: Path, night: Night) -> CodexLike:
    made = CodexLike(tmp_path / "agent", lasts_s=0.5)
    night.crew.environ = dict(os.environ) | made.environ
    return made


def plan(night: Night, codex: CodexLike, name: str) -> RepoPlan:
    return night.plan(Path(f"/nowhere/{name}"), codex.spec)


def test_the_first_process_of_a_night_asks_and_the_others_wait_for_the_answer(night, codex):
    starts: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: starts.append(
                canary.prove_once("run-1", plan(night, codex, f"r{n}"), night.crew)
            )
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(starts) == [0, 0, 0, 1]
    assert codex.starts() == 1
    assert canary.prove_once("run-2", plan(night, codex, "r"), night.crew) == 1


def test_nobody_waits_for_a_process_that_died_while_it_asked(night, codex):
    name = canary.name_of("run-1", "codex")
    night.store.claim(canary.KIND, name, running.own_mark() | {"started": 1.0})
    began_s = time.monotonic()
    assert canary.prove_once("run-1", plan(night, codex, "r"), night.crew) == 0
    assert time.monotonic() - began_s < 10


KILLED = """
import sys, time
sys.path[:0] = [{root!r}, {here!r}]
from codexlike import CodexLike
from nights import Night
from loop import canary
from pathlib import Path
night = Night(Path({folder!r}) / "night")
codex = CodexLike(Path({folder!r}) / "agent", lasts_s=300)
night.crew.environ = dict(night.crew.environ) | codex.environ
canary.prove("run-9", [night.plan(Path("/nowhere/r"), codex.spec)], night.crew)
"""


def test_what_a_killed_process_was_asking_is_ended_and_its_place_is_free(night, tmp_path):
    here = Path(__file__).parent
    script = KILLED.format(root=str(here.parents[1]), here=str(here), folder=str(tmp_path))
    asking = subprocess.Popen([sys.executable, "-c", script])
    started, marker = (
        tmp_path / "agent" / "starts",
        marker_of("run-9-canary-codex", night.folder / "state"),
    )
    until(started.exists)
    asking.kill()
    asking.wait()
    assert processes_with(marker)
    assert close_dead(night.store, night.crew.places.state, night.crew.now()) == []
    until(lambda: not processes_with(marker))
    assert night.store.remembered(running.KIND) == {}


def test_an_agent_that_cannot_be_started_stops_nothing(night, codex):
    codex.program.unlink()
    assert canary.prove("run-1", [plan(night, codex, "r")], night.crew) == 0
    assert night.store.outages() == []
    assert night.store.breakers() == []


def test_what_is_the_questions_own_fault_stops_nothing(night, tmp_path):
    odd = CodexLike(tmp_path / "odd", work="exit 3")
    night.crew.environ = dict(os.environ) | odd.environ
    assert canary.prove("run-1", [plan(night, odd, "r")], night.crew) == 1
    assert night.store.outages() == []
    assert night.store.breakers() == []
