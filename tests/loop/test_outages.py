"""Outages with a real store, real cycles and real processes: one probe, one outage, no stampede."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from codexlike import CodexLike
from nights import Night
from repositories import repository

from loop.breakers import Breakers
from loop.outages import reset
from policies.breaker import Phase
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.permit import Answer
from policies.plan import CheckSpec, RepoPlan, SetupSpec

ROOT = Path(__file__).resolve().parents[2]
ENTRY = "<!-- nightcrew:incident "
WAITS = {CycleOutcome.POSTPONED, CycleOutcome.CIRCUIT_OPEN}


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def codex(tmp_path: Path, night: Night) -> CodexLike:
    made = CodexLike(tmp_path / "agent")
    night.crew.environ = dict(os.environ) | made.environ
    return made


def fleet(night: Night, folder: Path, agent: object, number: int, **more: object) -> list[RepoPlan]:
    """Give plans for *number* new repositories."""
    made = [repository(folder / f"repo{n}") for n in range(number)]
    return [night.plan(repo, agent, checks=(), **more) for repo in made]


def entries(plans: list[RepoPlan]) -> list[str]:
    """Give the ledgers that have an entry of ours."""
    ledgers = [Path(plan.path) / "INCIDENTS.md" for plan in plans]
    return [text for each in ledgers if each.exists() and ENTRY in (text := each.read_text())]


def test_a_dead_account_costs_one_start_and_no_entry(night, codex, tmp_path):
    ends = datetime.now(UTC) + timedelta(days=2)
    codex.limit(ends)
    plans = fleet(night, tmp_path, codex.spec, 4)
    run = night.run(*plans, jobs=3)
    assert (run.agent_starts, codex.starts()) == (1, 1)
    assert {cycle.outcome for cycle in run.cycles} == {CycleOutcome.POSTPONED}
    assert entries(plans) == []
    (outage,) = run.outages
    assert (outage.scope, outage.repositories, outage.ended) == ("agent:codex", (), None)
    assert outage.failure_class is FailureClass.USAGE_LIMIT
    assert run.to_json()["outages"] == [outage.to_json()]
    assert night.run(*plans, jobs=3).agent_starts == 0
    assert len(night.store.outages()) == 1


def test_a_working_account_costs_one_start_more(night, codex, tmp_path):
    run = night.run(*fleet(night, tmp_path, codex.spec, 2), jobs=2)
    assert {cycle.outcome for cycle in run.cycles} == {CycleOutcome.SUCCEEDED}
    assert (run.agent_starts, codex.starts(), run.canary_starts) == (3, 3, 1)
    assert run.outages == ()


def test_one_repository_or_the_setting_needs_no_canary(night, codex, tmp_path):
    assert night.run(*fleet(night, tmp_path / "a", codex.spec, 1)).agent_starts == 1
    off = fleet(night, tmp_path / "b", codex.spec, 2, canary=False)
    assert night.run(*off).agent_starts == 2


def test_a_limit_in_the_middle_is_one_outage_that_every_entry_names(night, codex, tmp_path):
    codex.limit(datetime.now(UTC) + timedelta(hours=5))
    told = []
    night.crew.notifier.outage = told.append
    plans = fleet(night, tmp_path, codex.spec, 7, canary=False, jobs=3)
    run = night.run(*plans, jobs=3)
    failed = [cycle for cycle in run.cycles if cycle.outcome is CycleOutcome.FAILED]
    assert 1 <= len(failed) == run.agent_starts <= 3
    assert {cycle.outcome for cycle in run.cycles} - WAITS == {CycleOutcome.FAILED}
    (outage,) = run.outages
    assert set(outage.repositories) == {cycle.repo for cycle in failed}
    assert set(outage.incidents) == {cycle.incident for cycle in failed}
    assert len(entries(plans)) == len(failed)
    assert all(outage.id in text for text in entries(plans))
    assert [(each.id, each.ended) for each in told] == [(outage.id, None)]
    codex.recover()
    later = datetime.now(UTC) + timedelta(hours=6)
    night.crew.now = lambda: later
    again = night.run(*plans, jobs=3)
    assert {cycle.outcome for cycle in again.cycles} == {CycleOutcome.SUCCEEDED}
    assert again.agent_starts == 7
    assert [(each.id, each.ended) for each in again.outages] == [(outage.id, later)]
    assert [(each.id, each.ended) for each in told[1:]] == [(outage.id, later)]
    assert night.store.breaker("agent:codex").phase is Phase.CLOSED


def test_a_probe_that_fails_is_the_only_start(night, codex, tmp_path):
    codex.limit(datetime.now(UTC) + timedelta(hours=5))
    plans = fleet(night, tmp_path, codex.spec, 5, canary=False)
    first = night.run(*plans[:1])
    later = datetime.now(UTC) + timedelta(hours=6)
    night.crew.now = lambda: later
    codex.limit(later + timedelta(hours=5))
    run = night.run(*plans, jobs=4)
    assert (first.agent_starts, run.agent_starts) == (1, 1)
    assert len(night.store.outages()) == 1


def test_the_same_cause_in_three_repositories_stops_an_unknown_command(night, tmp_path):
    plans = fleet(night, tmp_path, "sh -c 'echo it broke; exit 7'", 6)
    run = night.run(*plans)
    failed = [cycle for cycle in run.cycles if cycle.outcome is CycleOutcome.FAILED]
    assert len(failed) == 3
    assert run.agent_starts == 3 + 3 + 1  # the third one's first attempt shows that it is an outage
    (outage,) = run.outages
    assert len(outage.repositories) == 3
    assert set(outage.incidents) == {cycle.incident for cycle in failed}
    named = {night.store.incident(id_).outage for id_ in outage.incidents}
    assert named == {outage.id}
    assert [text.count(outage.id) for text in entries(plans)] == [1, 1, 1]
    assert not any(i.waits_because for i in night.store.incidents())


def test_what_a_test_prints_pauses_nobody_else(night, tmp_path):
    said = "usage limit reached, try again in 300 days"
    loud = fleet(night, tmp_path / "loud", f"sh -c 'echo {said}; exit 1'", 2)
    night.run(*loud)
    assert night.store.outages() == []
    quiet = night.plan(repository(tmp_path / "quiet"), loud[0].agent, checks=())
    assert night.run(quiet).agent_starts > 0


def test_the_fallback_goes_on_while_the_agent_is_stopped(night, codex, tmp_path):
    codex.limit(datetime.now(UTC) + timedelta(hours=5))
    other = night.plan(tmp_path, "sh -c 'date > made.txt'").agent
    plans = fleet(night, tmp_path, codex.spec, 3, fallback=other)
    run = night.run(*plans, jobs=2)
    assert [cycle.outcome for cycle in run.cycles] == [CycleOutcome.SUCCEEDED] * 3
    assert {cycle.agent for cycle in run.cycles} == {other.name}
    assert codex.starts() == 1
    assert len(run.outages) == 1


COUNTED = """
mkdir -p "$here/now" "$here/done"
touch "$here/now/$$"
echo "$(ls "$here/now" | wc -l) $(ls "$here/done" | wc -l)" >> "$here/seen"
sleep 0.3
mv "$here/now/$$" "$here/done/$$"
date +%s%N > "made-$$.txt"
"""


def test_the_fleet_comes_back_in_steps(night, tmp_path):
    codex = CodexLike(tmp_path / "agent", work=COUNTED)
    night.crew.environ = dict(os.environ) | codex.environ
    codex.limit(datetime.now(UTC) + timedelta(hours=5))
    plans = fleet(night, tmp_path, codex.spec, 9, canary=False, jobs=6)
    night.run(plans[0])
    codex.recover()
    later = datetime.now(UTC) + timedelta(hours=6)
    night.crew.now = lambda: later
    run = night.run(*plans, jobs=6)
    assert [cycle.outcome for cycle in run.cycles] == [CycleOutcome.SUCCEEDED] * 9
    seen = [
        tuple(map(int, line.split()))
        for line in (codex.folder / "seen").read_text().split("\n")[:-1]
    ]
    assert len(seen) == 9
    assert seen[0] == (1, 0)  # the probe
    # Beside each one that the agent ended well in there is one more place, until all six are free.
    assert all(at_once <= done + 1 for at_once, done in seen if done < 5), seen
    assert night.store.breakers() == []


LIMIT = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="limit",
    fingerprint="f1",
    confidence=Confidence.HIGH,
    agents_own=True,
)

ASK = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from loop.breakers import Breakers
from policies.plan import AgentSpec, RepoPlan
from loop.store import Store
url, name = sys.argv[1:]
later = datetime.now(UTC) + timedelta(hours=2)
plan = RepoPlan(name=name, path="/nowhere", agent=AgentSpec(name="codex"), jobs=5)
print("ready", flush=True)
sys.stdin.readline()
breakers = Breakers(Store.open(url), plan, lambda: later)
print(breakers.ask(f"cycle-{name}").answer, flush=True)
for line in sys.stdin:
    breakers.agent_worked() if line == "worked\\n" else breakers.give_back(f"cycle-{name}")
    print("done", flush=True)
"""


