"""Schedules: words to cron and back, each repository's own minute, one line for people."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.cron import checked
from policies.plan import RepoPlan
from policies.schedule import Missed, Schedule, Window, describe, staggered
from policies.schedule_words import cron_of, is_off, words_of

WORDS = {
    "nightly at 02:00": "0 2 * * *",
    "Nightly  at 2:00": "0 2 * * *",
    "daily at 2am": "0 2 * * *",
    "daily at 2 a.m.": "0 2 * * *",
    "daily at 12am": "0 0 * * *",
    "daily at 12pm": "0 12 * * *",
    "daily at noon": "0 12 * * *",
    "nightly at midnight": "0 0 * * *",
    "daily at 2:30pm": "30 14 * * *",
    "weekdays at 23:30": "30 23 * * 1-5",
    "weekends at 10:05": "5 10 * * 0,6",
    "weekly on sunday at 03:00": "0 3 * * 0",
    "weekly on SAT at 3am": "0 3 * * 6",
    "weekly on mondays at 00:59": "59 0 * * 1",
    "every 6 hours": "0 */6 * * *",
    "every 1 hour": "0 * * * *",
    "every hour": "0 * * * *",
    "hourly": "0 * * * *",
    "0 2 * * *": "0 2 * * *",
    "  05  02 * *  Mon-Fri ": "5 2 * * 1-5",
    "*/20 * * * *": "*/20 * * * *",
    "0 2 * * 7": "0 2 * * 0",
    "0 2 * * fri-sun": "0 2 * * 5-7",
    "0 2 * * sun-tue": "0 2 * * 0-2",
    "0 2 * * 0-7": "0 2 * * 0-7",
    "0,30 1-5/2 1,15 jan,mar-may *": "0,30 1-5/2 1,15 1,3-5 *",
    "0 2 */1 * mon": "0 2 * * 1",
    "0 2 13 * fri": "0 2 13 * 5",
    "0 2 29 2 *": "0 2 29 2 *",
    "0 2 1-1 * 7-7": "0 2 1 * 0",
}


@pytest.mark.parametrize("text", WORDS)
def test_words_mean_a_cron(text):
    assert cron_of(text) == WORDS[text]


WRONG = {
    "nightly": "write its time too, as in nightly at 02:00",
    "nightly at 25:00": "'25:00' is no time of day; write it as 02:00 or 2am",
    "nightly at 2": "'2' is no time of day",
    "nightly at 13pm": "'13pm' is no time of day",
    "nightly at 0am": "'0am' is no time of day",
    "nightly at 02:60": "'02:60' is no time of day",
    "nightly at 02:00 Europe/Berlin": "a time zone is a setting of its own",
    "nihgtly at 02:00": "write nightly at 02:00, weekdays at 23:30, weekly on sunday at 03:00",
    "weekly on someday at 03:00": "write nightly at 02:00",
    "02:00": "write nightly at 02:00",
    "@daily": "write nightly at 02:00",
    "every 5 hours": "5 hours do not divide a day; use 1, 2, 3, 4, 6, 8 or 12",
    "every 0 hours": "0 hours do not divide a day",
    "0 2 * *": "cron has five fields (minute, hour, day of the month, month, day of the week), "
    "here are 4; as in 0 2 * * *",
    "0 0 2 * * *": "here are 6",
    "61 2 * * *": "'61' is no minute; use 0 to 59",
    "0 24 * * *": "'24' is no hour; use 0 to 23",
    "0 2 0 * *": "'0' is no day of the month; use 1 to 31",
    "0 2 * * 8": "'8' is no day of the week; use 0 to 7",
    "0 2 * * monday": "'monday' is no day of the week",
    "0 2 * * fri-mon": "'fri-mon' runs backwards; write two: 5-7,0-1",
    "0 2 * * 5#2": "'5#2' is no day of the week; write a number, a list 1,2, a range 1-5",
    "0 2 L * *": "'l' is no day of the month",
    "0 2 ? * *": "'?' is no day of the month; write a number",
    "5/15 * * * *": "'5/15' is no minute; write a number",
    "*/0 * * * *": "a step of 0 fits no minute; use 1 to 59",
    "0 2 30 2 *": "a day 30 never comes in that month",
    "0 2 31 4,6 fri": "a day 31 never comes in that month",
    "0 2 */2 * mon": "day of the month and day of the week are both given",
    "0 2 1 * */2": "day of the month and day of the week are both given",
    "0 2 ١ * *": "'١' is no day of the month",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_schedule_is_said_in_one_sentence(text):
    with pytest.raises(ValueError) as told:
        cron_of(text)
    assert WRONG[text] in str(told.value)
    assert "\n" not in str(told.value)


def test_off():
    assert [is_off(text) for text in ("", " Never ", "OFF", "hourly")] == [True, True, True, False]


BACK = {
    "0 2 * * *": "nightly at 02:00",
    "5 6 * * *": "daily at 06:05",
    "0 20 * * *": "nightly at 20:00",
    "30 23 * * 1-5": "weekdays at 23:30",
    "0 10 * * 0,6": "weekends at 10:00",
    "0 3 * * 0": "weekly on sunday at 03:00",
    "0 */6 * * *": "every 6 hours",
    "0 * * * *": "hourly",
    "17 * * * *": "cron 17 * * * *",
    "0 2 1 * *": "cron 0 2 1 * *",
    "0 2 * * 1-3": "cron 0 2 * * 1-3",
    "0,30 2 * * *": "cron 0,30 2 * * *",
    "17 */6 * * *": "cron 17 */6 * * *",
}


@pytest.mark.parametrize("cron", BACK)
def test_a_cron_is_told_in_words_that_mean_it(cron):
    words = words_of(cron)
    assert words == BACK[cron]
    assert cron_of(words.removeprefix("cron ")) == cron


@given(st.text(alphabet="0123456789*/,- monatweklyhrigsup:.", max_size=30))
def test_every_text_is_a_cron_or_is_refused(text):
    try:
        cron = cron_of(text)
    except ValueError:
        return
    assert checked(cron) == cron
    assert len(cron.split()) == 5


NIGHTLY = Schedule(cron="0 2 * * *")
NAMES = [f"repository-{n}" for n in range(300)]


def test_each_repository_has_a_minute_of_its_own_that_never_changes():
    assert [staggered(NIGHTLY, name) for name in ("website", "firmware", "secretiveX")] == [
        "21 2 * * *",
        "10 2 * * *",
        "1 2 * * *",
    ]


def test_the_minutes_are_spread_over_all_of_the_stagger():
    minutes = {int(staggered(NIGHTLY, name).split()[0]) for name in NAMES}
    assert minutes == set(range(31))


@pytest.mark.parametrize(
    ("cron", "stagger_minutes", "window_s", "latest"),
    [
        ("0 2 * * *", 0, 21_600, 0),
        ("45 1 * * *", 30, 21_600, 59),
        ("59 1 * * *", 30, 21_600, 59),
        ("0 2 * * *", 30, 1_200, 10),
        ("0 2 * * *", 30, 60, 0),
        ("15 * * * *", 10, 21_600, 25),
    ],
)
def test_the_minute_stays_in_its_hour_and_in_the_first_half_of_the_window(
    cron, stagger_minutes, window_s, latest
):
    schedule = Schedule(cron=cron, stagger_minutes=stagger_minutes, window_s=window_s)
    minutes = [int(staggered(schedule, name).split()[0]) for name in NAMES]
    assert (min(minutes), max(minutes)) == (int(cron.split()[0]), latest)
    assert {staggered(schedule, name).split(" ", 1)[1] for name in NAMES} == {cron.split(" ", 1)[1]}


@pytest.mark.parametrize("cron", ["*/20 * * * *", "0,30 2 * * *", "* 2 * * *", "1-9/2 * * * *"])
def test_a_cron_of_several_minutes_is_left_as_it_is(cron):
    assert {staggered(NIGHTLY.evolve(cron=cron), name) for name in NAMES} == {cron}


def test_a_schedule_is_told_in_one_line():
    there = NIGHTLY.evolve(timezone="Europe/Berlin")
    assert describe(there) == "nightly at 02:00 Europe/Berlin, window 6 h, missed: once"
    here = NIGHTLY.evolve(window_s=5400, missed=Missed.HOLD)
    assert describe(here) == "nightly at 02:00 local time, window 1.5 h, missed: hold"


def test_a_window_names_its_run_in_utc():
    start = datetime(2027, 1, 2, 2, 0, tzinfo=timezone(timedelta(hours=1)))
    window = Window(start=start, end=start + timedelta(hours=6))
    assert window.run == "20270102-010000"
    assert Window(start=start.astimezone(UTC), end=window.end) == window


def test_a_plans_schedule_comes_back_from_its_state_and_old_states_have_none():
    schedule = NIGHTLY.evolve(timezone="Asia/Kolkata", missed=Missed.SKIP, stagger_minutes=5)
    for plan in (
        RepoPlan(name="a", path="/a"),
        RepoPlan(name="a", path="/a", schedule=schedule),
    ):
        state = json.loads(json.dumps(plan.to_state()))
        assert RepoPlan.from_state(state) == plan
        del state["schedule"]
        assert RepoPlan.from_state(state) == plan.evolve(schedule=None)
