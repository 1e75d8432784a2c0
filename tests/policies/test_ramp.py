"""How a fleet comes back: never in a stampede, never stuck, places of the dead are free."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.ramp import (
    LASTS_S,
    Owner,
    Place,
    entered,
    going_on,
    has_room,
    left,
    started,
    widened,
)

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
OWNER = Owner(pid=7, started=1.0, host="here")


def place(cycle: str, hours: float = 1) -> Place:
    return Place(cycle=cycle, owner=OWNER, expires=NOW + timedelta(hours=hours))


def alive(_owner: Owner) -> bool:
    return False


def dead(_owner: Owner) -> bool:
    return True


def test_rounds_of_two_four_eight_up_to_jobs():
    ramp, sizes, n = started(None, 20, NOW), [], 0
    while ramp is not None:
        inside = [f"c{n + k}" for k in range(ramp.allowed)]
        n += len(inside)
        for cycle in inside:
            assert has_room(ramp, cycle)
            ramp = entered(ramp, place(cycle))
        assert not has_room(ramp, "one too many")
        sizes.append(len(inside))
        for cycle in inside:
            ramp = left(widened(ramp, cycle, 20), cycle)
    assert sizes == [2, 4, 8, 16]


def test_with_two_jobs_there_is_nothing_to_come_back_to():
    assert started(place("probe"), 2, NOW) is None
    assert has_room(None, "any")


def test_the_probe_keeps_its_place_while_it_goes_on():
    ramp = started(place("probe"), 5, NOW)
    assert has_room(ramp, "probe")
    assert has_room(ramp, "a")
    assert not has_room(entered(ramp, place("a")), "b")


def test_a_cycle_from_before_the_outage_makes_no_room():
    ramp = started(place("probe"), 5, NOW)
    assert widened(ramp, "old", 5) == ramp


def test_the_dead_and_the_expired_leave_their_places():
    ramp = entered(started(place("probe"), 5, NOW), place("a", hours=-1))
    assert [p.cycle for p in going_on(ramp, NOW, alive).inside] == ["probe"]
    assert going_on(ramp, NOW, dead).inside == ()


def test_a_ramp_that_nobody_climbs_is_over_in_the_end():
    ramp = started(None, 5, NOW)
    assert going_on(ramp, NOW + timedelta(seconds=LASTS_S - 1), alive) == ramp
    assert going_on(ramp, NOW + timedelta(seconds=LASTS_S), alive) is None


MOVES = st.lists(
    st.tuples(st.sampled_from(["enter", "work", "leave"]), st.integers(0, 30)), max_size=200
)


@given(MOVES, st.integers(3, 12))
def test_whatever_happens_no_more_are_inside_than_are_allowed(moves, jobs):
    ramp = started(place("probe"), jobs, NOW)
    successes = 0
    for move, number in moves:
        cycle = f"c{number}"
        if ramp is None:
            break
        if move == "enter" and has_room(ramp, cycle):
            ramp = entered(ramp, place(cycle))
        elif move == "work":
            before = ramp
            ramp = widened(ramp, cycle, jobs)
            successes += ramp != before
        elif move == "leave":
            ramp = left(ramp, cycle)
        if ramp is not None:
            assert len(ramp.inside) <= ramp.allowed < jobs
            assert ramp.allowed == 2 + successes