class Asker:
    """A process that asks for one cycle, when it is told to."""

    def __init__(self, url: str, name: str) -> None:
        argv = [sys.executable, "-c", ASK, url, name]
        self.child = subprocess.Popen(
            argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, word: str) -> None:
        assert self.child.stdin
        self.child.stdin.write(f"{word}\n")
        self.child.stdin.flush()

    def heard(self) -> str:
        assert self.child.stdout
        return self.child.stdout.readline().strip()


@pytest.fixture
def askers(tmp_path: Path) -> Iterator[list[Asker]]:
    url = f"sqlite:///{tmp_path}/night/state/nightcrew.db"
    made = [Asker(url, f"repo{n}") for n in range(6)]
    assert [asker.heard() for asker in made] == ["ready"] * len(made)
    yield made
    for asker in made:
        asker.child.kill()
        asker.child.communicate()


def codex_breakers(night: Night, name: str, hours: float) -> Breakers:
    plan = night.plan(Path(name), "codex", jobs=5)
    moment = datetime.now(UTC) + timedelta(hours=hours)
    return Breakers(night.store, plan, lambda: moment)


def test_one_probe_in_all_processes_and_a_killed_one_frees_its_place(night, askers):
    codex_breakers(night, "first", 0).failed(LIMIT)
    for asker in askers:
        asker.tell("ask")
    answers = [asker.heard() for asker in askers]
    assert sorted(answers) == ["probe", *["refuse"] * (len(askers) - 1)]
    probe = askers[answers.index("probe")]
    late = codex_breakers(night, "late", 2)
    assert late.ask("late").is_brief
    os.kill(probe.child.pid, signal.SIGKILL)
    probe.child.wait()
    assert late.ask("late").answer is Answer.PROBE
    assert codex_breakers(night, "later", 2).ask("later").answer is Answer.REFUSE


