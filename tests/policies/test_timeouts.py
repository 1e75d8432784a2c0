from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.events.base import Event, EventKind
from policies.failure import StopReason
from policies.timeouts import OPEN_TOOLS_LIMIT, Activity, Timeouts, verdict

LIMITS = Timeouts(total_s=1000, silence_s=100, progress_s=200, tool_s=300, after_end_s=10)


def begun(**changes: float | None) -> Activity:
    activity = Activity()
    activity.begin(5000)
    for name, value in changes.items():
        setattr(activity, name, None if value is None else 5000 + value)
    return activity


@pytest.mark.parametrize(
    ("activity", "at_s", "expected"),
    [
        (begun(), 99, None),
        (begun(), 100, StopReason.SILENCE),
        (begun(last_output_s=50), 149, None),
        (begun(last_output_s=50), 150, StopReason.SILENCE),
        (begun(last_work_s=60), 159, None),
        (begun(last_work_s=60), 160, StopReason.SILENCE),
        (begun(last_output_s=199), 200, StopReason.PROGRESS),
        (begun(last_output_s=199, last_work_s=150), 200, None),
        (begun(last_output_s=199, last_progress_s=150), 200, None),
        (begun(last_output_s=999, last_progress_s=999), 1000, StopReason.TOTAL),
        (begun(last_output_s=20, ended_s=20), 29, None),
        (begun(last_output_s=20, ended_s=20), 30, StopReason.AFTER_END),
        (begun(ended_s=995), 1000, StopReason.AFTER_END),
    ],
)
def test_verdict(activity: Activity, at_s: float, expected: StopReason | None) -> None:
    assert verdict(LIMITS, activity, now_s=5000 + at_s) is expected


def test_an_open_tool_counts_as_progress_until_its_own_limit() -> None:
    activity = begun()
    activity.take(Event(kind=EventKind.TOOL_STARTED, tool_id="a"), 5050)
    activity.take(Event(kind=EventKind.TOOL_STARTED, tool_id="b"), 5060)
    assert verdict(LIMITS, activity, now_s=5349) is None
    assert verdict(LIMITS, activity, now_s=5350) is StopReason.TOOL
    activity.take(Event(kind=EventKind.TOOL_ENDED, tool_id="a"), 5340)
    assert verdict(LIMITS, activity, now_s=5350) is None
    assert verdict(LIMITS, activity, now_s=5360) is StopReason.TOOL


@pytest.mark.parametrize(
    "kind", [EventKind.STARTED, EventKind.RETRY, EventKind.ERROR, EventKind.OTHER]
)
def test_chatter_is_not_progress(kind: EventKind) -> None:
    activity = begun(last_output_s=199)
    activity.take(Event(kind=kind), 5199)
    assert verdict(LIMITS, activity, now_s=5200) is StopReason.PROGRESS


def test_an_agent_that_goes_on_after_its_end_event_has_not_ended() -> None:
    activity = begun()
    activity.take(Event(kind=EventKind.ENDED), 5010)
    activity.take(Event(kind=EventKind.RETRY), 5011)
    assert verdict(LIMITS, activity, now_s=5050) is None


def test_the_end_event_closes_open_tools() -> None:
    activity = begun()
    activity.take(Event(kind=EventKind.TOOL_STARTED, tool_id="a"), 5001)
    activity.take(Event(kind=EventKind.ENDED), 5002)
    assert verdict(LIMITS, activity, now_s=5012) is StopReason.AFTER_END


def test_tools_that_never_end_are_bounded() -> None:
    activity = begun()
    for n in range(OPEN_TOOLS_LIMIT + 50):
        activity.take(Event(kind=EventKind.TOOL_STARTED, tool_id=str(n)), 5000 + n)
    assert len(activity.open_tools) == OPEN_TOOLS_LIMIT
    assert min(activity.open_tools.values()) == 5050


MOMENTS = st.floats(min_value=0, max_value=1e6)


@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS, st.none() | MOMENTS)
def test_no_limit_means_never(
    output_s: float, progress_s: float, work_s: float, now_s: float, ended_s: float | None
) -> None:
    none = Timeouts(total_s=0, silence_s=0, progress_s=0, tool_s=0, after_end_s=0)
    activity = Activity(
        last_output_s=output_s, last_progress_s=progress_s, last_work_s=work_s, ended_s=ended_s
    )
    assert verdict(none, activity, now_s=now_s) is None
    activity.open_tools["t"] = 0
    assert verdict(none, activity, now_s=now_s) is None


@given(MOMENTS, MOMENTS)
def test_work_never_moves_back(first_s: float, second_s: float) -> None:
    activity = Activity()
    activity.saw_work(first_s)
    activity.saw_work(second_s)
    assert activity.last_work_s == max(first_s, second_s)
