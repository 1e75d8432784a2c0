"""Prefect's own schedule against ours on the nights when clocks change: one turn a night, one window.

No server: this is the code with which its scheduler makes runs, asked as often as it would ask.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.server.schemas.schedules import CronSchedule

from loop.cron import next_fires, window_at
from policies.missed import Due, Verdict, decide
from policies.schedule import Schedule, staggered
from policies.schedule_words import cron_of

CHANGES = {
    "Europe/Berlin": ("2027-03-28", "2027-10-31"),
    "America/New_York": ("2027-03-14", "2027-11-07"),
    "Australia/Lord_Howe": ("2027-04-04", "2027-10-03"),
    "Pacific/Chatham": ("2027-04-04", "2027-09-26"),
    "Asia/Kolkata": ("2027-03-28",),
    "UTC": ("2027-03-28",),
}
NIGHTS = [(zone, day) for zone, days in CHANGES.items() for day in days]
TIMES = (
    "nightly at 01:15",
    "nightly at 01:45",
    "nightly at 02:00",
    "nightly at 02:30",
    "daily at 3am",
)
REPOSITORIES = ("website", "firmware", "secretiveX")
LATER_WHEN_SKIPPED = sys.version_info >= (3, 13)
"""There Prefect reads a time that the clocks skip an hour after the change; before, an hour ahead of it."""


async def asked(schedule: CronSchedule, starts: list[datetime], n: int) -> set[datetime]:
    """In UTC, since in their own zone both moments of a repeated time are equal."""
    dates = [await schedule.get_dates(n=n, start=start) for start in starts]
    return {date.astimezone(UTC) for some in dates for date in some}


def prefects(cron: str, zone: str, starts: list[datetime], n: int) -> list[datetime]:
    """Give the dates of Prefect's own class that its scheduler finds when it asks at *starts*."""
    return sorted(asyncio.run(asked(CronSchedule(cron=cron, timezone=zone), starts, n)))


def scheduled(cron: str, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    """Give all runs that the scheduler makes between *begin* and *end*, awake all the time."""
    starts = [begin + timedelta(minutes=minute) for minute in range(0, 72 * 60, 23)]
    dates = prefects(cron, zone, starts, 3)
    return [date for date in dates if begin <= date < end]


def around(zone: str, day: str) -> tuple[datetime, datetime]:
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    return tuple((noon + timedelta(days=days)).astimezone(UTC) for days in (-2, 1))


@pytest.mark.parametrize(("zone", "day"), NIGHTS)
def test_every_repository_has_one_turn_a_night_and_all_share_its_window(zone, day):
    begin, end = around(zone, day)
    for text in TIMES:
        schedule = Schedule(cron=cron_of(text), timezone=zone)
        nights = [fire for fire in next_fires(schedule.cron, zone, begin, 4) if fire < end]
        assert len(nights) == 3
        for repository in REPOSITORIES:
            cron = staggered(schedule, repository)
            turns = scheduled(cron, zone, begin, end)
            assert [window_at(schedule, turn).start for turn in turns] == nights, (text, repository)
            ours = [fire for fire in next_fires(cron, zone, begin, 4) if fire < end]
            if not LATER_WHEN_SKIPPED:
                assert turns == ours, (text, repository)


@pytest.mark.parametrize(("zone", "day"), NIGHTS)
def test_if_it_came_twice_the_second_would_be_skipped(zone, day):
    """Both readings of a repeated time lie in one window; the first turn then has used it up."""
    schedule = Schedule(cron=cron_of("nightly at 02:00"), timezone=zone)
    minute, hour = map(int, staggered(schedule, "website").split()[:2])
    wall = datetime.fromisoformat(day).replace(hour=hour, minute=minute)
    done, started = set(), []
    for fold in (0, 1):
        turn = wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
        due = Due(id=f"{fold}", scheduled=turn, window=window_at(schedule, turn))
        (answer,) = decide([due], turn, schedule, done=done).values()
        if answer.verdict is Verdict.RUN:
            started.append(turn)
            done.add(due.window.start)
    assert len(started) == 1


@pytest.mark.skipif(LATER_WHEN_SKIPPED, reason="Prefect reads skipped times otherwise here")
@pytest.mark.parametrize(
    ("cron", "zone"),
    list(product(("5 * * * *", "*/20 * * * *", "0 */6 * * *", "30 1,2 * * *"), CHANGES)),
)
def test_what_fires_more_often_fires_as_prefect_does(cron, zone):
    for day in CHANGES[zone]:
        begin = around(zone, day)[0]
        theirs = prefects(cron, zone, [begin], 200)
        assert theirs == next_fires(cron, zone, begin - timedelta(seconds=1), len(theirs))


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high)
    ranges = st.tuples(one, one).map(lambda ends: f"{min(ends)}-{max(ends)}")
    parts = st.lists(st.one_of(one.map(str), ranges), min_size=1, max_size=3).map(",".join)
    steps = st.integers(2, max(2, high // 2))
    return st.one_of(
        parts, st.just("*"), st.builds("{}/{}".format, st.one_of(st.just("*"), ranges), steps)
    )


CRONS = st.tuples(
    numbers(0, 59), numbers(0, 23), numbers(1, 31), numbers(1, 12), numbers(0, 7)
).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(CRONS, st.integers(0, 63_000_000))
def test_every_cron_that_we_take_means_the_same_to_prefect(text, seconds):
    try:
        cron = cron_of(text)
    except ValueError:
        return
    start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert prefects(cron, "UTC", [start], 5) == next_fires(
        cron, "UTC", start - timedelta(seconds=1), 5
    )
