"""Whole cycles with the real codex, claude and pi against the stub model: what a night comes to."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from nights import QUICK, Night
from repositories import commit, git, repository

from loop.diagnose import diagnose_file
from policies.failure import CycleOutcome, FailureClass, StopReason
from policies.plan import CheckSpec, Landing, Permissions, RepoPlan
from policies.records import CycleRecord, stamp
from policies.rootcause import Hints
from policies.timeouts import Timeouts
from tests.agents_real import AGENTS, KEY, AgentHome

pytestmark = [pytest.mark.agents, pytest.mark.timeout(200)]

Stub = Callable[[str], str]
MakeHome = Callable[[str, str], AgentHome]
C = FailureClass

MADE = CheckSpec(name="made", argv=("test", "-f", "hello_stub.txt"), source="configured")
ENTRY = "<!-- nightcrew:incident "
CLOCKS = Timeouts(total_s=60, silence_s=3, progress_s=3, after_end_s=2, grace_s=2, check_s=60)
LIMIT_LASTS = timedelta(days=3, hours=4)
"""What the stub's usage limit states."""
LEDGERS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "ledgers-dev"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return repository(tmp_path / "user")


def planned(
    night: Night, machine: AgentHome, repo: Path, tries: int = 1, **more: object
) -> RepoPlan:
    """Give *repo*'s plan as on *machine*; an agent's failure is tried *tries* times, then it opens."""
    night.crew.environ, night.crew.home = machine.environ, machine.home
    bounds = {
        kind: replace(bound, attempts=min(bound.attempts, tries), opens_after=tries)
        for kind, bound in QUICK.items()
    }
    return night.plan(repo, machine.spec, **{"checks": (MADE,), "bounds": bounds} | more)


def entries(repo: Path) -> int:
    """Count our entries in *repo*'s ledger."""
    ledger = repo / "INCIDENTS.md"
    return ledger.read_text().count(ENTRY) if ledger.exists() else 0


def root_cause(repo: Path) -> str:
    lines = (repo / "INCIDENTS.md").read_text().split(ENTRY)[-1].splitlines()
    return next(line for line in lines if line.startswith("- Root Cause: "))


