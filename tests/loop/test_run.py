"""The story of a run, with cycles that end as each test says; store and breakers are real."""

import threading
import time
from datetime import timedelta

import pytest

from loop.breakers import Breakers
from loop.observer import Silent
from loop.run import RunOrder, orders, run_fleet
from loop.store import Store
from loop.story import Crew, Order, Places, utc_now
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.plan import AgentSpec, RepoPlan
from policies.records import AttemptRecord, CycleRecord
from policies.signatures import Signatures

FAILURE = Failure(
    failure_class=FailureClass.UNKNOWN, summary="x", fingerprint="f", confidence=Confidence.LOW
)


@pytest.fixture
def crew(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/n.db")
    yield Crew(
        store=store,
        places=Places(state=tmp_path, logs=tmp_path / "logs"),
        environ={},
        observer=Silent(),
        signatures=Signatures([]),
    )
    store.close()


def plan(name: str) -> RepoPlan:
    return RepoPlan(name=name, path=f"/{name}", agent=AgentSpec(name="codex", adapter="codex"))


def ended(order: Order, outcome: CycleOutcome, attempts: int = 1) -> CycleRecord:
    tries = tuple(
        AttemptRecord(
            n=n, pass_name="maintain", exit_code=0, stopped_because=None, duration_s=1, pass_log="l"
        )
        for n in range(1, attempts + 1)
    )
    return CycleRecord(
        cycle=order.cycle,
        run=order.run,
        repo=order.plan.name,
        n=order.n,
        agent="codex",
        started=utc_now(),
        outcome=outcome,
        attempts=tries,
    )


def a_run(crew, perform, names=("a",), **bounds):
    order = RunOrder(run="r", first=orders("r", [plan(n) for n in names], "manual"), **bounds)
    return run_fleet(order, crew, perform, lambda record: record)


def test_turn_by_turn(crew):
    seen = []

    def perform(order):
        seen.append((order.n, order.plan.name))
        return ended(order, CycleOutcome.SUCCEEDED)

    record = a_run(crew, perform, names=("a", "b", "c"), cycles=2, jobs=1)
    assert seen == [(1, "a"), (1, "b"), (1, "c"), (2, "a"), (2, "b"), (2, "c")]
    assert (record.outcome, record.agent_starts) == (CycleOutcome.SUCCEEDED, 6)
    assert crew.store.run("r").outcome is CycleOutcome.SUCCEEDED


def test_jobs_run_at_once_but_never_two_cycles_of_one_repository(crew):
    running, most, both = set(), [0], []
    lock = threading.Lock()

    def perform(order):
        with lock:
            both.append(order.plan.name in running)
            running.add(order.plan.name)
            most[0] = max(most[0], len(running))
        time.sleep(0.05)
        with lock:
            running.discard(order.plan.name)
        return ended(order, CycleOutcome.SUCCEEDED)

    a_run(crew, perform, names=("a", "b", "c"), cycles=3, jobs=2)
    assert most[0] == 2
    assert not any(both)


def test_nothing_to_do_ends_the_loop(crew):
    record = a_run(crew, lambda order: ended(order, CycleOutcome.NOTHING_TO_DO), cycles=20)
    assert len(record.cycles) == 1


def test_an_open_breaker_costs_no_cycle(crew):
    starts = []

    def perform(order):
        starts.append(order.cycle)
        breakers = Breakers(crew.store, order.plan, crew.now)
        for _ in range(3):
            breakers.failed(FAILURE)
        return ended(order, CycleOutcome.FAILED, attempts=3)

    record = a_run(crew, perform, cycles=20)
    assert len(starts) == 1
    assert record.agent_starts == 3
    outcomes = [cycle.outcome for cycle in record.cycles]
    assert outcomes == [CycleOutcome.FAILED] + [CycleOutcome.CIRCUIT_OPEN] * 19
    assert all(cycle.until is not None for cycle in record.cycles[1:])


def test_a_limit_past_the_runs_end_is_one_record(crew):
    limit = FAILURE.evolve(
        failure_class=FailureClass.USAGE_LIMIT,
        agents_own=True,
        resets_at=utc_now() + timedelta(days=3),
    )

    def perform(order):
        Breakers(crew.store, order.plan, crew.now).failed(limit)
        return ended(order, CycleOutcome.FAILED)

    record = a_run(crew, perform, names=("a", "b"), cycles=20, jobs=1)
    assert [(c.repo, c.outcome) for c in record.cycles] == [
        ("a", CycleOutcome.FAILED),
        ("b", CycleOutcome.POSTPONED),
        ("a", CycleOutcome.POSTPONED),
    ]
    assert "cycles 2 to 20 were not started" in record.cycles[2].reason
    assert "cycles 1 to 20 were not started" in record.cycles[1].reason


def test_a_cycle_that_met_a_limit_on_its_way_says_which_cycles_it_stands_for(crew):
    def perform(order):
        record = ended(order, CycleOutcome.POSTPONED, attempts=0)
        return record.evolve(until=utc_now() + timedelta(days=3), reason="a limit")

    (cycle,) = a_run(crew, perform, names=("a",), cycles=20).cycles
    assert cycle.reason == "cycles 1 to 20 were not started; a limit"
    assert crew.store.cycle(cycle.cycle).reason == cycle.reason


def test_a_cancelled_run_starts_no_further_cycle(crew):
    def perform(order):
        crew.cancelled.set()
        return ended(order, CycleOutcome.CANCELLED)

    record = a_run(crew, perform, names=("a", "b", "c"), jobs=1)
    assert [cycle.repo for cycle in record.cycles] == ["a"]
    assert record.outcome is CycleOutcome.CANCELLED


def test_a_cycle_that_raises_does_not_lose_the_run(crew):
    def perform(order):
        raise RuntimeError("a bug of ours")

    with pytest.raises(RuntimeError):
        a_run(crew, perform)
    assert crew.store.run("r").finished is not None
