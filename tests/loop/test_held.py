"""A missed turn that waits for a person, and what makes it forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from loop import held
from policies.failure import CycleOutcome
from policies.plan import AgentSpec
from policies.schedule import Window
from tests.loop.nights import Night
from tests.loop.repositories import repository

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WINDOW = Window(start=START, end=START + timedelta(hours=6))


@pytest.fixture
def night(tmp_path):
    night = Night(tmp_path)
    yield night
    night.close()


def test_it_can_start_until_its_window_ends(night):
    held.hold(night.store, "demo", WINDOW, START + timedelta(hours=1), "missed at 02:15")
    turn = held.held(night.store, "demo")
    assert (turn.run, turn.until, turn.reason) == (WINDOW.run, WINDOW.end, "missed at 02:15")
    assert turn.at == START + timedelta(hours=1)
    just_before = WINDOW.end - timedelta(seconds=1)
    assert [turn.is_open(moment) for moment in (just_before, WINDOW.end)] == [True, False]
    assert held.held(night.store, "other") is None


@pytest.mark.parametrize("told", [True, {}, {"window": "w", "at": 1, "until": 2, "reason": ""}])
def test_what_cannot_be_read_is_none(night, told):
    night.store.remember(held.KIND, "demo", told)
    assert held.held(night.store, "demo") is None
    held.forget(night.store, "demo")
    assert night.store.recall(held.KIND, "demo") is None


def test_a_cycle_of_the_repository_makes_it_forgotten(night, tmp_path):
    repos = [repository(tmp_path / name) for name in ("demo", "other")]
    for repo in repos:
        held.hold(night.store, repo.name, WINDOW, START, "missed")
    run = night.run(night.plan(repos[0], AgentSpec()))
    assert run.cycles[0].outcome is CycleOutcome.NOTHING_TO_DO
    assert held.held(night.store, "demo") is None
    assert held.held(night.store, "other") is not None
