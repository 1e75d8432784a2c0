"""The breaker in an outage: one probe, what fails or works beside it, and the way back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.bounds import DEFAULT_BOUNDS
from policies.breaker import (
    BreakerState,
    Phase,
    after_failure,
    after_success,
    freed,
    probe_failed,
    probing,
    released,
    tripped,
)
from policies.cooldown import CoolDown
from policies.failure import Confidence, Failure, FailureClass
from policies.permit import Answer, may_start
from policies.ramp import AGAIN_S, PROBE_AGAIN_S, Owner

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
COOL = CoolDown()
OWNER = Owner(pid=7, started=1.0, host="here")
LIMIT = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="limit",
    fingerprint="f1",
    confidence=Confidence.HIGH,
    agents_own=True,
    resets_at=NOW + timedelta(days=3),
)
BOUND = DEFAULT_BOUNDS[FailureClass.USAGE_LIMIT]
CLOSED = BreakerState(key="agent:codex")
OPEN = after_failure(CLOSED, LIMIT, BOUND, COOL, NOW)
DUE = NOW + timedelta(hours=24)
HALF_OPEN = probing(OPEN, "probe", DUE + timedelta(hours=3), OWNER)


def test_a_probe_is_due_every_day_whatever_end_is_stated():
    assert OPEN.stated_end == LIMIT.resets_at
    assert may_start(OPEN, DUE - timedelta(seconds=1)).answer is Answer.REFUSE
    assert may_start(OPEN, DUE).answer is Answer.PROBE


def test_others_wait_briefly_for_the_probe():
    permit = may_start(HALF_OPEN, DUE, cycle="other")
    assert (permit.answer, permit.is_brief) == (Answer.REFUSE, True)
    assert permit.until == DUE + timedelta(seconds=PROBE_AGAIN_S)
    assert permit.stated_end is None  # not postponed for days: the probe may pass
    assert not may_start(OPEN, NOW, cycle="other").is_brief


def test_what_ends_beside_the_probe_moves_nothing():
    late = after_failure(HALF_OPEN, LIMIT, BOUND, COOL, DUE, "other")
    assert (late.phase, late.probe, late.cool_down_s) == (
        Phase.HALF_OPEN,
        "probe",
        OPEN.cool_down_s,
    )
    assert after_success(HALF_OPEN, "other", 5, DUE) == HALF_OPEN


def test_a_dead_probe_frees_its_place_at_once():
    assert freed(HALF_OPEN, DUE, lambda _owner: False) == HALF_OPEN
    free = freed(HALF_OPEN, DUE, lambda owner: owner == OWNER)
    assert (free.phase, free.probe, free.probe_owner) == (Phase.OPEN, "", None)
    assert may_start(free, DUE, cycle="other").answer is Answer.PROBE


def test_a_passed_probe_lets_two_then_more_in():
    closed = after_success(HALF_OPEN, "probe", 5, DUE)
    assert closed.phase is Phase.CLOSED
    assert closed.ramp is not None
    assert may_start(closed, DUE, cycle="a").answer is Answer.GO
    full = replace(closed, ramp=replace(closed.ramp, allowed=1))
    permit = may_start(full, DUE, cycle="a")
    assert (permit.answer, permit.is_brief, permit.is_recovering) == (Answer.REFUSE, True, True)
    assert permit.until == DUE + timedelta(seconds=AGAIN_S)
    assert released(full, "probe").ramp.inside == ()
    assert after_success(HALF_OPEN, "probe", 2, DUE) == CLOSED


@pytest.mark.parametrize("own", [True, False])
def test_only_the_agents_own_words_state_an_end(own):
    opened = tripped(CLOSED, LIMIT.evolve(agents_own=own), COOL, NOW, 3)
    assert opened.phase is Phase.OPEN
    assert (opened.stated_end is not None) is own
    assert (opened.identical, opened.failed) == (3, 3)
    assert tripped(HALF_OPEN, LIMIT, COOL, NOW) == HALF_OPEN


def test_a_probe_that_meets_the_outages_cause_opens_for_longer():
    spread = LIMIT.evolve(agents_own=False, failure_class=FailureClass.UNKNOWN)
    opened = tripped(CLOSED, spread, COOL, NOW)
    probe = probing(opened, "probe", DUE, OWNER)
    again = probe_failed(probe, spread, COOL, DUE)
    assert (again.phase, again.cool_down_s) == (Phase.OPEN, opened.cool_down_s * 2)
    assert probe_failed(probe, spread.evolve(fingerprint="other"), COOL, DUE) == probe
