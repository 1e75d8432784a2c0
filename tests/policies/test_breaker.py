"""The breaker as a table of moves, and as properties over whole histories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies import breaker
from policies.bounds import ANY_CAUSE_OPENS_AFTER, DEFAULT_BOUNDS
from policies.breaker import BreakerState, Phase
from policies.cooldown import CoolDown
from policies.failure import Confidence, Failure, FailureClass
from policies.permit import (
    MACHINE_KEY,
    Answer,
    agent_key,
    key_for,
    may_start,
    repository_key,
    subject,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
COOL = CoolDown()
KEY = repository_key("repo", "codex")


def a_failure(
    name: str = "a", kind: FailureClass = FailureClass.UNKNOWN, **more: object
) -> Failure:
    known = Failure(failure_class=kind, summary=name, fingerprint=name, confidence=Confidence.HIGH)
    return known.evolve(**more)


def fed(*names: str, key: str = KEY, kind: FailureClass = FailureClass.UNKNOWN) -> BreakerState:
    state = BreakerState(key=key)
    for name in names:
        state = breaker.after_failure(state, a_failure(name, kind), DEFAULT_BOUNDS[kind], COOL, NOW)
    return state


@pytest.mark.parametrize("kind", sorted(DEFAULT_BOUNDS))
def test_each_class_opens_at_its_number_and_not_before(kind):
    after = DEFAULT_BOUNDS[kind].opens_after
    assert fed(*["a"] * (after - 1), kind=kind).phase is Phase.CLOSED
    assert fed(*["a"] * after, kind=kind).phase is Phase.OPEN


def test_other_causes_in_between_are_not_identical():
    assert fed("a", "a", "b", "a", "a").phase is Phase.CLOSED


def test_the_second_bound_is_blind_to_the_cause():
    names = [f"cause {n}" for n in range(ANY_CAUSE_OPENS_AFTER)]
    assert fed(*names[:-1]).phase is Phase.CLOSED
    assert fed(*names).phase is Phase.OPEN


def test_the_second_bound_is_the_repositorys_alone():
    names = [f"cause {n}" for n in range(20)]
    assert fed(*names, key=agent_key("codex")).phase is Phase.CLOSED


def test_a_success_in_between_starts_the_count_anew():
    state = breaker.after_success(fed("a", "a"))
    assert state == BreakerState(key=KEY)


def test_an_open_breaker_refuses_then_lets_one_probe_through():
    opened = fed("a", "a", "a")
    assert may_start(opened, NOW).answer is Answer.REFUSE
    due = NOW + timedelta(seconds=COOL.from_s)
    assert may_start(opened, due - timedelta(seconds=1)).answer is Answer.REFUSE
    assert may_start(opened, due).answer is Answer.PROBE
    probing = breaker.probing(opened, "cycle-1", due + timedelta(hours=1))
    assert may_start(probing, due, cycle="cycle-1").answer is Answer.PROBE
    assert may_start(probing, due, cycle="cycle-2").answer is Answer.REFUSE
    assert may_start(probing, due, cycle="cycle-2", insist=True).answer is Answer.REFUSE


def test_a_probe_that_died_frees_its_place():
    probing = breaker.probing(fed("a", "a", "a"), "cycle-1", NOW + timedelta(hours=1))
    assert may_start(probing, NOW + timedelta(hours=2), cycle="x").answer is Answer.PROBE


def test_a_person_who_insists_is_the_probe():
    assert may_start(fed("a", "a", "a"), NOW, insist=True).answer is Answer.PROBE


def test_failed_probes_double_the_cool_down_up_to_a_day():
    state, now, waits = fed("a", "a", "a"), NOW, []
    for _ in range(10):
        assert state.until is not None
        waits.append((state.until - now).total_seconds())
        now = state.until
        state = breaker.probing(state, "c", now + timedelta(hours=1))
        state = breaker.after_failure(
            state, a_failure(), DEFAULT_BOUNDS[FailureClass.UNKNOWN], COOL, now
        )
        assert state.phase is Phase.OPEN
    assert waits[:4] == [900, 1800, 3600, 7200]
    assert waits[-1] == 86_400


def test_a_probe_that_passes_closes_it():
    probing = breaker.probing(fed("a", "a", "a"), "c", NOW)
    assert breaker.after_success(probing) == BreakerState(key=KEY)


def test_a_success_that_began_before_it_opened_does_not_close_it():
    opened = fed("a", "a", "a")
    assert breaker.after_success(opened) == opened


def test_a_probe_that_proved_nothing_gives_its_place_back():
    opened = fed("a", "a", "a")
    given_back = breaker.given_back(breaker.probing(opened, "c", NOW))
    assert given_back == opened
    assert breaker.given_back(BreakerState(key=KEY)) == BreakerState(key=KEY)


def test_nothing_to_do_proves_nothing_about_a_check():
    probing = breaker.probing(fed(*["a"] * 3, kind=FailureClass.TEST_FAILURE), "c", NOW)
    assert breaker.after_nothing(probing).phase is Phase.OPEN
    probing = breaker.probing(fed(*["a"] * 3), "c", NOW)
    assert breaker.after_nothing(probing).phase is Phase.CLOSED


def a_limit(**more: object) -> Failure:
    return a_failure("limit", FailureClass.USAGE_LIMIT, agents_own=True, **more)


def opened_by(failure: Failure) -> BreakerState:
    bound = DEFAULT_BOUNDS[failure.failure_class]
    return breaker.after_failure(BreakerState(key=agent_key("codex")), failure, bound, COOL, NOW)


def test_a_limit_opens_until_its_stated_end():
    ends = NOW + timedelta(hours=3)
    state = opened_by(a_limit(resets_at=ends))
    assert (state.phase, state.until, state.stated_end) == (Phase.OPEN, ends, ends)


def test_a_probe_is_due_each_day_whatever_end_is_stated():
    ends = NOW + timedelta(days=10)
    state = opened_by(a_limit(resets_at=ends))
    assert (state.until, state.stated_end) == (NOW + timedelta(hours=24), ends)


def test_a_limit_without_an_end_waits_an_hour_first():
    state = opened_by(a_limit())
    assert (state.until, state.stated_end) == (NOW + timedelta(hours=1), None)


def test_an_end_in_the_past_is_none():
    assert opened_by(a_limit(resets_at=NOW - timedelta(1))).stated_end is None


def test_a_long_retry_after_opens_at_once():
    asked = a_failure("slow", FailureClass.RATE_LIMIT, retry_after_s=600.0)
    assert opened_by(asked).until == NOW + timedelta(seconds=600)
    soon = replace(asked, retry_after_s=5.0)
    assert opened_by(soon).phase is Phase.CLOSED


@pytest.mark.parametrize(
    ("kind", "own", "key"),
    [
        (FailureClass.AUTH, True, agent_key("codex")),
        (FailureClass.AUTH, False, KEY),
        (FailureClass.USAGE_LIMIT, False, KEY),
        (FailureClass.DISK_FULL, True, MACHINE_KEY),
        (FailureClass.DISK_FULL, False, KEY),
        (FailureClass.TEST_FAILURE, True, KEY),
    ],
)
def test_only_the_agents_own_words_reach_further_than_the_repository(kind, own, key):
    failure = a_failure("x", kind, agents_own=own)
    assert key_for(failure, DEFAULT_BOUNDS[kind], "repo", "codex") == key


HAPPENINGS = st.lists(
    st.sampled_from(["fail", "fail", "other", "pass", "probe", "nothing", "back"])
)


@given(HAPPENINGS)
@example(["fail", "fail", "fail", "fail", "pass", "probe", "other"])
def test_no_history_leaves_an_open_breaker_without_an_end(history):
    state, now = BreakerState(key=KEY), NOW
    bound = DEFAULT_BOUNDS[FailureClass.UNKNOWN]
    for n, what in enumerate(history):
        now += timedelta(minutes=7)
        match what:
            case "fail":
                state = breaker.after_failure(state, a_failure(), bound, COOL, now)
            case "other":
                state = breaker.after_failure(state, a_failure(f"o{n}"), bound, COOL, now)
            case "pass":
                state = breaker.after_success(state)
            case "probe" if may_start(state, now, cycle=str(n)).answer is Answer.PROBE:
                state = breaker.probing(state, str(n), now + timedelta(hours=1))
            case "nothing":
                state = breaker.after_nothing(state)
            case "back":
                state = breaker.given_back(state)
        if state.phase is Phase.OPEN:
            assert state.until is not None
            assert state.until <= now + timedelta(hours=24)
            # A probe that fails opens it again, whatever it failed of.
            again = state.cool_down_s > COOL.from_s
            enough = max(state.identical / bound.opens_after, state.failed / ANY_CAUSE_OPENS_AFTER)
            assert again or enough >= 1
        assert (state.phase is Phase.HALF_OPEN) == bool(state.probe)


@given(st.integers(1, 40))
def test_a_failure_that_never_changes_starts_three_times_then_only_as_a_probe(cycles):
    state, started = BreakerState(key=KEY), 0
    for _ in range(cycles):
        if may_start(state, NOW).answer is Answer.GO:
            started += 1
            state = breaker.after_failure(
                state, a_failure(), DEFAULT_BOUNDS[FailureClass.UNKNOWN], COOL, NOW
            )
    assert started == min(cycles, 3)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (agent_key("codex"), "agent codex"),
        (agent_key("sh -c 'a: b/c'"), "agent sh -c 'a: b/c'"),
        (repository_key("site", "codex"), "repository site with codex"),
        (repository_key("site", "sh -c ./a/b"), "repository site with sh -c ./a/b"),
        (MACHINE_KEY, "this machine"),
    ],
)
def test_a_key_is_read_by_people(key, said):
    assert subject(key) == said


def test_a_refusal_names_the_incident():
    until = NOW + timedelta(hours=1)
    opened = BreakerState(key=KEY, phase=Phase.OPEN, until=until)
    assert may_start(breaker.named(opened, "INC-1"), NOW).incident == "INC-1"
