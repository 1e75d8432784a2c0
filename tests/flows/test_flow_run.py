"""What a person sees of a run in the Prefect UI: names, tags, states, messages, parents.

One night over six repositories that end in six ways, and what the API tells of it.
"""

import pytest

from loop.lock import repository_lock
from policies.plan import AgentSpec, RepoPlan
from tests.flows.prefect_server import Served
from tests.flows.runs import Desk, Seen, state
from tests.loop.receivers import Webhook

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

FLEET = """
cycles = 2
jobs = 4
notify.urls = ["$HOOK"]
[bounds.unknown]
attempts = 1
opens_after = 1
"""
REPOSITORY = """
[agents.{name}-agent]
adapter = "command"
command = '''{command}'''
allow_unsandboxed = true
[repositories.{name}]
path = "{path}"
agent = "{name}-agent"
checks = [{{ name = "whole", command = "test ! -e broken" }}]
setup = ["true"]
{more}
"""
AGENTS = {
    "good": "sh -c 'echo more > more.txt'",
    "quiet": "true",
    "failing": """sh -c 'echo "the moon is gone" >&2; exit 7'""",
    "breaking": "touch broken",
    "dirty": "sh -c 'echo more > README.md'",
    "busy": "true",
}


class Night:
    """The night, and what was seen of it."""

    def __init__(self, desk: Desk, served: Served) -> None:
        repos = {name: desk.repo(name) for name in AGENTS}
        (repos["dirty"] / "README.md").write_text("not committed\n")
        text = FLEET
        for name, path in repos.items():
            more = 'landing = "commit"' if name == "dirty" else ""
            text += REPOSITORY.format(name=name, command=AGENTS[name], path=path, more=more)
        desk.settings(text)
        plan = RepoPlan(
            name="busy", path=str(repos["busy"]), agent=AgentSpec(name="a", adapter="command")
        )
        self.hook = Webhook()
        with repository_lock(plan, desk.home / "state" / "locks", "another-cycle"):
            self.ended = desk.call("run", "--json", HOOK=self.hook.url)
        self.hook.close()
        self.run = self.ended.document["run"]
        self.cycles = {(c["repo"], c["n"]): c for c in self.ended.document["cycles"]}
        self.seen = Seen(served)

    def flow_run(self, repo, n=1):
        return self.seen.flow_run(f"{self.run}-{repo}-cycle-{n}")

    def task_runs(self, repo, n=1, at_least=0):
        return self.seen.task_runs(self.flow_run(repo, n)["id"], at_least)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    home = tmp_path_factory.mktemp("night")
    served = Served(home)
    yield Night(Desk(home), served)
    assert served.stop() == 0


def test_people_are_told_what_failed_and_nothing_else(night):
    told = sorted(": ".join(title.split(": ")[:2]) for title in night.hook.titles)
    assert told == [
        "Breaker open: repository breaking with breaking-agent",
        "Breaker open: repository failing with failing-agent",
        "SEV-3 opened: breaking",
        "SEV-3 opened: failing",
    ]
    assert all("the moon is gone" in title for title in night.hook.titles if "failing" in title)


def test_the_run_ends_as_its_worst_cycle(night):
    assert night.ended.code == 1, night.ended.err
    fleet = night.seen.flow_run(night.run)
    assert state(fleet) == ("FAILED", "Failed")
    assert "2 failed" in fleet["state"]["message"], night.ended.err
    assert set(fleet["tags"]) == {f"run:{night.run}", "trigger:manual"}
    assert fleet["parameters"]["cycles"] == 2
    assert set(fleet["parameters"]["repositories"]) == set(AGENTS)


def test_the_last_line_is_the_page_of_that_flow_run(night):
    fleet = night.seen.flow_run(night.run)
    last = night.ended.err.strip().splitlines()[-1]
    root = night.seen.served.api.removesuffix("/api")
    assert last == f"to look at it: {root}/runs/flow-run/{fleet['id']}"


