"""Missed turns: what runs, what is skipped and what waits, told turn by turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.missed import ALREADY, ON_TIME_S, Due, Verdict, decide
from policies.schedule import Missed, Schedule, Window

BERLIN = Schedule(cron="0 2 * * *", timezone="Europe/Berlin")
START = datetime(2027, 1, 15, 1, 0, tzinfo=UTC)
"""02:00 in Berlin, where the clock is an hour ahead."""


def night(days_ago: int = 0, minute: int = 13, **fields) -> Due:
    start = START - timedelta(days=days_ago)
    return Due(
        id=f"night-{days_ago}",
        scheduled=start + timedelta(minutes=minute),
        window=Window(start=start, end=start + timedelta(hours=6)),
        **fields,
    )


def at(hour: int, minute: int = 0) -> datetime:
    """Give the moment at which Berlin's clock shows it, that night."""
    return START.replace(hour=hour - 1, minute=minute)


def told(due, now, missed=Missed.ONCE, done=()) -> dict[str, tuple[str, str]]:
    answers = decide(due, now, BERLIN.evolve(missed=missed), done=done)
    return {id_: (answer.verdict.value, answer.reason) for id_, answer in answers.items()}


MISSED = "missed at 02:13 (the machine was off or asleep?)"


@pytest.mark.parametrize("missed", Missed)
def test_a_turn_in_time_runs_in_every_mode(missed):
    for minute in (13, 23):
        assert told([night()], at(2, minute), missed) == {"night-0": ("run", "")}


LATE = {
    Missed.ONCE: ("run", f"{MISSED}, caught up: its window is open until 08:00"),
    Missed.SKIP: ("skip", f"{MISSED}, and missed turns are skipped"),
    Missed.HOLD: ("hold", f"{MISSED}, held for a person"),
}


@pytest.mark.parametrize("missed", Missed)
def test_a_late_turn_inside_its_window(missed):
    assert told([night()], at(2, 24), missed) == {"night-0": LATE[missed]}
    assert told([night()], at(7, 59), missed) == {"night-0": LATE[missed]}


ENDED = ("skip", f"{MISSED}, its window ended at 08:00")


@pytest.mark.parametrize(
    ("missed", "answer"),
    [(Missed.ONCE, ENDED), (Missed.SKIP, ENDED), (Missed.HOLD, LATE[Missed.HOLD])],
)
def test_a_late_turn_after_its_window(missed, answer):
    assert told([night()], at(8), missed) == {"night-0": answer}


def test_a_week_of_late_turns_is_one_turn():
    week = [night(days) for days in range(7)]
    answers = told(week, at(7))
    assert answers["night-0"] == LATE[Missed.ONCE]
    assert {verdict for verdict, _ in list(answers.values())[:-1]} == {"skip"}
    assert answers["night-2"][1] == (
        "missed at 2027-01-13 02:13 (the machine was off or asleep?), "
        "its window ended at 2027-01-13 08:00"
    )


def test_a_week_of_late_turns_holds_the_newest():
    answers = told([night(days) for days in range(7)], at(9), Missed.HOLD)
    assert [id_ for id_, (verdict, _) in answers.items() if verdict == "hold"] == ["night-0"]


def test_what_was_missed_makes_way_for_a_turn_in_time():
    for missed in Missed:
        answers = told([night(1), night()], at(2, 13), missed)
        assert answers["night-0"] == ("run", "")
        assert answers["night-1"][0] == "skip"


def test_of_two_turns_with_open_windows_the_newer_runs():
    hours = [
        Due(
            id=str(n),
            scheduled=START + timedelta(hours=n),
            window=Window(start=START + timedelta(hours=n), end=START + timedelta(hours=n + 6)),
        )
        for n in range(3)
    ]
    assert told(hours, at(4)) == {
        "0": ("skip", "missed at 02:00 (the machine was off or asleep?), a newer turn is due"),
        "1": ("skip", "missed at 03:00 (the machine was off or asleep?), a newer turn is due"),
        "2": ("run", ""),
    }


def test_of_two_turns_of_one_minute_always_the_same_runs():
    first, second = night(), replace(night(), id="night-0b")
    answers = told([first, second], at(2, 13))
    assert answers == told([second, first], at(2, 13))
    assert answers["night-0"] == ("skip", "not started, a newer turn is due")
    assert answers["night-0b"] == ("run", "")


def test_a_repository_has_one_turn_in_a_window():
    """The second of a night on which a clock time comes twice, or a turn that was caught up."""
    for missed in Missed:
        assert told([night()], at(2, 13), missed, {START}) == {"night-0": ("skip", ALREADY)}
    assert told([night()], at(2, 13), done={START - timedelta(days=1)})["night-0"][0] == "run"


def test_a_turn_in_time_never_starts_after_its_window():
    short = Due(
        id="a",
        scheduled=START,
        window=Window(start=START, end=START + timedelta(minutes=5)),
    )
    assert told([short], at(2, 4))["a"] == ("run", "")
    assert told([short], at(2, 5))["a"][0] == "skip"


@pytest.mark.parametrize("missed", Missed)
def test_waiting_for_a_free_place_is_not_missing(missed):
    queued = night(waited=True)
    assert told([queued], at(7), missed) == {"night-0": ("run", "")}
    assert told([queued], at(8), missed) == {
        "night-0": ("skip", "waited for a free place, its window ended at 08:00")
    }


def test_what_is_not_due_has_no_decision():
    assert told([night()], at(2)) == {}
    assert told([], at(2)) == {}


def test_without_a_zone_times_are_utc():
    (answer,) = decide([night()], at(7), BERLIN.evolve(timezone="")).values()
    assert answer.reason.startswith("missed at 01:13 ")


MINUTES = st.integers(-3000, 3000)
TURNS = st.lists(
    st.tuples(st.uuids(), MINUTES, st.integers(-120, 60), st.integers(1, 1500), st.booleans()),
    max_size=8,
    unique_by=lambda row: row[0],
)


def turns_of(rows) -> list[Due]:
    return [
        Due(
            id=str(id_),
            scheduled=START + timedelta(minutes=scheduled),
            window=Window(
                start=START + timedelta(minutes=scheduled + start),
                end=START + timedelta(minutes=scheduled + start + length),
            ),
            waited=waited,
        )
        for id_, scheduled, start, length, waited in rows
    ]


@given(TURNS, MINUTES, st.sampled_from(Missed), st.data())
def test_never_two_never_past_the_window_and_whatever_the_order(rows, minute, missed, data):
    turns, now = turns_of(rows), START + timedelta(minutes=minute)
    starts = [turn.window.start for turn in turns]
    done = set(data.draw(st.lists(st.sampled_from(starts)))) if starts else set()
    schedule = BERLIN.evolve(missed=missed)
    answers = decide(turns, now, schedule, done=done)
    assert decide(data.draw(st.permutations(turns)), now, schedule, done=done) == answers

    of = {turn.id: turn for turn in turns}
    due = {turn.id for turn in turns if turn.scheduled <= now + timedelta(seconds=ON_TIME_S)}
    started = [of[id_] for id_, answer in answers.items() if answer.verdict is Verdict.RUN]
    waiting = [of[id_] for id_, answer in answers.items() if answer.verdict is Verdict.HOLD]
    assert set(answers) == due
    assert len(started) + len(waiting) <= 1
    assert all(now < turn.window.end and turn.window.start not in done for turn in started)
    assert all(answer.reason for answer in answers.values() if answer.verdict is not Verdict.RUN)
    assert not waiting or missed is Missed.HOLD
