"""Where a retried cycle begins: nothing that is done is done again."""

from datetime import UTC, datetime

import pytest

from policies.failure import Confidence, CycleOutcome, Failure, FailureClass, StopReason
from policies.records import AttemptRecord, CycleRecord
from policies.resume import Entry, entry_of

FAILURE = Failure(
    failure_class=FailureClass.UNKNOWN, summary="x", fingerprint="f", confidence=Confidence.LOW
)
GOOD = AttemptRecord(
    n=1, pass_name="maintain", exit_code=0, stopped_because=None, duration_s=1, pass_log="a.log"
)
BAD = AttemptRecord(
    n=1, pass_name="maintain", exit_code=7, stopped_because=None, duration_s=1, pass_log="a.log",
    failure=FAILURE,
)  # fmt: skip
TIDIED = AttemptRecord(
    n=1, pass_name="maintain", exit_code=0, stopped_because=StopReason.AFTER_END, duration_s=1,
    pass_log="a.log",
)  # fmt: skip
CUT = AttemptRecord(
    n=1, pass_name="maintain", exit_code=0, stopped_because=StopReason.CANCELLED, duration_s=1,
    pass_log="a.log",
)  # fmt: skip
KEPT = {"branch": "nightcrew/failed/c", "head_commit": "abc"}


@pytest.mark.parametrize(
    ("outcome", "changes", "entry"),
    [
        ("succeeded", {"context": "c"}, Entry.NOTHING),
        ("nothing_to_do", {"context": "c"}, Entry.NOTHING),
        ("failed", {"context": "c", "landed": "abc"}, Entry.NOTHING),
        ("failed", {"context": "c", "attempts": (BAD,)}, Entry.ATTEMPT),
        ("failed", {"context": "c", "attempts": (BAD,), **KEPT}, Entry.ATTEMPT),
        ("failed", {"context": "c", "attempts": (BAD, GOOD), **KEPT}, Entry.CHECKS),
        ("failed", {"context": "c", "attempts": (TIDIED,), **KEPT}, Entry.CHECKS),
        ("failed", {"context": "c", "attempts": (GOOD,)}, Entry.ATTEMPT),
        ("cancelled", {"context": "c", "attempts": (CUT,), **KEPT}, Entry.ATTEMPT),
        ("crashed", {"context": "c"}, Entry.ATTEMPT),
        ("crashed", {}, Entry.AFRESH),
        ("circuit_open", {}, Entry.AFRESH),
        ("postponed", {}, Entry.AFRESH),
    ],
)
def test_a_retry_begins_where_the_cycle_ended(outcome, changes, entry):
    record = CycleRecord(
        cycle="c", run="r", repo="a", n=1, agent="x", outcome=CycleOutcome(outcome),
        started=datetime(2026, 11, 26, tzinfo=UTC), **changes,
    )  # fmt: skip
    assert entry_of(record) is entry
