"""A night that goes wrong: processes killed, the server gone, the machine asleep. Nothing stays open."""

import os
import signal
import sqlite3
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.reconciling import reconcile
from policies.failure import CycleOutcome
from policies.records import CycleRecord
from tests.flows.nightly import Fleet, hours_ago
from tests.flows.prefect_server import COMMAND, environment, free_port
from tests.flows.runs import Desk, ended, processes_with, state

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

TOML = """
allow_unsandboxed = true
setup = []
agent = "sh -c 'echo x > part.txt; touch {home}/$(basename $PWD).begun; sleep 12; echo y > new.txt'"
"""
NAMES = ("worker", "server", "asleep", "flow", "slept", "paused", "ended", "lost")
ASLEEP_S = 20
"""As by hand with 330 s: longer than any lease, and the agent's 12 s are over when it wakes."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    home = tmp_path_factory.mktemp("hostile")
    toml = TOML.format(home=home) + f'[schedule]\nat = "{hours_ago(2)}"\nstagger_minutes = 0\n'
    fleet = Fleet(home, toml, *NAMES, NIGHTCREW_JOBS="3")
    yield fleet
    assert fleet.served.stop() == 0
    assert not processes_with(str(home))


def going(fleet: Fleet, name: str) -> str:
    """Start a cycle in the UI, and give its flow run once its agent has begun."""
    flow_run = fleet.begin(f"cycle/{name}")
    end = time.monotonic() + 90
    while not list(fleet.home.glob(f"{name}-*.begun")):
        assert time.monotonic() < end, fleet.worker_log()
        time.sleep(0.1)
    return flow_run


def killed(*words: str, but: str = "no such word") -> None:
    """Send KILL to the processes that have all of *words* in their command line or environment."""
    pids = set.intersection(*(set(processes_with(word)) for word in words))
    pids -= set(processes_with(but))
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_cycles_outlive_a_worker_that_is_killed_and_it_comes_back(fleet):
    flow_run = going(fleet, "worker")
    killed("-m\0prefect\0worker\0start\0", str(fleet.home), but="loop.tethered")
    run = fleet.until(flow_run, ended)
    assert state(run) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert fleet.cycles("worker")[0].outcome == "succeeded"
    again = fleet.until(fleet.begin("cycle/worker"), ended)
    assert state(again)[0] == "COMPLETED", "the worker was started again"


@pytest.mark.timeout(500)
def test_cycles_outlive_a_server_that_is_killed_and_it_comes_back(fleet):
    flow_run = going(fleet, "server")
    killed("flows.server_process", "\0child\0", str(fleet.home))
    run = fleet.until_up(flow_run)
    assert state(run) == ("COMPLETED", "Completed"), run["state"]["message"]
    assert fleet.cycles("server")[0].outcome == "succeeded"


def test_a_cycle_goes_on_when_a_machine_that_slept_wakes(fleet):
    flow_run = going(fleet, "asleep")
    frozen = set(processes_with(str(fleet.home))) - {os.getpid()}
    for sent, then_s in ((signal.SIGSTOP, ASLEEP_S), (signal.SIGCONT, 0)):
        for pid in frozen:
            os.kill(pid, sent)
        time.sleep(then_s)
    run = fleet.until(flow_run, ended)
    assert state(run) == ("COMPLETED", "Completed"), run["state"]["message"]
    swept = fleet.until(fleet.begin("sweep/sweep"), ended)
    assert state(swept)[0] == "COMPLETED", "its place in the pool is free again"


def test_a_cycle_that_is_killed_is_closed_and_can_be_retried(fleet):
    flow_run = going(fleet, "flow")
    killed("flows.work", f"PREFECT__FLOW_RUN_ID={flow_run}")
    run = fleet.until(flow_run, ended)
    assert state(run)[0] == "CRASHED"
    swept = fleet.until(fleet.begin("sweep/sweep"), ended)
    assert state(swept)[0] == "COMPLETED", swept["state"]["message"]
    (cycle,) = fleet.cycles("flow")
    assert (cycle.outcome, cycle.flow_run_id) == ("crashed", flow_run)
    assert not processes_with(f"NIGHTCREW_MARKER={cycle.cycle}"), "the agent that outlived it"
    retried = fleet.retry(flow_run)
    assert state(retried) == ("COMPLETED", "Completed"), retried["state"]["message"]
    (cycle,) = fleet.cycles("flow")
    assert [attempt.n for attempt in cycle.attempts] == [2], "the killed attempt's log stays"


@pytest.mark.parametrize("how", ["TERM", "KILL"])
def test_a_serve_that_ends_cancels_its_cycles_in_order(fleet, how):
    name = {"TERM": "ended", "KILL": "lost"}[how]
    flow_run = going(fleet, name)
    began = time.monotonic()
    fleet.served.process.send_signal(signal.Signals[f"SIG{how}"])
    fleet.served.process.wait(60)
    end = time.monotonic() + 30
    while processes_with(str(fleet.home)):
        assert time.monotonic() < end, "something of it is left"
        time.sleep(0.2)
    took_s = time.monotonic() - began
    (cycle,) = fleet.cycles(name)
    fleet.served.start()
    assert fleet.served.said.startswith("serving"), fleet.served.lines
    assert (cycle.outcome, cycle.attempts[0].stopped_because) == ("cancelled", "cancelled")
    assert cycle.branch == f"nightcrew/failed/{cycle.cycle}", "its work is kept"
    assert took_s < 40
    run = fleet.until(flow_run, ended)
    assert state(run) == ("CANCELLED", "Cancelled")


def test_nothing_stays_running_or_cancelling_for_ever(fleet):
    deployment = fleet.deployment("cycle/paused")["id"]
    lost = {}
    for kind in ("RUNNING", "CANCELLING", "PENDING"):
        wish = {"state": {"type": kind}, "name": f"lost-{kind.lower()}"}
        made = fleet.served.post(f"/deployments/{deployment}/create_flow_run", wish)
        lost[kind] = made["id"]
    wish = {"state": {"type": "PENDING"}, "name": "retried-a-moment-ago"}
    fleet.served.post(f"/deployments/{deployment}/create_flow_run", wish)
    store = fleet.store
    began = datetime.now(UTC)
    ended_before = CycleRecord(
        cycle=wish["name"], run="r", repo="paused", n=1, agent="a", started=began
    )
    store.save_cycle(ended_before.evolve(outcome=CycleOutcome.FAILED, finished=began))
    with (
        temporary_settings({PREFECT_API_URL: fleet.served.api}),
        get_client(sync_client=True) as client,
    ):
        assert not list(reconcile(client, store, datetime.now(UTC))), "one that just began is left"
        told = list(reconcile(client, store, datetime.now(UTC) + timedelta(minutes=1)))
    store.close()
    assert len([line for line in told if line.startswith("lost-")]) == 3, told
    assert any(line.startswith("retried-a-moment-ago: shown as Failed") for line in told), told
    ends = {kind: state(fleet.get(f"/flow_runs/{id_}")) for kind, id_ in lost.items()}
    assert ends == {
        "RUNNING": ("CRASHED", "Crashed"),
        "CANCELLING": ("CANCELLED", "Cancelled"),
        "PENDING": ("CRASHED", "Crashed"),
    }


def test_of_what_was_missed_one_turn_is_caught_up_and_the_others_are_told(fleet):
    deployed = fleet.deployment("cycle/slept")["id"]
    database = fleet.home / "state" / "prefect" / "prefect.db"
    assert fleet.served.stop() == 0
    names = slept(database, deployed)
    fleet.served.start()
    assert fleet.served.said.startswith("serving"), fleet.served.lines
    wanted = {"flow_runs": {"id": {"any_": list(names)}}}
    runs = fleet.served.until(
        "/flow_runs/filter", wanted, lambda all_: all(ended(run) for run in all_), 120
    )
    states = sorted(state(run) for run in runs)
    assert states == [
        ("CANCELLED", "Skipped"), ("CANCELLED", "Skipped"), ("COMPLETED", "Completed"),
    ], [run["state"] for run in runs]  # fmt: skip
    skipped = [run["state"]["message"] for run in runs if run["state"]["name"] == "Skipped"]
    assert all("missed at" in message for message in skipped), skipped


def slept(database: Path, deployment: str) -> list[str]:
    """Move the next three scheduled runs of *deployment* into the past, as after a long sleep."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "select id from flow_run where deployment_id = ? and state_type = 'SCHEDULED' "
            "and auto_scheduled = 1 order by expected_start_time limit 3",
            (deployment,),
        ).fetchall()
        ids = [row[0] for row in rows]
        for days, id_ in enumerate(ids):
            at = now - timedelta(days=days, hours=2)
            said = at.strftime("%Y-%m-%d %H:%M:%S.%f")
            connection.execute(
                "update flow_run set expected_start_time = ?, next_scheduled_start_time = ? "
                "where id = ?",
                (said, said, id_),
            )
    connection.close()
    assert len(ids) == 3
    return ids


