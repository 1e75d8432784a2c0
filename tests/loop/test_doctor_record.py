"""What the store has on record reaches the doctor."""

from datetime import UTC, datetime
from pathlib import Path

from loop.doctor.finding import Level
from loop.doctor.record import recorded
from loop.store import Store
from policies.checks import CheckResult, CheckState, compare
from policies.failure import Confidence, Failure, FailureClass
from policies.records import CycleRecord, IncidentRecord

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.UNKNOWN, summary="s", fingerprint="f", confidence=Confidence.LOW
)


def cycle(n: int, *results: CheckResult) -> CycleRecord:
    rows = tuple(compare(None, result).to_row() for result in results)
    name = f"x-r-cycle-{n}"
    return CycleRecord(
        cycle=name, run="x", repo="r", n=n, agent="a", started=NOW.replace(hour=n), checks=rows
    )


def incident(name: str, waits_because: str) -> IncidentRecord:
    return IncidentRecord(
        id=name,
        repo="r",
        agent="a",
        pass_name="maintain",
        failure=FAILURE,
        first_seen=NOW,
        last_seen=NOW,
        waits_because=waits_because,
    )


def test_what_waits_for_a_person_is_told(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 's.db'}")
    could_not = CheckResult(
        name="pytest", state=CheckState.COULD_NOT_RUN, reason="no pytest here; run uv sync"
    )
    store.save_cycle(cycle(1, CheckResult(name="old", state=CheckState.COULD_NOT_RUN)))
    store.save_cycle(cycle(2, could_not, CheckResult(name="lint", state=CheckState.PASSED)))
    store.save_incident(incident("i-1", "the file has other changes"))
    store.save_incident(incident("i-2", ""))
    told = list(recorded(store, ["r", "other"]))
    store.close()
    assert [(finding.level, finding.repo) for finding in told] == [(Level.WARN, "r")] * 2
    assert told[0].what == "check pytest could not run: no pytest here; run uv sync"
    assert told[1].what == "incident i-1 is not in the ledger: the file has other changes"
