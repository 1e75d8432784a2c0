"""A notice's way to its channel: when it is tried, when it is a repeat, when there is no more of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.delivery import (
    GIVE_UP_S,
    LONGEST_WAIT_S,
    ONCE,
    DeliveryState,
    delivery_of,
    given_up,
    is_repeat,
    put_off,
    taken,
    tried,
)
from policies.notice import Notice, NoticeKind, NoticeRule
from policies.outward import Action, OutwardLimits
from policies.severity import Severity

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
LIMITS = OutwardLimits(per_hour={Action.NOTIFICATION: 3, Action.PUSH: 1})


def notice(kind: NoticeKind = NoticeKind.OPENED, at: datetime = NOW, **more: object) -> Notice:
    values = {"about": "inc-1", "repo": "site", "title": "t", "body": "b"} | more
    return Notice(kind=kind, at=at, **values)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_wait_doubles_to_an_hour_and_ends_within_a_day():
    each, now, waits = delivery_of(notice(), "c"), NOW, []
    while each.state is DeliveryState.WAITING:
        now = each.due
        each = tried(each, "no answer", now)
        waits.append((each.due - now).total_seconds())
    assert waits[:8] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (each.state, each.why) == (DeliveryState.GIVEN_UP, "no answer")
    assert now <= later(GIVE_UP_S) < now + timedelta(seconds=LONGEST_WAIT_S)


def test_what_was_sent_says_when_and_after_how_many_tries():
    each = tried(tried(delivery_of(notice(), "c"), "no answer", NOW), "", later(60))
    assert (each.state, each.sent, each.tries, each.why) == (
        DeliveryState.SENT,
        later(60),
        2,
        "",
    )
    assert each.to_json()["due"] is None


def test_a_process_that_sends_has_it_alone_and_gives_it_back_when_it_fails():
    mine = taken(delivery_of(notice(), "c"), NOW)
    assert (mine.leaving, mine.due) == (NOW, later(120))
    assert tried(mine, "no", NOW).leaving is None
    assert given_up(mine, "no").leaving is None


@pytest.mark.parametrize(
    ("kind", "after_s", "repeats"),
    [
        (NoticeKind.OPENED, 0, True),
        (NoticeKind.OPENED, 3599, True),
        (NoticeKind.OPENED, 3600, False),
        (NoticeKind.ESCALATED, 3601, False),
        (NoticeKind.NIGHT, 86_400, True),
        (NoticeKind.OUTAGE_BEGUN, 86_400, True),
    ],
)
def test_one_of_a_kind_about_one_thing_in_a_window(kind, after_s, repeats):
    earlier = delivery_of(notice(kind), "c")
    assert is_repeat(earlier, notice(kind, later(after_s)), 3600) is repeats
    assert (kind in ONCE) is (after_s == 86_400)


def test_what_would_wait_over_a_day_is_given_up():
    each = delivery_of(notice(), "c")
    assert put_off(each, later(3600), "over the limit").state is DeliveryState.WAITING
    assert put_off(each, later(GIVE_UP_S), "over the limit").state is DeliveryState.GIVEN_UP


def test_ids_differ_by_channel_and_moment():
    made = [delivery_of(notice(at=at), c).id for at in (NOW, later(1)) for c in ("c", "d")]
    assert len(set(made)) == 4
    assert delivery_of(notice(), "c").id == made[0]


@given(st.lists(st.floats(0, 20_000), max_size=60), st.sampled_from(list(LIMITS.per_hour)))
def test_no_hour_sees_more_than_its_limit(wishes, action):
    limit, left = LIMITS.per_hour[action], []
    for wish in sorted(wishes):
        now = later(wish)
        for _ in range(len(wishes) + 1):  # whoever waits until then finds room, or a later moment
            free = LIMITS.free_at(action, left, now)
            if free is None:
                break
            assert free > now
            now = free
        assert free is None
        left.append(now)
        left.sort()
    for moment in left:
        hour = [each for each in left if moment <= each < moment + timedelta(hours=1)]
        assert len(hour) <= limit


def test_what_has_no_limit_never_waits():
    assert LIMITS.free_at(Action.COMMENT, [NOW] * 100, NOW) is None


@pytest.mark.parametrize(
    ("kind", "severity", "wanted"),
    [
        (NoticeKind.OPENED, Severity.SEV1, True),
        (NoticeKind.OPENED, Severity.SEV2, True),
        (NoticeKind.OPENED, Severity.SEV3, False),
        (NoticeKind.RESOLVED, Severity.SEV1, False),
        (NoticeKind.NIGHT, None, True),
        (NoticeKind.TEST, None, True),
    ],
)
def test_people_hear_what_they_asked_for(kind, severity, wanted):
    rule = NoticeRule(
        kinds=frozenset({NoticeKind.OPENED, NoticeKind.NIGHT}), severity=Severity.SEV2
    )
    assert rule.wants(notice(kind, severity=severity)) is wanted
