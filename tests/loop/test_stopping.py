"""One cycle of a run is stopped through the store; the others go on."""

import time

from loop import stopping
from loop.story import utc_now
from policies.failure import CycleOutcome
from tests.loop.nights import Night
from tests.loop.repositories import repository
from tests.loop.two_cycles import TwoCycles
from tests.waiting import until


def test_a_request_ends_one_cycle_of_a_real_run_and_leaves_the_other(tmp_path):
    run = TwoCycles(tmp_path)
    try:
        run.begun()
        stopping.ask(run.store, run.first, utc_now())
        until(lambda: run.outcome(run.first) == "cancelled")
        assert stopping.is_heard(run.store, run.first)
        assert run.outcome(run.second) == "running"
        assert run.ended() == 0
        assert run.outcome(run.second) == "nothing_to_do"
        assert "stopped=cancelled" in run.log(run.first).read_text()
    finally:
        run.close()


def test_a_request_from_before_is_about_an_earlier_try_of_the_cycle(tmp_path):
    night = Night(tmp_path)
    cycle = "20261121-000001-a-cycle-1"
    stopping.ask(night.store, cycle, utc_now())
    plan = night.plan(repository(tmp_path / "a"), f"sleep {stopping.LOOK_S * 1.5}", checks=())
    run = night.run(plan)
    assert run.cycles[0].cycle == cycle
    assert run.cycles[0].outcome is CycleOutcome.NOTHING_TO_DO
    assert not stopping.is_heard(night.store, cycle)
    stopping.forget(night.store, cycle)
    assert night.store.recall(stopping.KIND, cycle) is None
    night.close()


def test_nobody_looks_any_more_when_the_cycle_has_ended(tmp_path):
    night = Night(tmp_path)
    with stopping.heeded("c", night.crew):
        pass
    stopping.ask(night.store, "c", utc_now())
    time.sleep(stopping.LOOK_S * 1.5)
    assert night.crew.stopped == set()
    night.close()