@pytest.mark.parametrize(
    ("repo", "n", "outcome", "kind", "name", "message"),
    [
        ("good", 1, "succeeded", "COMPLETED", "Completed", "1 file changed"),
        ("good", 2, "nothing_to_do", "COMPLETED", "NothingToDo", "changed nothing"),
        ("quiet", 1, "nothing_to_do", "COMPLETED", "NothingToDo", "changed nothing"),
        ("failing", 1, "failed", "FAILED", "Failed", "the moon is gone"),
        ("failing", 2, "circuit_open", "CANCELLED", "CircuitOpen", "the moon is gone"),
        ("breaking", 1, "failed", "FAILED", "Failed", ""),
        ("busy", 1, "postponed", "CANCELLED", "Postponed", "worked on by another-cycle"),
    ],
)
def test_a_cycle_ends_in_a_state_that_tells(night, repo, n, outcome, kind, name, message):
    cycle, shown = night.cycles[repo, n], night.flow_run(repo, n)
    assert cycle["outcome"] == outcome
    assert cycle["flow_run_id"] == shown["id"]
    assert state(shown) == (kind, name)
    assert message in shown["state"]["message"]
    if outcome == "failed":
        assert shown["state"]["message"] == cycle["failure"]["summary"]
    assert set(shown["tags"]) >= {
        f"repo:{repo}",
        f"agent:{repo}-agent",
        "trigger:manual",
        f"run:{night.run}",
    }


def test_every_cycle_is_a_child_of_the_run_also_one_that_was_not_started(night):
    fleet = night.seen.flow_run(night.run)
    children = night.seen.task_runs(fleet["id"])
    of_fleet = {run["id"] for run in children.values()}
    for repo, n in night.cycles:
        assert night.flow_run(repo, n)["parent_task_run_id"] in of_fleet, (repo, n)


def test_what_stands_for_the_cycles_takes_the_state_of_none(night):
    """Some of them failed."""
    children = night.seen.task_runs(night.seen.flow_run(night.run)["id"])
    assert {name: state(run)[0] for name, run in children.items()} == {"cycles": "COMPLETED"}


def test_a_task_of_another_flow_follows_its_child_as_ever(night):
    post = night.seen.served.post
    flow = post("/flows/", {"name": "foreign"})["id"]
    above = post("/flow_runs/", {"flow_id": flow, "state": {"type": "RUNNING"}})["id"]
    task = {"flow_run_id": above, "task_key": "t", "dynamic_key": "0", "name": "child"}
    parent = post("/task_runs/", task | {"state": {"type": "PENDING"}})["id"]
    child = {"flow_id": flow, "parent_task_run_id": parent, "state": {"type": "FAILED"}}
    post("/flow_runs/", child)
    (followed,) = post("/task_runs/filter", {"task_runs": {"id": {"any_": [parent]}}})
    assert followed["state_type"] == "FAILED"


def test_a_refused_cycle_names_agent_end_and_incident(night):
    cycle = night.cycles["failing", 1]
    said = night.flow_run("failing", 2)["state"]["message"]
    assert said.startswith("repository failing with failing-agent until 20"), said
    assert f", incident {cycle['incident']}: " in said


def test_the_log_channel_tells_each_failure_once(night):
    wanted = {"logs": {"flow_run_id": {"any_": [night.flow_run("failing", 1)["id"]]}}}
    logs = night.seen.served.until(
        "/logs/filter", wanted, lambda all_: any("moon" in each["message"] for each in all_), 30
    )
    assert not [each["message"] for each in logs if "NoneType" in each["message"]]


def test_the_steps_of_a_good_cycle(night):
    steps = night.task_runs("good", at_least=5)
    assert {name: state(run)[0] for name, run in steps.items()} == {
        "setup: true": "COMPLETED",
        "check whole on the base": "COMPLETED",
        "attempt 1: maintain": "COMPLETED",
        "check whole on the change": "COMPLETED",
        "land: branch": "COMPLETED",
    }


def test_the_step_that_failed_says_so(night):
    attempt = night.task_runs("failing", at_least=3)["attempt 1: maintain"]
    assert state(attempt)[0] == "FAILED"
    assert "the moon is gone" in attempt["state"]["message"]
    steps = night.task_runs("breaking", at_least=4)
    assert state(steps["check whole on the base"])[0] == "COMPLETED"
    assert state(steps["check whole on the change"])[0] == "FAILED"
    landing = night.task_runs("dirty", at_least=5)["land: commit"]
    assert state(landing)[0] == "FAILED"
    assert "not landed: " in landing["state"]["message"]


@pytest.mark.parametrize(("repo", "n"), [("failing", 2), ("busy", 1)])
def test_a_cycle_that_was_not_started_has_no_step(night, repo, n):
    assert night.task_runs(repo, n) == {}
    assert night.cycles[repo, n]["attempts"] == []


def test_agents_were_started_once_each(night):
    attempts = [a for cycle in night.cycles.values() for a in cycle["attempts"]]
    assert night.ended.document["agent_starts"] == len(attempts)
    assert len(night.cycles["failing", 1]["attempts"]) == 1
