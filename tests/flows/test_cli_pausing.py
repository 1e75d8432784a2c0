"""`pause` and `resume`, without a `serve` and with a real one."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import pytest

from loop.held import held, hold
from loop.pauses import pause, pause_of, paused
from loop.store import Store
from policies.records import CycleRecord
from policies.schedule import Window
from tests.flows.prefect_server import Served
from tests.flows.runs import Desk, ended, state

NAMES = ["website", "api", "held"]
TRIES = 5
FIRED = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
"""When the schedules fired last; their windows are open for five hours more."""
CRON = f"{FIRED.minute} {FIRED.hour} * * *"
FLEET = f"""
[schedule]
at = "{CRON}"
timezone = "UTC"
stagger_minutes = 0
[agents.sleeper]
adapter = "command"
command = "sleep 300"
allow_unsandboxed = true
[repositories.website]
path = "website"
[repositories.api]
path = "api"
agent = "sleeper"
[repositories.held]
path = "held"
schedule = {{ missed = "hold" }}
"""


def open_store(desk: Desk) -> Store:
    return Store.open(f"sqlite:///{desk.home}/state/nightcrew.db")


class Fleet:
    """A person's three repositories, and their store."""

    def __init__(self, home: Path) -> None:
        self.desk = Desk(home)
        for name in NAMES:
            self.desk.repo(name)
        self.desk.settings(FLEET)
        self.store = open_store(self.desk)

    def say(self, *args: str) -> list[str]:
        """Run the command, which must succeed and print nothing on stdout; give what it said."""
        done = self.desk.call(*args)
        assert (done.code, done.out) == (0, ""), done.err
        return done.err.splitlines()

    def status(self) -> tuple[dict[str, dict], dict[tuple[str | None, str], dict]]:
        """Give the repositories by name, and what waits by repository and what."""
        seen = json.loads(self.desk.call("status", "--json").out)
        rows = {each["repo"]: each for each in seen["repositories"]}
        return rows, {(each["repo"], each["what"]): each for each in seen["waiting"]}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path)
    yield fleet
    fleet.store.close()


UNSERVED = "nightcrew serve is not running: this holds from its next start on"


def test_a_pause_is_remembered_and_says_what_holds(fleet: Fleet) -> None:
    first = fleet.say("pause", "website", "--reason", "holiday")
    assert first == [
        "website: paused (holiday); nothing starts by itself until `nightcrew resume website` "
        "(a run by hand still can)",
        UNSERVED,
    ]
    mark = pause_of(fleet.store, "website")
    assert mark is not None and mark.reason == "holiday"
    again = fleet.say("pause", "./website")
    assert again[0].startswith("website: paused already, since 20")
    assert pause_of(fleet.store, "website") == mark
    goes_on, *_ = fleet.say("resume", "website")
    tomorrow = f"{FIRED + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert goes_on == f"website: goes on; next run {tomorrow}"
    assert fleet.say("resume", "website") == [UNSERVED, "website: not paused"]


def test_one_goes_on_while_the_fleet_stays_paused(fleet: Fleet) -> None:
    assert fleet.say("pause")[0].startswith("the whole fleet: paused; nothing starts by itself")
    assert paused(fleet.store, [*NAMES, "new"]) == [*NAMES, "new"]
    goes_on, still, _ = fleet.say("resume", "api")
    assert goes_on.startswith("api: goes on; next run ")
    assert still == "still paused, now each for itself: website, held"
    assert paused(fleet.store, [*NAMES, "new"]) == ["website", "held"]
    assert [line.partition(":")[0] for line in fleet.say("resume")[:2]] == ["website", "held"]


def test_one_goes_on_only_where_the_others_are_known(fleet: Fleet, tmp_path: Path) -> None:
    fleet.say("pause")
    record = CycleRecord(
        cycle="r-website-cycle-1", run="r", repo="website", n=1, agent="a", started=FIRED
    )
    fleet.store.save_cycle(record)
    (tmp_path / "nightcrew.toml").unlink()
    done = fleet.desk.call("resume", "website")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "no nightcrew.toml here names the others" in done.err
    assert paused(fleet.store, NAMES) == NAMES


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_an_unknown_repository_is_one_line(fleet: Fleet, verb: str) -> None:
    done = fleet.desk.call(verb, "websit")
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith("nightcrew: websit: ") and "did you mean website?" in line
    assert paused(fleet.store, [*NAMES, "websit"]) == []


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_an_empty_name_is_not_the_whole_fleet(fleet: Fleet, verb: str) -> None:
    pause(fleet.store, "api", FIRED)
    assert fleet.desk.call(verb, "").code == 2
    assert paused(fleet.store, NAMES) == ["api"]