def hides_the_key(night: Night, *repos: Path) -> None:
    """Assert that the person's key is in no log, prompt, database or ledger."""
    kept = [path for path in night.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(path.suffix == ".log" for path in kept)
    assert any(path.suffix == ".db" for path in kept)
    kept += [repo / "INCIDENTS.md" for repo in repos if (repo / "INCIDENTS.md").exists()]
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []


def diagnoses_alike(night: Night, cycle: CycleRecord) -> None:
    """Assert that `diagnose` says of each pass log, alone, what the cycle said."""
    for attempt in cycle.attempts:
        hints = Hints(now=cycle.started)
        told = diagnose_file(Path(attempt.pass_log), hints, night.crew.signatures)
        assert attempt.failure is not None
        assert told.failure_class is attempt.failure.failure_class
        assert told.summary == attempt.failure.summary
        assert told.fingerprint == attempt.failure.fingerprint


def failed(night: Night, user: Path, plan: RepoPlan, expected: FailureClass) -> CycleRecord:
    """Run one cycle that fails, and give its record."""
    record = night.run(plan)
    (cycle,) = record.cycles
    assert cycle.outcome is CycleOutcome.FAILED
    assert cycle.failure is not None
    assert cycle.failure.failure_class is expected, cycle.failure
    assert record.agent_starts == len(cycle.attempts)
    assert entries(user) == 1
    assert not (user / "hello_stub.txt").exists()
    diagnoses_alike(night, cycle)
    hides_the_key(night, user)
    return cycle


@pytest.mark.parametrize("agent", AGENTS)
def test_success_is_made_checked_and_landed(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    machine = agent_home(agent, stub("success"))
    (cycle,) = night.run(planned(night, machine, user, landing=Landing.COMMIT)).cycles
    assert (cycle.outcome, cycle.checked) == (CycleOutcome.SUCCEEDED, True), cycle
    assert cycle.landed == git(user, "rev-parse", "main")
    assert (user / "hello_stub.txt").exists()
    (attempt,) = cycle.attempts
    assert attempt.session_id
    assert attempt.input_tokens and attempt.output_tokens
    assert (attempt.cost_usd is not None) is (agent == "claude")
    head, *_, foot = Path(attempt.pass_log).read_text().splitlines()
    assert f" agent={agent} version=" in head and "version=unknown" not in head
    assert foot.startswith("# nightcrew exit=0 stopped=- duration_s=")
    told = diagnose_file(Path(attempt.pass_log), Hints(now=cycle.started), night.crew.signatures)
    assert told.failure_class is C.SUCCESS
    assert entries(user) == 0
    hides_the_key(night)


@pytest.mark.parametrize("agent", AGENTS)
def test_a_refused_key_stops_the_agent_everywhere_after_one_start(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, user: Path, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub("auth-401"))
    plan = planned(night, machine, user)
    assert len(failed(night, user, plan, C.AUTH).attempts) == 1
    (breaker,) = night.store.breakers()
    assert (breaker.key, breaker.phase) == (f"agent:{agent}", "open")
    other = repository(tmp_path / "other")
    record = night.run(planned(night, machine, other))
    assert [c.outcome for c in record.cycles] == [CycleOutcome.CIRCUIT_OPEN]
    assert record.agent_starts == 0
    assert entries(other) == 0


@pytest.mark.parametrize("agent", AGENTS)
def test_a_usage_limit_postpones_until_its_end(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    machine = agent_home(agent, stub("usage-limit"))
    plan = planned(night, machine, user)
    cycle = failed(night, user, plan, C.USAGE_LIMIT)
    end = cycle.failure.resets_at if cycle.failure else None
    assert end is not None
    # codex states minutes, in the machine's own zone
    assert abs(end - (datetime.now(UTC) + LIMIT_LASTS)) < timedelta(minutes=2)
    assert "usage limit" in root_cause(user)
    assert root_cause(user).endswith(f"; the limit ends {end:%Y-%m-%d %H:%M} UTC")
    (later,) = night.run(plan, cycles=20).cycles
    assert (later.outcome, later.until) == (CycleOutcome.POSTPONED, end)
    assert f"until {stamp(end)}" in later.reason
    assert "cycles 1 to 20 were not started" in later.reason


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(
    ("scenario", "expected"), [("rate-limit", C.RATE_LIMIT), ("server-error", C.MODEL_ERROR)]
)
def test_a_model_that_fails_is_asked_a_bounded_number_of_times(
    agent: str,
    scenario: str,
    expected: FailureClass,
    stub: Stub,
    agent_home: MakeHome,
    night: Night,
    user: Path,
) -> None:
    tries = 2 if agent == "codex" else 1  # the others take long to give up by themselves
    plan = planned(night, agent_home(agent, stub(scenario)), user, tries=tries)
    assert len(failed(night, user, plan, expected).attempts) == tries
    (breaker,) = night.store.breakers()
    assert (breaker.key, breaker.phase) == (f"agent:{agent}", "open")


@pytest.mark.parametrize("agent", AGENTS)
def test_a_refused_connection_is_the_network(
    agent: str, agent_home: MakeHome, night: Night, user: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        machine = agent_home(agent, f"http://127.0.0.1:{taken.getsockname()[1]}")
        clocks = CLOCKS if agent == "codex" else replace(CLOCKS, progress_s=30, silence_s=30)
        cycle = failed(night, user, planned(night, machine, user, timeouts=clocks), C.NETWORK)
    waits = agent == "codex"  # for the network, without end, and says so now and then
    stopped = cycle.attempts[0].stopped_because in (StopReason.PROGRESS, StopReason.SILENCE)
    assert stopped is waits


@pytest.mark.parametrize("agent", AGENTS)
def test_a_model_that_never_answers_is_a_timeout(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    machine = agent_home(agent, stub("stall"))
    cycle = failed(night, user, planned(night, machine, user, timeouts=CLOCKS), C.TIMEOUT)
    (attempt,) = cycle.attempts
    assert attempt.stopped_because in (StopReason.PROGRESS, StopReason.SILENCE)
    assert attempt.exit_code is not None
    assert "for too long" in root_cause(user)


@pytest.mark.parametrize(
    ("agent", "permissions"), [("codex", Permissions.WORKSPACE), ("claude", Permissions.EDITS)]
)
def test_a_denied_tool_before_a_cheerful_end_is_a_failure(
    agent: str,
    permissions: Permissions,
    stub: Stub,
    agent_home: MakeHome,
    night: Night,
    user: Path,
) -> None:
    machine = agent_home(agent, stub("outside-write"))
    machine = replace(machine, spec=replace(machine.spec, permissions=permissions))
    cycle = failed(night, user, planned(night, machine, user), C.SANDBOX_PERMISSION)
    assert cycle.attempts[0].exit_code == 0
    assert "Done: the file was created." in Path(cycle.attempts[0].pass_log).read_text()


@pytest.mark.parametrize("agent", ["codex", "pi"])
def test_a_refusal_in_words_is_nothing_to_do(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    (cycle,) = night.run(planned(night, agent_home(agent, stub("refusal")), user)).cycles
    assert cycle.outcome is CycleOutcome.NOTHING_TO_DO
    assert night.store.breakers() == []
    assert entries(user) == 0


def test_what_claudes_provider_refuses_stops_that_repository_only(
    stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    plan = planned(night, agent_home("claude", stub("refusal")), user)
    failed(night, user, plan, C.MODEL_ERROR)
    assert [breaker.key for breaker in night.store.breakers()] == ["repository:user/claude"]


def test_an_agent_of_a_persons_own_name_is_read_as_what_it_is(
    stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    machine = agent_home("codex", stub("usage-limit"))
    named = replace(machine, spec=replace(machine.spec, name="night-codex"))
    (cycle,) = night.run(planned(night, named, user)).cycles
    assert cycle.failure is not None
    assert cycle.failure.failure_class is C.USAGE_LIMIT
    assert [breaker.key for breaker in night.store.breakers()] == ["agent:night-codex"]


@pytest.mark.parametrize(("agent", "requests"), [("codex", 4), ("claude", 3), ("pi", 2)])
def test_what_a_second_attempt_cures_makes_no_incident(
    agent: str, requests: int, stub: Stub, agent_home: MakeHome, night: Night, user: Path
) -> None:
    """The agents ask again themselves: so many requests fail as make one attempt fail."""
    machine = agent_home(agent, stub(f"server-error:{requests}@{agent}"))
    record = night.run(planned(night, machine, user, tries=2))
    (cycle,) = record.cycles
    assert (cycle.outcome, record.agent_starts) == (CycleOutcome.SUCCEEDED, 2), cycle
    assert [a.failure is None for a in cycle.attempts] == [False, True]
    assert (record.incidents, night.store.breakers(), entries(user)) == ((), [], 0)


def before_the_night(name: str) -> bytes:
    """Give a real ledger of February 2026 as it was before its first "Codex execution failure"."""
    path = LEDGERS / name
    if not path.exists():
        missing = f"the real ledgers are not here: {path}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    lines = path.read_bytes().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if b"| Codex execution failure" in line)
    return b"".join(lines[:first])


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_night_of_february_12(
    jobs: int, stub: Stub, agent_home: MakeHome, night: Night, tmp_path: Path
) -> None:
    machine = agent_home("codex", stub("usage-limit"))
    written = {name: before_the_night(f"{name}.md") for name in ("secretiveX", "MDEASM")}
    repos = {name: repository(tmp_path / name) for name in written}
    for name, ledger in written.items():
        commit(repos[name], {"INCIDENTS.md": ledger.decode()})
    plans = [planned(night, machine, repo, canary=False) for repo in repos.values()]
    record = night.run(*plans, cycles=20, jobs=jobs)
    ran = {cycle.repo for cycle in record.cycles if cycle.attempts}
    assert record.agent_starts == len(ran)
    assert 1 <= len(ran) <= jobs
    for name, repo in repos.items():
        now = (repo / "INCIDENTS.md").read_bytes()
        assert now.startswith(written[name])
        assert now.decode().count(ENTRY) == (1 if name in ran else 0)
        if name in ran:
            assert "usage limit" in root_cause(repo) and "the limit ends" in root_cause(repo)
    outcomes = {cycle.outcome for cycle in record.cycles if not cycle.attempts}
    assert outcomes == {CycleOutcome.POSTPONED}
    assert len(record.incidents) == len(ran)
    (outage,) = record.outages
    assert set(outage.repositories) == ran
    assert all(outage.id in (repos[name] / "INCIDENTS.md").read_text() for name in ran)
    again = night.run(*plans, cycles=20, jobs=jobs)
    assert again.agent_starts == 0
    assert {cycle.outcome for cycle in again.cycles} == {CycleOutcome.POSTPONED}


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("scenario", ["usage-limit", "auth-401"])
def test_the_canary_meets_a_dead_account_before_any_repository(
    agent: str, scenario: str, stub: Stub, agent_home: MakeHome, night: Night, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub(scenario))
    repos = [repository(tmp_path / name) for name in ("one", "two", "three")]
    record = night.run(*(planned(night, machine, repo) for repo in repos), jobs=2)
    assert (record.agent_starts, record.canary_starts) == (1, 1)
    assert not any(cycle.attempts for cycle in record.cycles)
    assert [entries(repo) for repo in repos] == [0, 0, 0]
    assert [outage.scope for outage in record.outages] == [f"agent:{agent}"]
    hides_the_key(night, *repos)


@pytest.mark.parametrize("agent", AGENTS)
def test_the_canary_of_a_working_account_lets_the_fleet_start(
    agent: str, stub: Stub, agent_home: MakeHome, night: Night, tmp_path: Path
) -> None:
    machine = agent_home(agent, stub("success"))
    repos = [repository(tmp_path / name) for name in ("one", "two")]
    record = night.run(*(planned(night, machine, repo) for repo in repos))
    assert [cycle.outcome for cycle in record.cycles] == [CycleOutcome.SUCCEEDED] * 2
    assert [len(cycle.attempts) for cycle in record.cycles] == [1, 1]
    assert (record.agent_starts, record.canary_starts, record.outages) == (3, 1, ())
