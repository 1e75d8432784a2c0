"""When one cause is an outage: tables of histories, and what holds for any of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.failure import CHECK_CLASSES, Confidence, Failure, FailureClass
from policies.outage import (
    OutageRule,
    Sighting,
    begun,
    hit,
    is_wide,
    joined,
    may_spread,
    outage_id,
    over,
    touches,
)

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
RULE = OutageRule()
FAILURE = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="You've hit your usage limit.",
    fingerprint="f1",
    confidence=Confidence.HIGH,
    agents_own=True,
)


def seen(repo: str, before_s: float) -> Sighting:
    return Sighting(
        fingerprint="f1", agent="codex", repo=repo, at=NOW - timedelta(seconds=before_s)
    )


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], ()),
        ([("a", 0), ("b", 60)], ()),
        ([("a", 0), ("a", 60), ("a", 90), ("b", 100)], ()),  # one repository counts once
        ([("a", 0), ("b", 60), ("c", 1800)], ("c", "b", "a")),  # the edge is inside
        ([("a", 0), ("b", 60), ("c", 1801)], ()),
        ([("a", 0), ("b", 60), ("c", -1)], ()),  # a clock of another machine, ahead of ours
        ([("a", 0), ("b", 60), ("c", 70), ("d", 80)], ("d", "c", "b", "a")),
    ],
)
def test_three_repositories_within_the_window_are_an_outage(history, expected):
    assert hit([seen(repo, before_s) for repo, before_s in history], NOW, RULE) == expected


HISTORY = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(-100, 4000)), max_size=20)


@given(HISTORY, st.integers(2, 5), st.integers(0, 4000))
def test_an_outage_has_enough_recent_repositories_and_no_other(history, least, window_s):
    rule = OutageRule(repositories=least, window_s=window_s)
    found = hit([seen(repo, before_s) for repo, before_s in history], NOW, rule)
    recent = {repo for repo, before_s in history if 0 <= before_s <= window_s}
    assert set(found) == (recent if len(recent) >= least else set())
    assert len(set(found)) == len(found)


@given(HISTORY)
def test_the_order_of_the_sightings_changes_nothing(history):
    sightings = [seen(repo, before_s) for repo, before_s in history]
    assert hit(sightings, NOW, RULE) == hit(sightings[::-1], NOW, RULE)


def test_failed_checks_in_several_repositories_are_no_outage():
    for kind in FailureClass:
        alone = kind in CHECK_CLASSES or kind is FailureClass.SUCCESS
        assert may_spread(FAILURE.evolve(failure_class=kind)) is not alone


@pytest.mark.parametrize(
    ("key", "wide"),
    [("machine", True), ("agent:codex", True), ("repository:agent:x/codex", False)],
)
def test_only_the_agents_and_the_machines_breaker_reach_further(key, wide):
    assert is_wide(key) is wide


def test_an_outage_names_what_it_hit_once_each_and_ends_once():
    outage = begun("agent:codex", FAILURE, ("a", "b", "a"), NOW)
    assert outage.id == outage_id("agent:codex", "f1", NOW)
    assert outage.id.startswith("out-20260212-")
    assert outage.repositories == ("a", "b")
    outage = joined(joined(outage, "b", "inc-1"), "c", "inc-1")
    assert (outage.repositories, outage.incidents) == (("a", "b", "c"), ("inc-1",))
    ended = over(outage, NOW + timedelta(hours=1))
    assert over(ended, NOW + timedelta(hours=9)) == ended
    assert ended.to_json() == {
        "id": outage.id,
        "fingerprint": "f1",
        "scope": "agent:codex",
        "began": "2026-02-12T02:00:00Z",
        "ended": "2026-02-12T03:00:00Z",
        "incidents": ["inc-1"],
    }
    assert ended.in_full()["repositories"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("ended_h", "from_h", "to_h", "expected"),
    [
        (1, -2, -1, False),
        (1, -2, 0, True),
        (1, 1, 5, True),
        (1, 2, 5, False),
        (None, 9, None, True),
        (None, -9, -1, False),
    ],
)
def test_a_run_names_the_outages_that_lasted_in_it(ended_h, from_h, to_h, expected):
    outage = begun("machine", FAILURE, (), NOW)
    outage = outage if ended_h is None else over(outage, NOW + timedelta(hours=ended_h))
    to = None if to_h is None else NOW + timedelta(hours=to_h)
    assert touches(outage, NOW + timedelta(hours=from_h), to) is expected
