"""Pauses over a real store: one repository, the whole fleet, and one that goes on alone."""

from datetime import UTC, datetime, timedelta

import pytest

from loop.pauses import KIND, is_paused, pause, pause_of, paused, resume
from loop.store import Store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FLEET = ["a", "b", "c"]


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/n.db")
    yield store
    store.close()


def test_one_is_paused_and_goes_on_alone(store):
    pause(store, "b", NOW, "holiday\x1b[2J")
    assert (paused(store, FLEET), is_paused(store, "b"), is_paused(store, "a")) == (
        ["b"],
        True,
        False,
    )
    assert store.recall(KIND, "b") == {"at": "2026-11-21T02:00:00+00:00", "reason": "holiday"}
    assert resume(store, "b", FLEET) == ["b"]
    assert paused(store, FLEET) == []
    assert resume(store, "b", FLEET) == []


def test_a_second_pause_keeps_the_time_and_takes_a_new_reason(store):
    later = NOW + timedelta(hours=1)
    for repo in ("a", None):
        pause(store, repo, NOW, "first")
        assert (pause(store, repo, later).at, pause_of(store, repo).reason) == (NOW, "first")
        assert pause(store, repo, later, "second").reason == "second"
        assert pause_of(store, repo).at == NOW


def test_the_whole_fleet_is_paused_with_those_that_come_later_too(store):
    pause(store, None, NOW)
    assert paused(store, [*FLEET, "new"]) == [*FLEET, "new"]
    assert pause_of(store, "a") is None
    assert resume(store, None, FLEET) == FLEET
    assert paused(store, [*FLEET, "new"]) == []


def test_all_go_on_also_those_paused_alone(store):
    pause(store, "a", NOW)
    pause(store, "c", NOW)
    assert resume(store, None, FLEET) == ["a", "c"]
    assert paused(store, FLEET) == []


def test_one_goes_on_and_the_rest_of_a_paused_fleet_stays(store):
    pause(store, "c", NOW - timedelta(days=1), "its own")
    pause(store, None, NOW, "away")
    assert resume(store, "a", FLEET) == ["a"]
    assert paused(store, FLEET) == ["b", "c"]
    assert (pause_of(store, "b").at, pause_of(store, "b").reason) == (NOW, "away")
    assert pause_of(store, "c").reason == "its own"
    assert resume(store, None, FLEET) == ["b", "c"]


@pytest.mark.parametrize("mark", [True, {"x": 1}, {"at": "yesterday"}, ["a"], "yes"])
def test_a_mark_that_cannot_be_read_is_a_pause_all_the_same(store, mark):
    store.remember(KIND, "a", mark)
    assert is_paused(store, "a")
    assert pause_of(store, "a").at is None
    assert resume(store, "a", FLEET) == ["a"]
