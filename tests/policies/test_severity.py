"""Severity from scope, class and runbook; until when somebody should have answered."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.bounds import DEFAULT_BOUNDS, Scope
from policies.failure import Confidence, Failure, FailureClass
from policies.severity import ResponseTargets, Severity, respond_by, severity_of

TARGETS = ResponseTargets()
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
LISBON = ZoneInfo("Europe/Lisbon")


def _failure(failure_class: FailureClass, agents_own: bool) -> Failure:
    return Failure(
        failure_class=failure_class,
        summary="s",
        fingerprint="f",
        confidence=Confidence.HIGH,
        agents_own=agents_own,
    )


@pytest.mark.parametrize(
    ("name", "agents_own", "runbook", "expected"),
    [
        ("disk_full", True, None, "SEV-1"),
        ("disk_full", False, None, "SEV-2"),
        ("disk_full", False, "critical", "SEV-1"),
        ("out_of_memory", True, "medium", "SEV-1"),
        ("auth", True, "high", "SEV-2"),
        ("auth", True, "critical", "SEV-1"),
        ("usage_limit", True, "high", "SEV-2"),
        ("usage_limit", False, None, "SEV-3"),
        ("network", True, "low", "SEV-3"),
        ("network", True, None, "SEV-2"),
        ("config_error", False, "medium", "SEV-2"),
        ("test_failure", False, None, "SEV-3"),
        ("unknown", True, None, "SEV-3"),
        ("unknown", False, "high", "SEV-2"),
    ],
)
def test_the_worst_of_scope_class_and_runbook(
    name: str, agents_own: bool, runbook: str | None, expected: str
) -> None:
    found = FailureClass(name)
    scope = DEFAULT_BOUNDS[found].scope
    assert severity_of(_failure(found, agents_own), scope, runbook) == expected


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("failure_class", DEFAULT_BOUNDS)
def test_quoted_words_reach_no_further_than_the_repository(
    failure_class: FailureClass, scope: Scope
) -> None:
    quoted = severity_of(_failure(failure_class, False), scope, None)
    assert quoted == severity_of(_failure(failure_class, True), Scope.REPOSITORY, None)


@pytest.mark.parametrize(
    ("severity", "opened", "until"),
    [
        ("SEV-1", "2026-02-14T02:00", "2026-02-14T02:30"),
        ("SEV-2", "2026-02-14T02:00", "2026-02-14T06:00"),
        ("SEV-3", "2026-02-12T20:00", "2026-02-13T20:00"),  # Thursday
        ("SEV-3", "2026-02-13T20:00", "2026-02-16T20:00"),  # Friday
        ("SEV-3", "2026-02-14T02:00", "2026-02-17T00:00"),  # Saturday: from Monday
        ("SEV-3", "2026-02-15T23:59", "2026-02-17T00:00"),
    ],
)
def test_until_when_it_should_be_acknowledged(severity: str, opened: str, until: str) -> None:
    began = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    due = respond_by(Severity(severity), TARGETS, began, UTC)
    assert due == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_business_days_are_those_of_the_zone() -> None:
    friday_night = datetime(2026, 7, 10, 23, 30, tzinfo=UTC)  # 00:30 on Saturday in Lisbon
    due = respond_by(Severity.SEV3, TARGETS, friday_night, LISBON)
    assert due == datetime(2026, 7, 13, 23, 0, tzinfo=UTC)
    assert due.utcoffset() == timedelta()


@pytest.mark.parametrize("severity", Severity)
def test_a_target_of_nothing_never_comes(severity: Severity) -> None:
    never = ResponseTargets(sev1_s=0, sev2_s=0, sev3_business_days=0)
    assert respond_by(severity, never, datetime(2026, 2, 12, tzinfo=UTC), UTC) is None


@given(
    st.integers(0, 20 * 366 * 1440).map(lambda n: BEGAN + timedelta(minutes=n)),
    st.floats(0.01, 30),
)
def test_a_business_target_ends_on_a_business_day(opened: datetime, days: float) -> None:
    due = respond_by(Severity.SEV3, ResponseTargets(sev3_business_days=days), opened, UTC)
    assert due is not None and due.weekday() < 5
    assert timedelta(days=days) - timedelta(seconds=1) <= due - opened
    assert due - opened <= timedelta(days=days * 7 / 5 + 4)
