"""Fires and windows in real time zones: one run a night, also when the clocks change."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.cron import last_fire, next_fires, settled, window_at, zone_of
from policies.errors import NightcrewError
from policies.schedule import Schedule, staggered


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(moments: list[datetime], zone: str) -> list[str]:
    return [f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M%z}" for moment in moments]


BERLIN = "Europe/Berlin"

NIGHTS = {  # (cron, zone, day before the change, at noon UTC): what the zone's clock shows
    ("30 2 * * *", BERLIN, "2027-03-27T12:00"): ["28 01:30+0100", "29 02:30+0200"],
    ("30 2 * * *", BERLIN, "2027-10-30T12:00"): ["31 02:30+0200", "01 02:30+0100"],
    ("0 3 * * *", BERLIN, "2027-03-27T12:00"): ["28 03:00+0200", "29 03:00+0200"],
    ("5 * * * *", BERLIN, "2027-03-28T00:00"): ["28 01:05+0100", "28 03:05+0200"],
    ("5 * * * *", BERLIN, "2027-10-31T00:00"): ["31 02:05+0200", "31 03:05+0100"],
    ("0 */6 * * *", BERLIN, "2027-10-30T20:00"): ["31 00:00+0200", "31 06:00+0100"],
    ("0 */6 * * *", "Australia/Lord_Howe", "2027-04-03T12:00"): ["04 00:00+1100", "04 06:00+1030"],
    ("17 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00"): ["03 01:47+1030", "04 02:17+1100"],
    ("30 2 * * *", "America/New_York", "2027-03-13T12:00"): ["14 01:30-0500", "15 02:30-0400"],
    ("30 1 * * *", "America/New_York", "2027-11-06T12:00"): ["07 01:30-0400", "08 01:30-0500"],
    ("30 0 * * *", "Africa/Cairo", "2027-04-29T12:00"): ["29 23:30+0200", "01 00:30+0300"],
    ("30 2 * * *", "Asia/Kolkata", "2027-03-27T12:00"): ["28 02:30+0530", "29 02:30+0530"],
    ("0 2 29 2 *", "UTC", "2027-01-01T00:00"): ["29 02:00+0000", "29 02:00+0000"],
}


@pytest.mark.parametrize("case", NIGHTS, ids=lambda case: " ".join(case))
def test_a_schedule_fires_once_a_night(case):
    cron, zone, after = case
    assert shown(next_fires(cron, zone, utc(after), 2), zone) == NIGHTS[case]


def test_fires_come_after_the_moment_itself():
    first = utc("2027-01-15T01:00")
    assert next_fires("0 2 * * *", BERLIN, first, 1) == [first + timedelta(days=1)]
    assert next_fires("0 2 * * *", BERLIN, first - timedelta(microseconds=1), 1) == [first]
    assert last_fire("0 2 * * *", BERLIN, first) == first
    assert last_fire("0 2 * * *", BERLIN, first - timedelta(microseconds=1)) == first - timedelta(
        days=1
    )


CHANGES = {
    BERLIN: ("2027-03-28", "2027-10-31"),
    "America/New_York": ("2027-03-14", "2027-11-07"),
    "Australia/Lord_Howe": ("2027-04-04", "2027-10-03"),
    "Pacific/Chatham": ("2027-04-04", "2027-09-26"),
    "Africa/Cairo": ("2027-04-30", "2027-10-29"),
    "Antarctica/Troll": ("2027-03-28", "2027-10-31"),
    "Asia/Kolkata": ("2027-03-28",),
    "UTC": ("2027-03-28",),
}
DAYS = [(zone, day) for zone, days in CHANGES.items() for day in days]
TIMES = ("0 0", "0 1", "30 1", "45 1", "0 2", "30 2", "40 2", "0 3", "0 23")


def readings(wall: datetime, zone: str) -> list[datetime]:
    """Give the moments that a time can mean: one, or two when the clocks skip or repeat it."""
    return [wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]


@pytest.mark.parametrize(("zone", "day"), DAYS)
@pytest.mark.parametrize("time_of_day", TIMES)
def test_all_repositories_of_a_night_share_one_window(zone, day, time_of_day):
    """Whatever each one's minute, and however a time is read that the clocks skip or repeat."""
    schedule = Schedule(cron=f"{time_of_day} * * *", timezone=zone)
    minute, hour = map(int, time_of_day.split())
    minutes = {int(staggered(schedule, f"repository-{n}").split()[0]) for n in range(60)}
    starts = []
    for days in range(-2, 3):
        wall = datetime.fromisoformat(day) + timedelta(days=days, hours=hour)
        turns = [t for m in minutes for t in readings(wall.replace(minute=m), zone)]
        (start,) = {window_at(schedule, turn).start for turn in turns}
        assert start in readings(wall.replace(minute=minute), zone)
        starts.append(start)
    assert starts == next_fires(schedule.cron, zone, starts[0] - timedelta(seconds=1), 5)


