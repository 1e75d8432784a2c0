"""A breaker that a person opens: nothing of what was under way closes it before its time."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.breaker import BreakerState, Phase, after_success, probing
from policies.permit import Answer, may_start
from policies.ramp import Ramp
from policies.tripping import tripped_by_hand

NOW = datetime(2026, 2, 12, 20, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
OPEN = BreakerState(key="agent:codex", phase=Phase.OPEN, until=NOW, summary="the limit")


@pytest.mark.parametrize(
    "state",
    [
        BreakerState(key="agent:codex"),
        OPEN,
        probing(OPEN, "r-cycle-1", LATER),
        BreakerState(key="agent:codex", ramp=Ramp(allowed=2, until=LATER)),
    ],
)
def test_it_stays_open_until_then_whatever_was_under_way(state):
    opened = tripped_by_hand(state, "the forge\nmoves", LATER, NOW)
    assert opened.summary == "opened by hand: the forge moves"
    assert (opened.probe, opened.probe_owner, opened.ramp) == ("", None, None)
    assert after_success(opened, "r-cycle-1", 5, NOW) == opened
    assert may_start(opened, NOW, cycle="r-cycle-2").answer is Answer.REFUSE
    assert may_start(opened, LATER, cycle="r-cycle-2").answer is Answer.PROBE