def test_without_any_repository_there_is_nothing_to_pause(tmp_path: Path) -> None:
    done = Desk(tmp_path).call("pause")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "nightcrew.toml" in done.err


def test_a_held_turn_without_a_serve_waits_on_and_one_that_is_over_is_forgotten(
    fleet: Fleet,
) -> None:
    now = datetime.now(UTC)
    for hours, said in ((1, "its turn stays held until"), (-1, "its held turn is over since")):
        window = Window(start=FIRED, end=now + timedelta(hours=hours))
        hold(fleet.store, "held", window, now, "missed")
        line = fleet.say("resume", "held")[-1]
        assert line.startswith(f"held: {said}")
        assert "nightcrew run held" in line
        assert (held(fleet.store, "held") is not None) is (hours > 0)


class ServedFleet(Fleet):
    """The same, with a `nightcrew serve`."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.served = Served(home, FLEET)

    def deployments(self) -> dict[str, dict]:
        """Give the deployments by name."""
        return {each["name"]: each for each in self.served.post("/deployments/filter", {})}

    def pause_in_ui(self, name: str) -> None:
        """Do what the switch on the deployment's page does."""
        place = f"{self.served.api}/deployments/{self.deployments()[name]['id']}"
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(place, b'{"paused": true}', head, method="PATCH")
        urllib.request.urlopen(request, timeout=60).close()

    def is_paused(self) -> dict[str, bool]:
        """Say of each repository's deployment whether Prefect has it paused."""
        there = self.deployments()
        return {name: there[name]["paused"] for name in NAMES}

    def starts(self, name: str) -> list[str]:
        """Give when the scheduled runs of *name* start, the first first."""
        wanted = {
            "deployments": {"name": {"any_": [name]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        return [
            each["expected_start_time"] for each in self.served.post("/flow_runs/filter", wanted)
        ]

    def start(self, deployment: str) -> dict:
        """Start *deployment* as the UI does, and give what asks for its flow run."""
        there = self.deployments()[deployment]["id"]
        for _ in range(TRIES):
            with suppress(HTTPError):  # 503: SQLite was busy; a browser asks again
                body = {"state": {"type": "SCHEDULED"}}
                run = self.served.post(f"/deployments/{there}/create_flow_run", body)
                return {"flow_runs": {"id": {"any_": [run["id"]]}}}
        raise AssertionError("the server does not start it")

    def ended(self, wanted: dict) -> dict:
        """Wait for the flow run that *wanted* asks for, and give it as it ended."""
        runs = self.served.until(
            "/flow_runs/filter", wanted, lambda runs: runs and all(map(ended, runs))
        )
        (run,) = runs
        return run

    def sweep(self) -> None:
        """Let the sweep run now, to its end."""
        self.ended(self.start("sweep"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    fleet = ServedFleet(tmp_path_factory.mktemp("served"))
    yield fleet
    fleet.served.stop()
    fleet.store.close()


@pytest.mark.prefect
@pytest.mark.slow
def test_a_pause_stops_what_waits_in_prefect_and_a_resume_brings_it_back(
    served: ServedFleet,
) -> None:
    before = served.starts("website")
    rows, waiting = served.status()
    assert before
    assert [same(rows[name]["next_run"], served.starts(name)[0]) for name in NAMES] == [True] * 3
    assert waiting == {}
    assert len(served.say("pause", "website")) == 1
    assert served.is_paused() == {"website": True, "api": False, "held": False}
    assert served.starts("website") == []
    rows, waiting = served.status()
    assert (rows["website"]["next_run"], rows["website"]["paused"]) == (None, True)
    assert [repo for repo, _ in waiting] == ["website"]
    assert served.say("resume", "website")[0].startswith("website: goes on; next run ")
    assert served.is_paused() == dict.fromkeys(NAMES, False)
    again = {"deployments": {"name": {"any_": ["website"]}}}
    served.served.until("/flow_runs/filter", again, lambda _: served.starts("website") == before)


@pytest.mark.prefect
@pytest.mark.slow
def test_a_pause_in_the_ui_is_shown_and_ends_with_a_resume(served: ServedFleet) -> None:
    served.pause_in_ui("api")
    rows, waiting = served.status()
    assert (rows["api"]["paused"], rows["api"]["next_run"]) == (True, None)
    (shown,) = [each for (repo, _), each in waiting.items() if repo == "api"]
    assert (shown["why"], shown["remedy"]) == ("paused in the Prefect UI", "nightcrew resume api")
    assert served.say("resume", "api") == ["api: was paused in the Prefect UI, goes on"]
    assert served.is_paused() == dict.fromkeys(NAMES, False)


@pytest.mark.prefect
@pytest.mark.slow
def test_a_cycle_of_the_worker_outlives_a_pause_and_is_stopped_alone(served: ServedFleet) -> None:
    wanted = served.start("api")
    logs = served.desk.home / "logs"
    served.served.until("/flow_runs/filter", wanted, lambda _: list(logs.glob("*-api-cycle-1.log")))
    (cycle,) = served.store.cycles(repo="api", outcome="running")
    paused_, goes_on = served.say("pause", "api")
    assert paused_.startswith("api: paused")
    assert goes_on == f"{cycle.cycle}: goes on; nightcrew stop {cycle.cycle} ends it"
    assert served.say("stop", "api") == [f"{cycle.cycle}: cancelled"]
    assert state(served.ended(wanted))[0] == "CANCELLED"
    nothing = served.desk.call("stop", "api")
    assert (nothing.code, nothing.err.splitlines()[0]) == (1, "nothing is running (api)")
    assert served.say("resume", "api")[0].startswith("api: goes on")


@pytest.mark.prefect
@pytest.mark.slow
def test_a_turn_that_the_sweep_held_starts_when_a_person_says_so(served: ServedFleet) -> None:
    served.sweep()  # from now on it knows since when there are these schedules
    known = served.store.recall("scheduled_since", "held")
    long_ago = (FIRED - timedelta(days=1)).isoformat()
    served.store.remember("scheduled_since", "held", known | {"since": long_ago})
    served.sweep()
    night = f"{FIRED:%Y%m%d-%H%M%S}"
    _, waiting = served.status()
    shown = waiting[("held", f"the turn of night {night}, held")]
    end = FIRED + timedelta(hours=6)
    assert (shown["until"], shown["remedy"]) == (
        f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "nightcrew resume held",
    )
    assert waiting[(None, f"night {night}")]["until"] == shown["until"]
    (line,) = served.say("resume", "held")
    assert line.startswith("held: its held turn starts now")
    cycle = f"{night}-held-cycle-2"
    run = served.ended({"flow_runs": {"name": {"any_": [cycle]}}})
    assert state(run) == ("COMPLETED", "NothingToDo")
    record = served.store.cycle(cycle)
    assert record is not None and (record.run, record.trigger) == (night, "schedule")
    _, waiting = served.status()
    assert "held" not in {repo for repo, _ in waiting}


@pytest.mark.prefect
@pytest.mark.slow
def test_what_changes_while_no_server_is_up_holds_from_its_next_start(served: ServedFleet) -> None:
    served.say("pause", "website")
    served.pause_in_ui("held")
    assert served.served.stop() == 0
    assert served.say("resume", "website")[-1] == UNSERVED
    assert served.say("pause", "api")[-1] == UNSERVED
    _, waiting = served.status()
    assert "not running" in waiting[(None, "the schedule")]["why"]
    served.served.start()
    assert served.is_paused() == {"website": False, "api": True, "held": True}
    _, waiting = served.status()
    assert {repo for repo, _ in waiting if repo} == {"api", "held"}


def same(moment: str, other: str) -> bool:
    """Say whether two times are one."""
    return datetime.fromisoformat(moment) == datetime.fromisoformat(other)
