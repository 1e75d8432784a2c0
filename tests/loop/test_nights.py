"""A window's run is one record over cycles of many processes; what nobody closed is closed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loop import nights, running
from loop.sweep import close_dead
from loop.watch import announced
from policies.breaker import BreakerState, Phase
from policies.failure import CycleOutcome
from policies.records import CycleRecord
from policies.schedule import Window
from tests.loop.nights import Night

START = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
WINDOW = Window(start=START, end=START + timedelta(hours=6))


@pytest.fixture
def night(tmp_path: Path):
    night = Night(tmp_path)
    night.now = START + timedelta(minutes=20)
    night.crew.now = lambda: night.now
    yield night
    night.close()


def ended(night: Night, repo: str, outcome: str, n: int = 1) -> CycleRecord:
    record = CycleRecord(
        cycle=f"{WINDOW.run}-{repo}-cycle-{n}", run=WINDOW.run, repo=repo, n=n, agent="true",
        outcome=CycleOutcome(outcome), started=night.now, finished=night.now, trigger="schedule",
    )  # fmt: skip
    night.store.save_cycle(record)
    return record


def test_the_first_cycle_opens_the_run_and_later_ones_join_it(night):
    first = nights.joined(night.crew, WINDOW)
    night.now += timedelta(hours=1)
    assert nights.joined(night.crew, WINDOW) == first
    assert (first.run, first.window_end) == ("20261126-020000", WINDOW.end)


def test_it_stays_open_until_each_repository_had_its_turn(night):
    nights.joined(night.crew, WINDOW)
    ended(night, "a", "succeeded")
    run = nights.summed_up(night.crew, WINDOW.run, {"a", "b"})
    assert (run.outcome, run.finished) == (CycleOutcome.RUNNING, None)
    ended(night, "b", "failed")
    run = nights.summed_up(night.crew, WINDOW.run, {"a", "b"})
    assert run.outcome is CycleOutcome.FAILED
    assert [cycle.repo for cycle in run.cycles] == ["a", "b"]


def test_it_is_closed_when_its_window_is_over_but_never_under_a_cycle(night):
    nights.joined(night.crew, WINDOW)
    ended(night, "a", "running")
    night.now = WINDOW.end
    assert nights.summed_up(night.crew, WINDOW.run, {"a", "b"}).finished is None
    ended(night, "a", "succeeded")
    run = nights.summed_up(night.crew, WINDOW.run, {"a", "b"})
    assert (run.outcome, run.finished) == (CycleOutcome.SUCCEEDED, WINDOW.end)
    night.now += timedelta(hours=1)
    assert nights.summed_up(night.crew, WINDOW.run, ()).finished == WINDOW.end


def test_a_run_whose_process_lives_is_left_to_it(night):
    nights.alone(night.crew, WINDOW.run, "manual")
    ended(night, "a", "succeeded")
    with announced(WINDOW.run, night.crew):
        assert nights.summed_up(night.crew, WINDOW.run).finished is None
        assert nights.open_runs(night.crew) == []
    assert [run.run for run in nights.open_runs(night.crew)] == [WINDOW.run]
    assert nights.summed_up(night.crew, WINDOW.run).finished == night.now


def test_an_unknown_run_is_none(night):
    assert nights.summed_up(night.crew, "20261126-020000") is None


def test_a_probe_that_died_frees_its_place(night, tmp_path):
    cycle = ended(night, "a", "running")
    night.store.remember(running.KIND, cycle.cycle, {"pid": 0, "started": 0.0, "host": "x"} | HERE)
    state = BreakerState(
        key="agent:true", phase=Phase.HALF_OPEN, probe=cycle.cycle, until=START,
        probe_expires=START + timedelta(hours=4),
    )  # fmt: skip
    night.store.change_breakers(["agent:true"], lambda _known: [state])
    (closed,) = close_dead(night.store, tmp_path / "state", night.now)
    assert closed.outcome is CycleOutcome.CRASHED
    assert not night.store.breaker("agent:true").probe


HERE = {"host": running.own_mark()["host"], "pid": 2**22 + 1}
