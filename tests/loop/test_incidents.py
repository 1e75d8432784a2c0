"""Incidents over a real store: opened, joined, resolved; what cannot be written waits."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from loop.errors import LedgerRefused
from loop.incidents import Incidents
from loop.responding import answered, escalate
from loop.store import Store
from loop.story import Crew, Order, Places
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.plan import RepoPlan
from policies.records import CycleRecord, IncidentState
from policies.response import acknowledged
from policies.signatures import Signatures

FAILURE = Failure(
    failure_class=FailureClass.UNKNOWN, summary="x", fingerprint="f", confidence=Confidence.LOW
)
BEGAN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


class Ledger:
    """A place to write entries that can be full."""

    def __init__(self):
        self.entries, self.full = {}, False

    def write(self, incident):
        if self.full:
            raise LedgerRefused("other changes in the file")
        self.entries[incident.id] = incident
        return "hash"


@pytest.fixture
def crew(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/n.db")
    minutes = count()
    yield Crew(
        store=store,
        places=Places(state=tmp_path, logs=tmp_path),
        environ={},
        now=lambda: BEGAN + timedelta(minutes=next(minutes)),
        signatures=Signatures([]),
    )
    store.close()


ORDER = Order(run="r", cycle="r-repo-cycle-1", n=1, plan=RepoPlan(name="repo", path="/r"))


def cycle(n: int, outcome: CycleOutcome = CycleOutcome.FAILED) -> CycleRecord:
    return CycleRecord(
        cycle=f"r-repo-cycle-{n}",
        run="r",
        repo="repo",
        n=n,
        agent="codex",
        started=BEGAN,
        outcome=outcome,
    )


def test_twenty_failures_are_one_entry(crew):
    ledger = Ledger()
    incidents = Incidents(ORDER, crew, ledger.write)
    for n in range(1, 21):
        incidents.failed(cycle(n), FAILURE, "maintain", None)
    (entry,) = ledger.entries.values()
    assert (entry.count, len(entry.cycles)) == (20, 20)
    assert entry.last_seen - entry.first_seen == timedelta(minutes=19)
    assert crew.store.incidents() == [entry.evolve(in_ledger="hash")]


def test_a_success_of_the_same_pass_resolves_it(crew):
    ledger = Ledger()
    incidents = Incidents(ORDER, crew, ledger.write)
    opened = incidents.failed(cycle(1), FAILURE, "maintain", None)
    done = cycle(2, CycleOutcome.SUCCEEDED)
    assert incidents.succeeded(done, "cleanup", (), "abc") == ()
    (resolved,) = incidents.succeeded(done, "maintain", (), "abc")
    assert (resolved.id, resolved.state, resolved.commit) == (
        opened.id,
        IncidentState.RESOLVED,
        "abc",
    )
    assert ledger.entries[opened.id].state is IncidentState.RESOLVED


def test_what_cannot_be_written_waits_in_the_store(crew):
    ledger = Ledger()
    ledger.full = True
    incidents = Incidents(ORDER, crew, ledger.write)
    waiting = incidents.failed(cycle(1), FAILURE, "maintain", None)
    assert waiting.waits_because == "other changes in the file"
    assert ledger.entries == {}
    ledger.full = False
    incidents.write_waiting()
    assert list(ledger.entries) == [waiting.id]
    assert crew.store.incident(waiting.id).waits_because == ""


def test_an_agents_rule_lands_in_what_it_fixed_and_all_is_told(crew):
    told = []
    crew.notifier.incident = lambda change, incident: told.append((change.value, incident.id))
    incidents = Incidents(ORDER, crew, Ledger().write)
    opened = incidents.failed(cycle(1), FAILURE, "maintain", None)
    incidents.failed(cycle(2), FAILURE, "maintain", None)
    said = f"Done.\nPrevention rule {opened.id}: Pin the linter.\n"
    (resolved,) = incidents.succeeded(cycle(3, CycleOutcome.SUCCEEDED), "maintain", (), "abc", said)
    assert resolved.prevention_rule == "Pin the linter."
    incidents.failed(cycle(4), FAILURE, "maintain", None)
    assert told == [(w, opened.id) for w in ("opened", "joined", "resolved", "reopened")]


def test_a_hook_that_fails_fails_no_cycle(crew):
    def broken(change, incident):
        raise OSError("no network")

    crew.notifier.incident = broken
    assert Incidents(ORDER, crew, Ledger().write).failed(cycle(1), FAILURE, "maintain", None)


def test_what_nobody_acknowledged_is_escalated_once(crew):
    told = []
    crew.notifier.incident = lambda change, _: told.append(change.value)
    made = Incidents(ORDER, crew, Ledger().write).failed(cycle(1), FAILURE, "maintain", None)
    assert escalate(crew) == []
    crew.now = lambda: made.respond_by
    (late,) = escalate(crew)
    assert (late.id, late.escalated_at) == (made.id, made.respond_by)
    assert escalate(crew) == []
    assert told == ["opened", "escalated"]


def test_an_acknowledged_one_is_not_escalated_and_keeps_its_owner(crew):
    incidents = Incidents(ORDER, crew, Ledger().write)
    made = incidents.failed(cycle(1), FAILURE, "maintain", None)
    kept = answered(crew, made, None, lambda known, now: acknowledged(known, "Ana", now))
    assert (kept.state, bool(kept.waits_because)) == (IncidentState.ACKNOWLEDGED, True)
    crew.now = lambda: made.respond_by
    assert escalate(crew) == []
    again = incidents.failed(cycle(2), FAILURE, "maintain", None)
    assert (again.owner, again.count, again.waits_because) == ("Ana", 2, "")
