"""Acknowledged, resolved by hand, escalated: what a person does, and what happens if nobody does."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.failure import Confidence, Failure, FailureClass
from policies.records import Episode, IncidentRecord, IncidentState, Severity
from policies.response import (
    BY_HAND,
    IncidentRefused,
    acknowledged,
    escalation_due,
    is_overdue,
    resolved_by_hand,
)

BEGAN = datetime(2026, 2, 12, 20, tzinfo=UTC)
LATER = BEGAN + timedelta(hours=2)
TOKEN = "ghp_" + "a1B2" * 9


def incident(**changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id="inc-20260212-0a1b2c3d",
        repo="site",
        agent="codex",
        pass_name="maintain",
        failure=Failure(
            failure_class=FailureClass.DISK_FULL,
            summary="no space left on device",
            fingerprint="f",
            confidence=Confidence.HIGH,
        ),
        first_seen=BEGAN,
        last_seen=BEGAN,
        respond_by=BEGAN + timedelta(minutes=30),
        episodes=(Episode(opened=BEGAN),),
    )
    return record.evolve(**changes)


RESOLVED = incident(state=IncidentState.RESOLVED, resolved_at=BEGAN, fix="cured", commit="c0ffee")
SEV1 = incident(severity=Severity.SEV1)


def test_a_person_takes_it_and_another_may_take_it_over() -> None:
    taken = acknowledged(incident(), " Ana \x1b[2J\n", LATER)
    assert (taken.state, taken.owner, taken.acknowledged_at) == (
        IncidentState.ACKNOWLEDGED,
        "Ana",
        LATER,
    )
    assert acknowledged(taken, "Ben", LATER).owner == "Ben"


@pytest.mark.parametrize(("known", "owner"), [(RESOLVED, "Ana"), (incident(), " \x00")])
def test_what_cannot_be_acknowledged(known: IncidentRecord, owner: str) -> None:
    with pytest.raises(IncidentRefused, match=known.id):
        acknowledged(known, owner, LATER)


def test_resolved_by_hand_says_why() -> None:
    done = resolved_by_hand(incident(), LATER, f"cleaned /tmp with {TOKEN}")
    assert (done.state, done.resolved_at, done.commit) == (IncidentState.RESOLVED, LATER, BY_HAND)
    assert done.fix.startswith("resolved by hand: cleaned /tmp with ")
    assert TOKEN not in done.fix + done.resolved_because
    (episode,) = done.episodes
    assert (episode.closed, episode.how, episode.commit) == (LATER, done.fix, BY_HAND)


def test_what_is_given_wins_and_what_was_proven_stays() -> None:
    proven = incident(recovered_at=LATER, fix="codex works again", commit="c0ffee")
    done = resolved_by_hand(proven, LATER, "seen", prevention_rule="Keep\n5 GB free", commit="abc")
    assert (done.fix, done.commit, done.prevention_rule) == (
        "codex works again",
        "abc",
        "Keep 5 GB free",
    )


@pytest.mark.parametrize(
    ("known", "given", "missing"),
    [
        (SEV1, {}, "--prevention-rule TEXT"),
        (
            SEV1.evolve(failure=SEV1.failure.evolve(failure_class=FailureClass.UNKNOWN)),
            {"prevention_rule": "Keep 5 GB free"},
            "--root-cause TEXT",
        ),
        (RESOLVED, {}, "is resolved since"),
    ],
)
def test_what_cannot_be_resolved(
    known: IncidentRecord, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(IncidentRefused, match=missing):
        resolved_by_hand(known, LATER, "done", **given)


def test_a_reason_is_needed() -> None:
    with pytest.raises(IncidentRefused, match="--reason"):
        resolved_by_hand(incident(), LATER, "  ")


def test_a_resolved_one_can_be_told_more() -> None:
    told = resolved_by_hand(RESOLVED, LATER, "found out", prevention_rule="Keep 5 GB free")
    assert (told.resolved_at, told.fix, told.commit) == (BEGAN, "cured", "c0ffee")
    assert told.prevention_rule == "Keep 5 GB free"


@pytest.mark.parametrize(
    ("known", "minutes", "due"),
    [
        (incident(), 29, False),
        (incident(), 30, True),
        (incident(), 3000, True),
        (incident(escalated_at=LATER), 3000, False),
        (acknowledged(incident(), "Ana", BEGAN), 3000, False),
        (incident(recovered_at=BEGAN), 3000, False),
        (incident(respond_by=None), 3000, False),
        (RESOLVED, 3000, False),
    ],
)
def test_what_nobody_acknowledged_is_escalated_once(
    known: IncidentRecord, minutes: int, due: bool
) -> None:
    now = BEGAN + timedelta(minutes=minutes)
    assert escalation_due(known, now) is due
    assert is_overdue(known, now) is (due or known.escalated_at is not None)
