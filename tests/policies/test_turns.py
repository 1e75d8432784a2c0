"""Turns: at most N cycles, fewer when there is nothing to do or a breaker stays open."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.failure import CycleOutcome
from policies.records import CycleRecord, RunRecord
from policies.run_end import exit_code, run_outcome
from policies.turns import goes_on, is_owed, left_out, next_start, night_is_over

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ENDS = NOW + timedelta(hours=3)


def ended(outcome: CycleOutcome, n: int = 2, until: datetime | None = None) -> CycleRecord:
    return CycleRecord(
        cycle="c", run="r", repo="p", n=n, agent="a", started=NOW, outcome=outcome, until=until
    )


@pytest.mark.parametrize(
    ("outcome", "until", "on"),
    [
        (CycleOutcome.SUCCEEDED, None, True),
        (CycleOutcome.FAILED, None, True),
        (CycleOutcome.NOTHING_TO_DO, None, False),
        (CycleOutcome.CANCELLED, None, False),
        (CycleOutcome.CRASHED, None, False),
        (CycleOutcome.CIRCUIT_OPEN, NOW + timedelta(minutes=15), True),
        (CycleOutcome.CIRCUIT_OPEN, NOW + timedelta(hours=4), False),
        (CycleOutcome.POSTPONED, NOW + timedelta(days=3), False),
        (CycleOutcome.POSTPONED, None, False),
    ],
)
def test_after_a_cycle(outcome, until, on):
    assert goes_on(ended(outcome, until=until), 20, ENDS) is on
    assert goes_on(ended(outcome, n=20, until=until), 20, ENDS) is False


def test_one_record_says_which_cycles_were_not_started():
    assert left_out(ended(CycleOutcome.POSTPONED), 20) == "cycles 2 to 20 were not started"
    assert left_out(ended(CycleOutcome.POSTPONED), 2) == ""
    assert left_out(ended(CycleOutcome.FAILED), 20) == ""


O = CycleOutcome  # noqa: E741


@pytest.mark.parametrize(
    ("outcomes", "run", "code"),
    [
        ([], O.NOTHING_TO_DO, 0),
        ([O.NOTHING_TO_DO], O.NOTHING_TO_DO, 0),
        ([O.NOTHING_TO_DO, O.SUCCEEDED], O.SUCCEEDED, 0),
        ([O.SUCCEEDED, O.POSTPONED], O.SUCCEEDED, 0),
        ([O.POSTPONED, O.CIRCUIT_OPEN], O.POSTPONED, 3),
        ([O.CIRCUIT_OPEN, O.NOTHING_TO_DO], O.CIRCUIT_OPEN, 0),
        ([O.SUCCEEDED, O.FAILED], O.FAILED, 1),
        ([O.SUCCEEDED, O.CRASHED], O.FAILED, 1),
        ([O.FAILED, O.CANCELLED], O.CANCELLED, 130),
    ],
)
def test_a_runs_outcome_and_exit_code(outcomes, run, code):
    assert run_outcome(outcomes) is run
    assert exit_code(outcomes) == code


@pytest.mark.parametrize(
    ("outcome", "n", "until_h", "start_h"),
    [
        ("succeeded", 1, None, 0.0),
        ("succeeded", 2, None, None),
        ("failed", 1, None, 0.0),
        ("nothing_to_do", 1, None, None),
        ("cancelled", 1, None, None),
        ("crashed", 1, None, None),
        ("postponed", 2, 1.0, 1.0),
        ("postponed", 1, 9.0, None),
        ("postponed", 1, None, 0.25),
        ("circuit_open", 1, 0.5, 0.5),
        ("circuit_open", 1, -1.0, 0.0),
    ],
)
def test_the_next_turn_of_a_window(outcome, n, until_h, start_h):
    now = datetime(2026, 11, 26, 2, tzinfo=UTC)
    until = None if until_h is None else now + timedelta(hours=until_h)
    record = CycleRecord(
        cycle="c", run="r", repo="a", n=n, agent="x", outcome=CycleOutcome(outcome), started=now,
        until=until,
    )  # fmt: skip
    start = next_start(record, 2, now, now + timedelta(hours=6))
    assert start == (None if start_h is None else now + timedelta(hours=start_h))


def of(repo: str, outcome: CycleOutcome, n: int = 1, until: datetime | None = None) -> CycleRecord:
    return ended(outcome, n, until).evolve(repo=repo, cycle=f"{repo}-{n}")


@pytest.mark.parametrize(
    ("cycles", "is_over"),
    [
        ([], True),
        ([of("a", CycleOutcome.NOTHING_TO_DO), of("b", CycleOutcome.SUCCEEDED, 2)], True),
        ([of("a", CycleOutcome.NOTHING_TO_DO), of("b", CycleOutcome.SUCCEEDED, 1)], False),
        ([of("a", CycleOutcome.SUCCEEDED, 1), of("a", CycleOutcome.NOTHING_TO_DO, 2)], True),
        ([of("a", CycleOutcome.NOTHING_TO_DO), of("b", CycleOutcome.RUNNING, 2)], False),
        ([of("a", CycleOutcome.POSTPONED, until=NOW + timedelta(hours=1))], False),
        ([of("a", CycleOutcome.POSTPONED, until=NOW + timedelta(hours=9))], True),
    ],
)
def test_a_night_is_over_when_no_repository_has_a_further_turn_in_it(cycles, is_over):
    assert night_is_over(cycles, 2, NOW, ENDS) is is_over


@pytest.mark.parametrize(
    ("finished", "window_end", "owed"),
    [
        (NOW, NOW, True),
        (NOW, NOW - timedelta(hours=23), True),
        (NOW, NOW - timedelta(hours=24), False),
        (NOW, NOW + timedelta(seconds=1), False),
        (None, NOW, False),
        (NOW, None, False),
    ],
)
def test_a_summary_is_owed_for_a_day_after_the_window(finished, window_end, owed):
    run = RunRecord(run="r", started=NOW, finished=finished, window_end=window_end)
    assert is_owed(run, NOW) is owed