def test_after_the_probe_two_processes_come_in_then_more(night, askers):
    codex_breakers(night, "first", 0).failed(LIMIT)
    probe = codex_breakers(night, "probe", 2)
    assert probe.ask("probe").answer is Answer.PROBE
    probe.agent_worked()
    assert [each.ended is not None for each in night.store.outages()] == [True]
    for asker in askers:
        asker.tell("ask")
    answers = [asker.heard() for asker in askers]
    assert answers.count("go") == 1  # beside the probe, which still works
    inside = askers[answers.index("go")]
    for word in ("worked", "gone"):
        inside.tell(word)
        assert inside.heard() == "done"
    probe.give_back("probe")
    now = [codex_breakers(night, f"n{n}", 2).ask(f"n{n}").answer for n in range(5)]
    assert now.count(Answer.GO) == 3


OPEN = """
import sys
from datetime import UTC, datetime
sys.path[:0] = [{root!r}, {tests!r}]
from loop.breakers import Breakers
from loop.store import Store
from policies.failure import Confidence, Failure, FailureClass
from policies.plan import AgentSpec, RepoPlan
limit = Failure(failure_class=FailureClass.USAGE_LIMIT, summary="limit", fingerprint="f1",
                confidence=Confidence.HIGH, agents_own=True)
plan = RepoPlan(name="other", path="/nowhere", agent=AgentSpec(name={agent!r}))
Breakers(Store.open({url!r}), plan, lambda: datetime.now(UTC)).failed(limit)
"""


def test_what_another_process_opens_stops_the_next_attempt(night, tmp_path):
    script = tmp_path / "open.py"
    agent = f"sh -c '{sys.executable} {script}; exit 7'"
    url = f"sqlite:///{night.folder}/state/nightcrew.db"
    script.write_text(OPEN.format(root=str(ROOT), tests=str(ROOT / "tests"), agent=agent, url=url))
    (plan,) = fleet(night, tmp_path, agent, 1)
    run = night.run(plan)
    assert run.agent_starts == 1  # of three that this class of failure is tried
    (cycle,) = run.cycles
    assert "not tried again" in cycle.reason
    night.run(plan)
    assert len(night.store.outages()) == 1


def test_what_another_process_opens_stops_a_cycle_that_is_past_its_setup(night, tmp_path):
    script, agent = tmp_path / "open.py", "sh -c 'exit 7'"
    url = f"sqlite:///{night.folder}/state/nightcrew.db"
    script.write_text(OPEN.format(root=str(ROOT), tests=str(ROOT / "tests"), agent=agent, url=url))
    opens = SetupSpec(name="open", argv=(sys.executable, str(script)))
    (plan,) = fleet(night, tmp_path, agent, 1)
    check = CheckSpec(name="ok", argv=("true",), source="configured")
    plan = plan.evolve(setup=(opens,), checks=(check,))
    (cycle,) = night.run(plan).cycles
    assert (cycle.outcome, cycle.attempts) == (CycleOutcome.CIRCUIT_OPEN, ())
    assert entries([plan]) == []


def test_a_breaker_that_a_person_closes_ends_its_outage(night):
    codex_breakers(night, "first", 0).failed(LIMIT)
    assert len(night.store.outages(lasting=True)) == 1
    (ended,) = reset(night.store, ["agent:codex"], datetime.now(UTC))
    assert ended.scope == "agent:codex" and ended.ended
    assert (night.store.outages(lasting=True), night.store.breakers()) == ([], [])