@pytest.mark.parametrize(
    ("toml", "args", "words"),
    [
        (None, (), "no nightcrew.toml here, so there is nothing to schedule"),
        ("", (), "the fleet is empty"),
        ('schedule = "every now and then"\n', (), "schedule"),
        ('[schedule]\nat = "nightly at 02:00"\ntimezone = "Mars/Base"\n', (), "Mars/Base"),
        ('[schedule]\nat = "61 2 * * *"\n', (), "61"),
    ],
)
def test_a_fleet_that_cannot_be_served_is_one_line_and_exit_2(tmp_path, toml, args, words):
    desk = Desk(tmp_path)
    if toml is not None:
        if toml:
            desk.repo("r")
            toml += '[repositories.r]\npath = "r"\n'
        desk.settings(toml)
    ended = desk.call("serve", "--port", free_port(), *args)
    said = [line for line in ended.err.splitlines() if not line.startswith("nightcrew: reading")]
    assert (ended.code, ended.out, len(said)) == (2, "", 1), ended.err
    assert words in said[0]


def test_a_port_in_use_and_a_folder_that_cannot_be_written_are_one_line(fleet, tmp_path):
    desk = Desk(tmp_path)
    desk.repo("r")
    desk.settings('[repositories.r]\npath = "r"\n')
    taken = desk.call("serve", "--port", fleet.served.port)
    assert taken.code == 2
    assert taken.err.splitlines()[-1] == (
        f"nightcrew: port {fleet.served.port} is in use; choose another with --port"
    )
    blocked = tmp_path / "file"
    blocked.write_text("")
    where = desk.call("serve", NIGHTCREW_STATE_DIR=str(blocked / "state"))
    assert where.code == 2
    assert "cannot keep state here" in where.err.splitlines()[-1]


def test_a_second_serve_on_the_same_state_folder_is_refused(fleet):
    second = subprocess.run(
        [*COMMAND, "serve", "--port", str(free_port())],
        env=environment(fleet.home, TZ="UTC"),
        cwd=fleet.home,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 2
    assert f"already served at http://127.0.0.1:{fleet.served.port}" in second.stderr