def test_a_window_has_its_length_and_its_runs_id():
    schedule = Schedule(cron="0 2 * * *", timezone=BERLIN, window_s=3600)
    window = window_at(schedule, utc("2027-01-15T01:29:30"))
    assert (window.start, window.end) == (utc("2027-01-15T01:00"), utc("2027-01-15T02:00"))
    assert window.run == "20270115-010000"
    assert window_at(schedule, utc("2027-01-15T01:00")) == window
    assert window_at(schedule, utc("2027-01-15T00:59")).run == "20270114-010000"


def test_a_second_fire_when_a_time_comes_twice_is_of_the_same_window():
    schedule = Schedule(cron="30 2 * * *", timezone=BERLIN)
    first, second = utc("2027-10-31T00:45"), utc("2027-10-31T01:45")
    assert shown([first, second], BERLIN) == ["31 02:45+0200", "31 02:45+0100"]
    assert window_at(schedule, first) == window_at(schedule, second)


CRONS = st.sampled_from(
    ["0 2 * * *", "30 1,2 * * *", "*/20 * * * *", "17 */3 * * *", "5 0 1 * *", "59 2 * * 0"]
)


@given(
    CRONS,
    st.sampled_from(list(CHANGES)),
    st.integers(0, 36_000_000),
)
def test_the_last_fire_is_the_one_that_next_fires_told(cron, zone, seconds):
    now = utc("2026-12-01") + timedelta(seconds=seconds)
    last = last_fire(cron, zone, now)
    assert last <= now < next_fires(cron, zone, now, 1)[0]
    assert next_fires(cron, zone, last - timedelta(seconds=1), 1) == [last]
    fires = next_fires(cron, zone, now, 4)
    assert fires == sorted(set(fires)) and len(fires) == 4
    assert next_fires(cron, zone, fires[1], 2) == fires[2:]


def local_zone(tz: str | None) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "TZ"}
    return subprocess.run(
        [sys.executable, "-c", "from loop.cron import zone_of; print(zone_of(''))"],
        env=environ | ({"TZ": tz} if tz else {}),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("tz", "name"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        (":America/New_York", "America/New_York"),
        ("UTC", "UTC"),
    ],
)
def test_this_machines_zone_has_the_name_that_it_was_set_by(tz, name):
    assert local_zone(tz).stdout.strip() == name


def test_this_machines_own_zone_is_one_that_prefect_takes():
    name = local_zone(None).stdout.strip()
    assert name in available_timezones()
    here = datetime.now(ZoneInfo(name)).utcoffset()
    assert here == timedelta(seconds=time.localtime().tm_gmtoff)


@pytest.mark.parametrize("tz", ["CET-1CEST", "right/Europe/Berlin", "Nowhere/Town"])
def test_a_zone_without_a_name_is_said(tz):
    ended = local_zone(tz)
    assert (
        f"TZ={tz} is no name of the time zone database; set timezone in [schedule]" in ended.stderr
    )


def test_a_named_zone_is_taken_as_it_is(monkeypatch):
    monkeypatch.setenv("TZ", "Nowhere/Town")
    schedule = Schedule(cron="0 2 * * *", timezone=BERLIN)
    assert zone_of(BERLIN) == BERLIN
    assert settled(schedule) is not None and settled(schedule) == schedule
    with pytest.raises(NightcrewError):
        settled(schedule.evolve(timezone=""))
