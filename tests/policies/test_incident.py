"""One episode is one incident: what opens, joins, reopens and resolves it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.incident import Occurrence, incident_id, on_failure, opens_incident
from policies.records import CYCLES_KEPT, AttemptRecord, CycleRecord, IncidentState, Severity
from policies.recovery import RECOVERED, on_success

BEGAN = datetime(2026, 2, 12, 20, 0, 51, tzinfo=UTC)
OPEN, RESOLVED = IncidentState.OPEN, IncidentState.RESOLVED
ACKNOWLEDGED = IncidentState.ACKNOWLEDGED


def failure(fingerprint="abc", confidence=Confidence.HIGH, summary="usage limit", **more):
    return Failure(
        failure_class=FailureClass.USAGE_LIMIT,
        summary=summary,
        fingerprint=fingerprint,
        confidence=confidence,
        **more,
    )


def attempt(n, cycle, failed=True):
    return AttemptRecord(
        n=n,
        pass_name="maintain",
        exit_code=1,
        stopped_because=None,
        duration_s=1,
        pass_log=f"/somewhere/logs/{cycle}-attempt-{n}.log",
        failure=failure() if failed else None,
    )


def cycle(n=1, agent="codex", outcome=CycleOutcome.RUNNING, repo="repo", attempts=1):
    name = f"20260212-101456-{repo}-cycle-{n}"
    return CycleRecord(
        cycle=name,
        run="20260212-101456",
        repo=repo,
        n=n,
        agent=agent,
        trigger="schedule",
        outcome=outcome,
        started=BEGAN,
        attempts=tuple(attempt(i + 1, name) for i in range(attempts)),
    )


def fail(
    known=None,
    n=1,
    *,
    after=timedelta(),
    check=None,
    days=14.0,
    what=None,
    severity=Severity.SEV3,
    **of_cycle,
):
    now = BEGAN + after
    what = what or failure()
    seen = Occurrence(
        cycle=cycle(n, **of_cycle),
        failure=what,
        pass_name="maintain",
        check=check,
        now=now,
        severity=severity,
        respond_by=now + timedelta(hours=1 if severity is Severity.SEV1 else 4),
    )
    return on_failure(known, seen, days, incident_id("repo", what.fingerprint, now))


def succeed(incidents, *, pass_name="maintain", agent="codex", checks=(), commit="c0ffee", **more):
    now = BEGAN + timedelta(hours=5)
    return on_success(incidents, cycle(9, **more), pass_name, agent, checks, commit, now)


def test_an_id_is_made_of_repository_cause_and_first_moment():
    one = incident_id("repo", "abc", BEGAN)
    assert one.startswith("inc-20260212-") and len(one) == len("inc-20260212-") + 8
    assert one == incident_id("repo", "abc", BEGAN.astimezone(timezone(timedelta(hours=9))))
    others = {
        incident_id("repo2", "abc", BEGAN),
        incident_id("repo", "abd", BEGAN),
        incident_id("repo", "abc", BEGAN + timedelta(seconds=1)),
    }
    assert len(others | {one}) == 4


def test_every_failure_but_a_success_opens_one():
    assert opens_incident(failure())
    assert not opens_incident(None)
    assert not opens_incident(
        Failure(
            failure_class=FailureClass.SUCCESS,
            summary="",
            fingerprint="",
            confidence=Confidence.HIGH,
        )
    )


def test_the_first_failure_opens_it():
    made = fail(attempts=2)
    assert (made.state, made.count, made.trigger, made.agent) == (OPEN, 1, "schedule", "codex")
    assert made.first_seen == made.last_seen == BEGAN
    assert made.cycles == ("20260212-101456-repo-cycle-1",)
    assert made.logs == (
        "20260212-101456-repo-cycle-1-attempt-1.log",
        "20260212-101456-repo-cycle-1-attempt-2.log",
    )


def test_a_repeat_joins_it():
    first = fail()
    again = fail(first, 2, after=timedelta(minutes=4))
    assert (again.id, again.count, again.first_seen) == (first.id, 2, BEGAN)
    assert again.last_seen == BEGAN + timedelta(minutes=4)
    assert len(again.cycles) == len(again.logs) == 2


def test_the_same_cycle_counts_once():
    first = fail()
    assert fail(first, 1, after=timedelta(minutes=1)) == first


def test_a_less_certain_cause_does_not_replace_a_certain_one():
    first = fail(what=failure(summary="sure"))
    vague = fail(first, 2, what=failure(summary="vague", confidence=Confidence.LOW))
    newer = fail(first, 2, what=failure(summary="sure, newer"))
    assert (vague.failure.summary, newer.failure.summary) == ("sure", "sure, newer")


def test_whoever_failed_last_must_succeed():
    joined = fail(fail(), 2, agent="claude")
    assert succeed([joined], agent="codex") == ()
    assert len(succeed([joined], agent="claude")) == 1


@pytest.mark.parametrize(
    ("days_later", "same"), [(0, True), (13, True), (14, True), (14.01, False), (60, False)]
)
def test_a_resolved_one_reopens_within_the_window_only(days_later, same):
    (resolved,) = succeed([fail()])
    back = fail(resolved, 3, after=timedelta(hours=5, days=days_later))
    assert (back.id == resolved.id) is same
    assert back.state is OPEN and back.resolved_at is None
    assert (back.fix, back.commit) == ("pending", "pending")
    assert (back.reopens, back.count) == ((None, 2) if same else (resolved.id, 1))


def test_another_cause_or_repository_is_another_incident():
    known = fail()
    assert fail(known, 2, what=failure("other")).cycles == ("20260212-101456-repo-cycle-2",)
    assert fail(known, 2, repo="elsewhere").count == 1


@pytest.mark.parametrize(
    ("check", "how", "resolves"),
    [
        (None, {}, True),
        (None, {"pass_name": "cleanup"}, False),
        (None, {"agent": "claude"}, False),
        (None, {"agent": "fixers", "checks": ("pytest",)}, False),
        (None, {"outcome": CycleOutcome.SUCCEEDED}, True),
        (None, {"outcome": CycleOutcome.NOTHING_TO_DO}, False),
        (None, {"outcome": CycleOutcome.FAILED}, False),
        (None, {"outcome": CycleOutcome.CANCELLED}, False),
        (None, {"outcome": CycleOutcome.CIRCUIT_OPEN}, False),
        (None, {"repo": "elsewhere"}, False),
        ("pytest", {}, False),
        ("pytest", {"checks": ("lint",)}, False),
        ("pytest", {"checks": ("lint", "pytest")}, True),
        ("pytest", {"checks": ("pytest",), "agent": "claude"}, True),
        ("pytest", {"checks": ("pytest",), "agent": "fixers"}, False),
        ("pytest", {"checks": ("pytest",), "outcome": CycleOutcome.NOTHING_TO_DO}, False),
    ],
)
def test_only_what_failed_can_prove_that_it_works(check, how, resolves):
    assert bool(succeed([fail(check=check)], **how)) is resolves


@pytest.mark.parametrize(
    ("commit", "said"), [("c0ffee", "c0ffee"), (None, RECOVERED), ("", RECOVERED)]
)
def test_a_resolved_one_says_fix_and_commit(commit, said):
    (done,) = succeed([fail()], commit=commit)
    assert (done.state, done.commit) == (RESOLVED, said)
    assert done.resolved_at == BEGAN + timedelta(hours=5)
    assert done.fix == "codex works again since cycle 20260212-101456-repo-cycle-9"
    assert succeed([done]) == ()


def test_what_the_formatters_broke_they_can_prove():
    own = fail(check="ruff", agent="fixers")
    assert len(succeed([own], agent="fixers", checks=("ruff",))) == 1


def test_an_acknowledged_one_is_joined_and_resolved_like_an_open_one():
    taken = fail().evolve(state=ACKNOWLEDGED, owner="Ana")
    again = fail(taken, 2, after=timedelta(minutes=4))
    assert (again.state, again.owner, again.count) == (ACKNOWLEDGED, "Ana", 2)
    (done,) = succeed([again])
    assert done.state is RESOLVED


def test_a_sev1_closes_only_with_cause_and_rule():
    (recovered,) = succeed([fail(severity=Severity.SEV1)])
    assert (recovered.state, recovered.lacks) == (OPEN, ("Prevention Rule",))
    assert recovered.recovered_at == BEGAN + timedelta(hours=5)
    assert recovered.fix.startswith("codex works again") and recovered.commit == "c0ffee"
    assert recovered.recovered_by == "20260212-101456-repo-cycle-9"
    assert succeed([recovered], commit="later") == (recovered,)
    (done,) = succeed([recovered.evolve(prevention_rule="Log in before the night.")])
    assert (done.state, done.commit) == (RESOLVED, "c0ffee")


def test_a_sev1_of_an_unknown_cause_lacks_both():
    unknown = failure().evolve(failure_class=FailureClass.UNKNOWN)
    made = fail(severity=Severity.SEV1, what=unknown)
    assert made.lacks == ("Root Cause", "Prevention Rule")
    assert made.evolve(root_cause="the disk", prevention_rule="look at it").lacks == ()


def test_a_recovered_one_that_fails_again_is_open_again():
    (recovered,) = succeed([fail(severity=Severity.SEV1)])
    back = fail(recovered, 3, after=timedelta(days=90), severity=Severity.SEV1)
    assert (back.id, back.state, back.recovered_at) == (recovered.id, OPEN, None)
    assert (back.fix, back.commit, back.count) == ("pending", "pending", 2)
    assert [e.closed is None for e in back.episodes] == [False, True]


def test_episodes_say_when_it_was_open_and_what_closed_it():
    (resolved,) = succeed([fail().evolve(owner="Ana", escalated_at=BEGAN)])
    back = fail(resolved, 3, after=timedelta(days=2))
    first, second = back.episodes
    assert (first.opened, first.closed) == (BEGAN, BEGAN + timedelta(hours=5))
    assert (first.commit, second.opened, second.closed) == (
        "c0ffee",
        BEGAN + timedelta(days=2),
        None,
    )
    assert (back.escalated_at, back.acknowledged_at) == (None, None)
    assert back.respond_by == BEGAN + timedelta(days=2, hours=4)


def test_a_worse_repeat_raises_severity_and_shortens_the_target():
    first = fail()
    worse = fail(first, 2, after=timedelta(minutes=4), severity=Severity.SEV1)
    milder = fail(worse, 3, after=timedelta(minutes=8))
    assert (worse.severity, milder.severity) == (Severity.SEV1, Severity.SEV1)
    assert worse.respond_by == milder.respond_by == BEGAN + timedelta(hours=1, minutes=4)


def test_occurrences_are_counted_by_day():
    known = fail(fail(), 2, after=timedelta(hours=1))
    known = fail(known, 3, after=timedelta(days=3))
    assert known.per_day() == {date(2026, 2, 12): 2, date(2026, 2, 15): 1}
    older_store = known.evolve(days=())
    assert older_store.per_day() == {date(2026, 2, 12): 3}  # as its cycles are named


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200))
def test_count_is_the_number_of_cycles_and_what_is_kept_is_bounded(numbers):
    known, seen = None, []
    for minute, n in enumerate(numbers):
        before = known
        known = fail(known, n, after=timedelta(minutes=minute))
        joined = before is None or n not in [int(c.rsplit("-", 1)[1]) for c in before.cycles]
        seen += [n] if joined else []
        assert joined or known == before
    assert known.count == len(seen)
    assert known.cycles == tuple(cycle(n).cycle for n in seen[-CYCLES_KEPT:])
    assert len(known.logs) <= CYCLES_KEPT
    assert known.first_seen == BEGAN <= known.last_seen
