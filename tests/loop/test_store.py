"""The store: records come back as they went in, breakers change atomically over processes."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from loop.errors import StoreError
from loop.store import Store, schema
from loop.store.rows import dump
from policies.breaker import BreakerState, Phase
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass, StopReason
from policies.records import (
    AttemptRecord,
    CycleRecord,
    IncidentRecord,
    IncidentState,
    RunRecord,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="You’ve hit your usage limit",
    fingerprint="abc123",
    confidence=Confidence.HIGH,
    lines=("one", "two"),
    line_numbers=(3, 9),
    agents_own=True,
    resets_at=NOW,
)
ATTEMPT = AttemptRecord(
    n=1,
    pass_name="maintain",
    exit_code=-15,
    stopped_because=StopReason.TOTAL,
    duration_s=1.5,
    pass_log="logs/x.log",
    failure=FAILURE,
)


def a_cycle(n: int, **changes: object) -> CycleRecord:
    record = CycleRecord(
        cycle=f"r-repo-cycle-{n}",
        run="r",
        repo="repo",
        n=n,
        agent="codex",
        started=NOW.replace(minute=n),
        outcome=CycleOutcome.FAILED,
        failure=FAILURE,
        attempts=(ATTEMPT,),
    )
    return record.evolve(**changes)


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/state/nightcrew.db")
    yield opened
    opened.close()


def test_a_cycle_comes_back_as_it_went_in(store):
    cycle = a_cycle(1, rerun_of="r-repo-cycle-0")
    store.save_cycle(cycle)
    assert store.cycle(cycle.cycle) == cycle
    assert store.cycles(rerun_of="r-repo-cycle-0") == [cycle]
    assert store.cycle("unknown") is None


def test_cycles_come_newest_first_and_bounded(store):
    for n in range(5):
        store.save_cycle(a_cycle(n))
    assert [c.n for c in store.cycles(repo="repo", limit=3)] == [4, 3, 2]
    assert store.cycles(repo="another") == []


def an_incident(**more):
    said = {"id": "inc-1", "repo": "repo", "agent": "codex", "pass_name": "maintain"}
    said |= {"failure": FAILURE, "first_seen": NOW, "last_seen": NOW}
    return IncidentRecord(**said | more)


def test_saving_again_replaces(store):
    store.save_cycle(a_cycle(1))
    store.save_cycle(a_cycle(1, outcome=CycleOutcome.SUCCEEDED))
    assert [c.outcome for c in store.cycles()] == [CycleOutcome.SUCCEEDED]


def test_runs_and_incidents_come_back(store):
    run = RunRecord(run="r", started=NOW, outcome=CycleOutcome.FAILED, agent_starts=3)
    incident = an_incident()
    store.save_run(run)
    store.save_incident(incident)
    assert store.runs() == [run]
    assert store.incident("inc-1") == incident
    assert store.incidents(repo="repo", state=IncidentState.OPEN, fingerprint="abc123") == [
        incident
    ]
    assert store.incidents(state=IncidentState.RESOLVED) == []


def test_contexts_and_facts(store):
    store.save_context("c", {"prompt": "…", "n": 1})
    store.remember("setup", "repo", {"key": "k"})
    assert store.context("c") == {"prompt": "…", "n": 1}
    assert store.recall("setup", "repo") == {"key": "k"}
    store.remember("setup", "repo", None)
    assert store.recall("setup", "repo") is None


def test_a_closed_breaker_leaves_no_row(store):
    opened = BreakerState(key="machine", phase=Phase.OPEN, identical=1, until=NOW)
    store.change_breakers(["machine"], lambda _: [opened])
    assert store.breaker("machine") == opened
    store.change_breakers(["machine"], lambda _: [BreakerState(key="machine")])
    assert store.breakers() == []


COUNT = """
import sys
from dataclasses import replace
from loop.store import Store, schema
from loop.store.rows import dump
store = Store.open(sys.argv[1])
for _ in range(40):
    store.change_breakers(["machine"], lambda states: [replace(states[0], failed=states[0].failed + 1)])
"""


def test_changes_from_many_processes_are_all_counted(tmp_path):
    url = f"sqlite:///{tmp_path}/nightcrew.db"
    children = [subprocess.Popen([sys.executable, "-c", COUNT, url]) for _ in range(4)]
    assert [child.wait(60) for child in children] == [0] * 4
    assert Store.open(url).breaker("machine").failed == 160


def test_a_store_of_a_newer_version_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/nightcrew.db"
    store = Store.open(url)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE name = 'schema'"))
    store.close()
    with pytest.raises(StoreError, match="newer Nightcrew"):
        Store.open(url)


def test_garbage_in_place_of_a_store_is_one_clear_line(tmp_path):
    (tmp_path / "bad.db").write_bytes(b"not a database" * 500)
    with pytest.raises(StoreError, match=r"cannot be opened") as caught:
        Store.open(f"sqlite:///{tmp_path}/bad.db")
    assert "\n" not in str(caught.value)


def test_an_older_store_is_opened_and_upgraded(tmp_path):
    url = f"sqlite:///{tmp_path}/n.db"
    older = {
        "id": "inc-1",
        "repo": "repo",
        "agent": "codex",
        "pass_name": "maintain",
        "check": None,
        "failure": json.loads(dump(Failure, FAILURE)),
        "count": 2,
        "first_seen": "2026-11-21T02:00:00Z",
        "last_seen": "2026-11-21T02:00:00Z",
        "state": "open",
        "cycles": ["20261121-020000-repo-cycle-1", "20261121-020000-repo-cycle-2"],
        "logs": [],
    }
    first = Store.open(url)
    with first._engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '1'"))
        row = {"record": json.dumps(older)}
        connection.execute(
            text(
                "INSERT INTO incidents VALUES ('inc-1', 'repo', 'abc123', 'open', '2026', :record)"
            ),
            row,
        )
    first.close()
    upgraded = Store.open(url)
    (known,) = upgraded.incidents(active=True)
    assert (known.count, known.severity, known.respond_by, known.episodes) == (2, "SEV-3", None, ())
    assert known.per_day() == {NOW.date(): 2}
    with upgraded._engine.begin() as connection:
        version = connection.execute(text("SELECT value FROM meta WHERE name = 'schema'")).scalar()
    assert version == str(schema.SCHEMA)
    upgraded.close()


def test_an_incident_is_changed_as_it_is_now(store):
    made = an_incident(state=IncidentState.ACKNOWLEDGED)
    assert store.change_incident("inc-1", lambda known: known) is None
    store.save_incident(made)
    assert store.change_incident("inc-1", lambda _: None) is None
    changed = store.change_incident("inc-1", lambda known: known.evolve(owner="Ana"))
    assert changed == store.incident("inc-1") == made.evolve(owner="Ana")
    assert store.incidents(active=True) == [changed]
