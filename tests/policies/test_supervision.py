"""Supervision: waits grow and are reset, people hear of it and not too often, and it ends."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.supervision import Life, Often, Restart, Supervision, after_end, recent

RULE = Supervision()
DAY_S = 86_400.0


def lives_of(*spans: tuple[float, float]) -> tuple[Life, ...]:
    return tuple(Life(began_s=began_s, ended_s=ended_s) for began_s, ended_s in spans)


def history(lived_s: list[float], rule: Supervision = RULE) -> list[tuple[float, Restart]]:
    """Give the moment of each end and what followed it, for a child that lived so long each time."""
    lives: tuple[Life, ...] = ()
    now_s, alarmed_s, told = 0.0, None, []
    for each_s in lived_s:
        lives = (*lives, Life(began_s=now_s, ended_s=now_s + each_s))
        now_s += each_s
        restart = after_end(rule, lives, alarmed_s=alarmed_s, now_s=now_s)
        told.append((now_s, restart))
        alarmed_s = now_s if restart.alarm else alarmed_s
        now_s += restart.wait_s
    return told


def waits(lived_s: list[float]) -> list[float]:
    return [restart.wait_s for _, restart in history(lived_s)]


@pytest.mark.parametrize(
    ("lived_s", "expected"),
    [
        ([0] * 9, [1, 2, 4, 8, 16, 32, 60, 60, 60]),
        ([299] * 3, [1, 2, 4]),
        ([300] * 3, [1, 1, 1]),
        ([0, 0, 0, 300, 0, 0], [1, 2, 4, 1, 1, 2]),
        ([DAY_S, 0], [1, 1]),
    ],
)
def test_waits_double_and_begin_again_after_a_long_life(lived_s, expected):
    assert waits(lived_s) == expected


@pytest.mark.parametrize(
    ("ended_s", "now_s", "alarm"),
    [
        ([0, 100], 100, None),
        ([0, 100, 600], 600, Often(ends=3, within_s=600)),
        ([0, 100, 601], 601, None),
        ([0, 100, 200, 300], 300, Often(ends=4, within_s=600)),
        ([0, 4000, 8000, 12_000, 16_000, 21_600], 21_600, Often(ends=6, within_s=21_600)),
        ([0, 4000, 8000, 12_000, 16_000, 21_601], 21_601, None),
    ],
)
def test_a_person_hears_of_it_from_so_many_ends_within_so_long(ended_s, now_s, alarm):
    lives = lives_of(*((each_s, each_s) for each_s in ended_s))
    assert after_end(RULE, lives, alarmed_s=None, now_s=now_s).alarm == alarm


@pytest.mark.parametrize(("since_s", "again"), [(0, False), (1799, False), (1800, True)])
def test_the_same_alarm_comes_at_most_every_half_hour(since_s, again):
    lives = lives_of(*((each_s, each_s) for each_s in (5000, 5100, 5200)))
    restart = after_end(RULE, lives, alarmed_s=5200 - since_s, now_s=5200)
    assert (restart.alarm is not None) is again


def test_a_child_that_always_dies_at_once_is_given_up_after_some_25_minutes():
    told = history([0.0] * 40)
    given_up = [index for index, (_, restart) in enumerate(told) if restart.gives_up]
    assert given_up[0] == 29
    assert 20 * 60 < told[29][0] < 30 * 60


def test_giving_up_is_told_however_young_the_last_alarm_is():
    lives = lives_of(*((each_s, each_s) for each_s in range(30)))
    restart = after_end(RULE, lives, alarmed_s=29, now_s=29)
    assert restart.gives_up
    assert restart.alarm == Often(ends=30, within_s=3600)


LIVED_S = st.floats(0, 2 * DAY_S)


@given(st.lists(LIVED_S, min_size=1, max_size=60))
def test_every_wait_is_within_its_bounds(lived_s):
    assert all(RULE.wait_from_s <= wait_s <= RULE.wait_to_s for wait_s in waits(lived_s))


@given(st.lists(LIVED_S, min_size=1, max_size=60))
def test_alarms_keep_their_distance(lived_s):
    alarms_s = [
        now_s for now_s, restart in history(lived_s) if restart.alarm and not restart.gives_up
    ]
    gaps_s = [later - sooner for sooner, later in itertools.pairwise(alarms_s)]
    assert all(gap_s >= RULE.alarm_every_s for gap_s in gaps_s)


@given(st.floats(0, 3600))
def test_no_child_that_dies_within_the_hour_does_so_for_ever_in_silence(each_s):
    """Design rule 14."""
    told = history([each_s] * 8)
    assert any(restart.alarm for _, restart in told)


@given(st.lists(LIVED_S | st.just(0.0), min_size=1, max_size=120))
def test_what_is_forgotten_decides_nothing(lived_s):
    lives: tuple[Life, ...] = ()
    kept: tuple[Life, ...] = ()
    now_s = 0.0
    for each_s in lived_s:
        life = Life(began_s=now_s, ended_s=now_s + each_s)
        now_s = life.ended_s
        lives, kept = (*lives, life), recent(RULE, (*kept, life), now_s=now_s)
        restart = after_end(RULE, kept, alarmed_s=None, now_s=now_s)
        assert restart == after_end(RULE, lives, alarmed_s=None, now_s=now_s)
        now_s += restart.wait_s


def test_a_year_of_ends_is_not_kept():
    kept: tuple[Life, ...] = ()
    for day in range(365):
        now_s = day * DAY_S
        kept = recent(RULE, (*kept, Life(began_s=now_s, ended_s=now_s)), now_s=now_s)
    assert len(kept) == 1
