"""What the worker of `serve` does with the flow runs that people and the schedule start, retry and cancel."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from policies.breaker import BreakerState, Phase
from policies.failure import CycleOutcome, FailureClass
from tests.flows.nightly import Fleet, hours_ago
from tests.flows.runs import ended, processes_with, state
from tests.loop.receivers import Webhook
from tests.loop.repositories import git, repository
from tests.waiting import until

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

TREE_END_S = 15.0
TOML = """
allow_unsandboxed = true
setup = []
[bounds.unknown]
attempts = 1
[bounds.test_failure]
opens_after = 9
"""
FIRST_FAILS = (
    "sh -c 'echo x >> {starts}; test $(wc -l < {starts}) -gt 1 || exit 7; echo y > new.txt'"
)
WORKS = "sh -c 'echo x >> {starts}; echo y > new.txt'"


@pytest.fixture(scope="module")
def hook():
    made = Webhook()
    yield made
    made.close()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory, hook):
    home = tmp_path_factory.mktemp("turns")
    toml = TOML + f'[schedule]\nat = "{hours_ago(1)}"\nstagger_minutes = 0\n'
    toml += '[notify]\nurls = ["$HOOK"]\nkinds = ["night"]\n'
    for name, command in (("flaky", FIRST_FAILS), ("works", WORKS)):
        words = command.format(starts=home / f"{name}-starts")
        toml += f'[agents.{name}]\nadapter = "command"\ncommand = """{words}"""\n'
        toml += "allow_unsandboxed = true\n"
    by_hand = ("retried", "checked", "again", "stopped", "whole", "twice")
    names = ("scheduled", "busy", "later", "last")
    far = datetime.now(UTC) + timedelta(days=200)
    toml += f'[repositories.yearly]\npath = "{repository(home / "yearly")}"\n'
    toml += f'schedule = "0 3 {far.day} {far.month} *"\n'
    fleet = Fleet(home, toml, *names, by_hand=by_hand, NIGHTCREW_JOBS="1", HOOK=hook.url)
    yield fleet
    assert fleet.served.stop() == 0
    assert not processes_with(str(home))


def starts(fleet: Fleet, name: str) -> int:
    place = fleet.home / f"{name}-starts"
    return place.read_text().count("x") if place.exists() else 0


@pytest.mark.parametrize("name", ["later", "yearly"])
def test_every_scheduled_repository_has_a_scheduled_run(fleet, name):
    """Also one whose turn is months away."""
    deployed = fleet.deployment(f"cycle/{name}")
    assert deployed["schedules"][0]["schedule"]["timezone"] == "UTC"
    runs = fleet.served.post(
        "/flow_runs/filter",
        {
            "deployments": {"id": {"any_": [deployed["id"]]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        },
    )
    assert runs


def test_retry_goes_on_with_the_same_cycle_and_lands_once(fleet):
    repo = fleet.repos["retried"]
    failed = fleet.desk.call("run", "retried", "--agent", "flaky", "--json")
    assert failed.code == 1, failed.err
    flow_run = failed.cycle["flow_run_id"]
    before = fleet.get(f"/flow_runs/{flow_run}")
    assert before["deployment_id"] == fleet.deployment("cycle/retried")["id"]
    run = fleet.retry(flow_run)
    assert state(run) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert (run["name"], run["run_count"]) == (failed.cycle["cycle"], 2)
    (cycle,) = fleet.cycles("retried")
    assert [attempt.n for attempt in cycle.attempts] == [1, 2]
    assert [attempt.pass_log for attempt in cycle.attempts][1].endswith("-attempt-2.log")
    assert git(repo, "log", "--oneline", "main..nightcrew/work").count("\n") == 0
    again = fleet.retry(flow_run)
    assert state(again) == ("COMPLETED", "Completed")
    assert starts(fleet, "flaky") == 2, "what is done is not done again"
    whole = fleet.seen.flow_run(failed.document["run"])
    assert state(whole)[0] == "COMPLETED", "its run succeeded after all"
    assert whole["state"]["message"].startswith("1 succeeded")


def test_a_retry_checks_and_lands_the_work_that_is_kept(fleet):
    repo, gate = fleet.repos["checked"], fleet.home / "gate"
    gated = f"test ! -e new.txt || test -e {gate}"
    check = f"""checks = [{{ name = "gate", command = ["sh", "-c", "{gated}"] }}]"""
    settings = (fleet.home / "nightcrew.toml").read_text()
    table = "[repositories.checked]\n"
    (fleet.home / "one.toml").write_text(settings.replace(table, f"{table}{check}\n"))
    failed = fleet.desk.call("run", "checked", "--agent", "works", "--json", "--config", "one.toml")
    assert failed.code == 1, failed.err
    begun = starts(fleet, "works")
    gate.touch()
    run = fleet.retry(failed.cycle["flow_run_id"])
    assert state(run) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert starts(fleet, "works") == begun, "the agent's work was done"
    assert git(repo, "show", "nightcrew/work:new.txt") == "y"


def test_a_custom_run_with_a_cycle_is_a_rerun_told_both_ways(fleet):
    failed = fleet.desk.call("run", "again", "--agent", "sh -c 'exit 7'", "--json")
    name = failed.cycle["cycle"]
    run = fleet.until(fleet.begin("cycle/again", cycle=name), ended)
    assert state(run) == ("FAILED", "Failed")
    assert "trigger:rerun" in run["tags"]
    newest = fleet.cycles("again")[0]
    assert (newest.rerun_of, newest.flow_run_id, newest.cycle) == (name, run["id"], run["name"])
    assert newest.base_commit == failed.cycle["base_commit"]
    told = fleet.desk.call("show", name)
    assert newest.cycle in told.out
    wanted = {"artifacts": {"flow_run_id": {"any_": [failed.cycle["flow_run_id"]]}}}
    fleet.served.until(
        "/artifacts/filter", wanted, lambda all_: any(newest.cycle in a["data"] for a in all_), 30
    )
    other = fleet.until(fleet.begin("cycle/whole", cycle=name), ended)
    assert state(other) == ("FAILED", "Failed")
    assert other["state"]["message"].startswith(f"{name} is a cycle of again, not of whole")
    lost = fleet.until(fleet.begin("cycle/again", cycle="no-such-cycle"), ended)
    assert state(lost) == ("FAILED", "Failed")
    assert lost["state"]["message"].startswith("no-such-cycle: no such cycle")


def test_cancel_ends_the_agent_and_keeps_its_work(fleet):
    marker = fleet.home / "going"
    agent = f"sh -c 'echo y > new.txt; touch {marker}; sleep 300; true'"
    going = fleet.desk.begin("run", "stopped", "--agent", agent, "--json")
    end = time.monotonic() + 90
    while not marker.exists():
        assert going.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    (cycle,) = fleet.cycles("stopped")
    began = time.monotonic()
    fleet.set_state(cycle.flow_run_id, "CANCELLING", "Cancelling")
    out, err = going.communicate(timeout=60)
    assert time.monotonic() - began < TREE_END_S
    assert going.returncode == 130, err
    assert not processes_with(str(marker))
    assert '"outcome": "cancelled"' in out
    run = fleet.until(cycle.flow_run_id, ended)
    assert state(run) == ("CANCELLED", "Cancelled")
    assert run["state"]["message"].endswith(f"the work so far is on nightcrew/failed/{cycle.cycle}")
    steps = fleet.seen.task_runs(cycle.flow_run_id, at_least=1)
    assert state(steps["attempt 1: maintain"])[0] == "CANCELLED", "neither done nor failed"
    assert git(fleet.repos["stopped"], "show", f"nightcrew/failed/{cycle.cycle}:new.txt") == "y"
    store = fleet.store
    assert all("stopped" not in breaker.key for breaker in store.breakers())
    store.close()


def test_scheduled_turns_of_a_window_are_one_run_with_one_summary(fleet):
    runs = [fleet.begin(f"cycle/{name}", trigger="schedule") for name in ("scheduled", "busy")]
    ends = [fleet.until(run, ended) for run in runs]
    assert [state(run) for run in ends] == [("COMPLETED", "NothingToDo")] * 2, ends
    first, second = sorted(ends, key=lambda run: run["start_time"])
    assert first["end_time"] <= second["start_time"], "no more at once than jobs, which is 1"
    names = [run["name"] for run in ends]
    run = names[0].removesuffix("-scheduled-cycle-1")
    assert names[1] == f"{run}-busy-cycle-1"
    wanted = {"flow_runs": {"name": {"any_": [run]}}}
    (night,) = fleet.served.until(
        "/flow_runs/filter",
        wanted,
        lambda all_: all_ and all_[0]["state_type"] == "RUNNING",
        30,
    )
    assert "trigger:schedule" in night["tags"], (
        "it goes on: others of the fleet come in this window"
    )
    store = fleet.store
    record = store.run(run)
    store.close()
    assert record is not None
    start = record.window_end - timedelta(hours=6)
    assert (record.run, record.trigger) == (f"{start:%Y%m%d-%H%M%S}", "schedule")


def test_postponed_turns_start_again_by_themselves_when_the_limit_ends(fleet):
    store, end = fleet.store, datetime.now(UTC) + timedelta(seconds=45)
    opened = BreakerState(
        key="agent:fixers",
        phase=Phase.OPEN,
        failure_class=FailureClass.USAGE_LIMIT,
        summary="limit",
        until=end,
        stated_end=end,
    )
    store.change_breakers(["agent:fixers"], lambda _known: [opened])
    names = ("later", "last")
    ends = [
        fleet.until(run, ended)
        for run in [fleet.begin(f"cycle/{name}", trigger="schedule") for name in names]
    ]
    assert [run["state"]["name"] for run in ends] == ["Postponed"] * 2
    until_s = time.monotonic() + 120
    while {store.cycles(repo=name)[0].outcome for name in names} != {CycleOutcome.NOTHING_TO_DO}:
        assert time.monotonic() < until_s, [store.cycles(repo=name) for name in names]
        time.sleep(0.5)
    began = [store.cycles(repo=name)[0].started for name in names]
    assert min(began) >= end
    assert store.breaker("agent:fixers").phase is Phase.CLOSED
    store.close()


def test_the_night_is_told_once_when_every_repository_had_its_turn(fleet, hook):
    until(lambda: hook.got)
    (night,) = hook.got
    assert night["title"].startswith("Night "), night
    assert "4 nothing to do" in night["title"]


def test_a_retried_run_does_no_cycle_twice(fleet):
    fails = ("run", "twice", "--agent", "sh -c 'exit 7'", "--cycles", "2", "--json")
    opens = {"NIGHTCREW_BOUNDS__UNKNOWN__OPENS_AFTER": "1"}
    failed = fleet.desk.call(*fails, **opens)
    assert [c["outcome"] for c in failed.document["cycles"]] == ["failed", "circuit_open"]
    shown = fleet.seen.flow_run(failed.document["run"])
    again = fleet.retry(shown["id"])
    assert state(again)[0] in {"FAILED", "COMPLETED"}, again["state"]
    counts = again["state"]["message"].split(";")[0]
    counted = [int(n) for n in re.findall(r"\d+", counts)]
    assert sum(counted) == len(fleet.cycles("twice")) == 2, again["state"]["message"]
    assert len({cycle.cycle for cycle in fleet.cycles("twice")}) == 2


def test_a_whole_fleet_can_be_started_in_the_ui(fleet):
    run = fleet.until(fleet.begin("fleet/fleet", repositories=["whole"], cycles=1), ended)
    assert state(run) == ("COMPLETED", "Completed")
    assert "1 nothing to do" in run["state"]["message"]


def test_the_pages_of_a_cycle_are_linked_and_served(fleet):
    failed = fleet.desk.call(
        "run", "whole", "--agent", "sh -c 'echo the moon is gone; exit 7'", "--json"
    )
    found = fleet.served.until(
        "/artifacts/filter",
        {"artifacts": {"flow_run_id": {"any_": [failed.cycle["flow_run_id"]]}}},
        lambda all_: {"cycle-whole", "incident-whole"} <= {each["key"] for each in all_},
        30,
    )
    page = next(each["data"] for each in found if each["key"] == "cycle-whole")
    assert "the moon is gone" in page
    link = f"{fleet.served.api.removesuffix('/api')}/nightcrew/logs/{failed.cycle['cycle']}"
    assert link in page
