"""Where the cause of a failure stands: in an attempt's pass log, or in the log of a check."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from loop.causes import cause_log, cause_numbers
from policies.failure import Confidence, Failure, FailureClass
from policies.records import AttemptRecord, CycleRecord


def a_failure(*causes: tuple[int, str]) -> Failure:
    return Failure(
        failure_class=FailureClass.TEST_FAILURE,
        summary="it failed",
        fingerprint="f",
        confidence=Confidence.HIGH,
        lines=tuple(text for _, text in causes),
        line_numbers=tuple(number for number, _ in causes),
    )


OWN, CHECKS = a_failure((3, "agent's own")), a_failure((2, "E   assert 1 == 2"), (1, "x"))


def a_cycle(failure: Failure | None) -> CycleRecord:
    attempts = tuple(
        AttemptRecord(
            n=n,
            pass_name="maintain",
            exit_code=1,
            stopped_because=None,
            duration_s=1,
            pass_log=f"/logs/c-{n}.log",
            failure=found,
        )
        for n, found in enumerate((OWN, None), start=1)
    )
    return CycleRecord(
        cycle="c",
        run="r",
        repo="demo",
        n=1,
        agent="codex",
        started=datetime(2026, 11, 21, tzinfo=UTC),
        failure=failure,
        attempts=attempts,
    )


@pytest.fixture
def side_logs(tmp_path: Path) -> list[Path]:
    """Logs of a setup and of two checks: only the second says the cause at its number."""
    texts = {
        "setup": "x\n",
        "base": "E   assert 1 == 2\nx\n",
        "change": "x\n\x1b[31m2026-11-21T02:00:00Z E   assert 1 == 2\x1b[0m\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.log").write_text(text)
    return [tmp_path / f"{name}.log" for name in texts]


def test_an_attempts_failure_is_in_its_pass_log(side_logs: list[Path]) -> None:
    assert cause_log(a_cycle(OWN), side_logs) == "c-1.log"
    assert cause_numbers(a_cycle(OWN), "c-1.log", side_logs) == (3,)
    assert cause_numbers(a_cycle(OWN), "c-2.log", side_logs) == ()


def test_a_checks_failure_is_in_the_log_that_says_it(side_logs: list[Path]) -> None:
    assert cause_log(a_cycle(CHECKS), side_logs) == "change.log"
    assert cause_numbers(a_cycle(CHECKS), "change.log", side_logs) == (2, 1)
    assert cause_numbers(a_cycle(CHECKS), "base.log", side_logs) == ()
    assert cause_numbers(a_cycle(CHECKS), "c-1.log", side_logs) == (3,)


@pytest.mark.parametrize(
    "failure",
    [None, a_failure(), a_failure((2, "not said")), a_failure((9, "x")), a_failure((2, ""))],
)
def test_a_cause_that_is_nowhere_is_not_guessed(
    failure: Failure | None, side_logs: list[Path]
) -> None:
    assert cause_log(a_cycle(failure), side_logs) is None
    assert cause_numbers(a_cycle(failure), "change.log", side_logs) == ()


def test_a_log_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert cause_log(a_cycle(CHECKS), [tmp_path / "gone.log"]) is None
