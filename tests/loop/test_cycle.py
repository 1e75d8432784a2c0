"""Whole cycles: real repository, real agent process, real checks; one record and one entry."""

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from nights import Night
from repositories import commit, git, repository, write

from loop.observer import Silent
from policies.failure import CycleOutcome, FailureClass, StopReason
from policies.plan import CheckSpec, Landing, LedgerPlace
from policies.records import IncidentState
from policies.timeouts import Timeouts
from tests.waiting import until

FAILING = 'sh -c "exit 7"'
FIXING = "sh -c 'echo done > fixed.txt; echo I fixed it'"
GREEN = CheckSpec(name="green", argv=("true",), source="configured")
HAS_FIX = CheckSpec(name="fix", argv=("test", "-f", "fixed.txt"), source="configured")


@pytest.fixture
def night(tmp_path):
    made = Night(tmp_path / "night")
    yield made
    made.close()


@pytest.fixture
def user(tmp_path):
    return repository(tmp_path / "user")


def test_a_change_lands_on_our_branch_and_merges(night, user):
    record = night.run(night.plan(user, FIXING, checks=(GREEN,)))
    (cycle,) = record.cycles
    assert (cycle.outcome, cycle.branch, cycle.landed) == (
        CycleOutcome.SUCCEEDED,
        "nightcrew/work",
        None,
    )
    assert (cycle.checked, record.agent_starts, len(cycle.attempts)) == (True, 1, 1)
    assert not (user / "fixed.txt").exists()
    message = git(user, "log", "-1", "--format=%B", "nightcrew/work")
    assert f"Nightcrew-Cycle: {cycle.cycle}" in message
    assert "Nightcrew-Checks: green" in message
    git(user, "merge", "nightcrew/work")
    assert (user / "fixed.txt").read_text() == "done\n"
    log = Path(cycle.attempts[0].pass_log)
    lines = log.read_text().splitlines()
    assert log.name == f"{cycle.cycle}.log"
    assert lines[0].startswith("# nightcrew ")
    assert "I fixed it" in lines
    assert lines[-1].startswith("# nightcrew exit=0")


UNLET = (
    'sh -c \'echo "touch: cannot touch a.txt: Read-only file system"; echo; echo "{words}"{work}\''
)


@pytest.mark.parametrize(
    ("words", "work", "outcome"),
    [
        ("I was unable to create a.txt: it is read-only.", "", CycleOutcome.FAILED),
        ("I was unable to create a.txt: it is read-only.", "; echo x > b.txt", CycleOutcome.SUCCEEDED),
        ("There was nothing to do.", "", CycleOutcome.NOTHING_TO_DO),
    ],
)  # fmt: skip
def test_plain_words_of_a_refusal_count_where_nothing_changed(night, user, words, work, outcome):
    (cycle,) = night.run(night.plan(user, UNLET.format(words=words, work=work))).cycles
    assert (cycle.outcome, len(cycle.attempts), cycle.attempts[0].exit_code) == (outcome, 1, 0)
    if outcome is CycleOutcome.FAILED:
        assert cycle.failure.failure_class is FailureClass.SANDBOX_PERMISSION
        assert cycle.failure.summary == "touch: cannot touch a.txt: Read-only file system"


TOLD = "sh -c 'printf \"Reading the repository.\\n\\n{words}\\n\"{work}'"
REFUSED = "Error: 401 Unauthorized: Incorrect API key provided"


@pytest.mark.parametrize(
    ("words", "work", "found"),
    [
        (REFUSED, "", FailureClass.AUTH),
        (REFUSED, "; echo x > b.txt", None),
        ("LLM request failed: You exceeded your current quota", "", FailureClass.USAGE_LIMIT),
        ("I looked at how an invalid API key is handled. There was nothing to do.", "", None),
        ("All 14 tests pass; the retry helper already backs off on HTTP 429.", "", None),
    ],
)  # fmt: skip
def test_a_last_report_of_a_failure_counts_where_nothing_changed(night, user, words, work, found):
    (cycle,) = night.run(night.plan(user, TOLD.format(words=words, work=work))).cycles
    assert cycle.attempts[0].exit_code == 0
    if found is None:
        done = CycleOutcome.SUCCEEDED if work else CycleOutcome.NOTHING_TO_DO
        assert (cycle.outcome, cycle.failure) == (done, None)
    else:
        assert (cycle.outcome, cycle.failure.failure_class) == (CycleOutcome.FAILED, found)
        assert cycle.failure.summary in words
        assert cycle.attempts[0].failure == cycle.failure


def test_the_same_fix_never_lands_twice(night, user):
    plan = night.plan(user, FIXING, checks=(GREEN,))
    outcomes = [night.run(plan).cycles[0].outcome for _ in range(3)]
    assert outcomes == [CycleOutcome.SUCCEEDED] + [CycleOutcome.NOTHING_TO_DO] * 2
    assert git(user, "rev-list", "--count", "main..nightcrew/work") == "1"


def test_commit_landing_moves_the_branch_that_is_checked_out(night, user):
    plan = night.plan(user, FIXING, checks=(GREEN,), landing=Landing.COMMIT)
    (cycle,) = night.run(plan).cycles
    assert cycle.landed == git(user, "rev-parse", "main")
    assert (user / "fixed.txt").exists()
    assert git(user, "status", "--porcelain") == ""


def test_commit_landing_refuses_a_dirty_checkout_and_keeps_the_work(night, user):
    write(user, {"README.md": "mine\n"})
    plan = night.plan(user, FIXING, checks=(GREEN,), landing=Landing.COMMIT)
    (cycle,) = night.run(plan).cycles
    assert (cycle.outcome, cycle.landed) == (CycleOutcome.SUCCEEDED, None)
    assert "uncommitted changes" in cycle.reason
    assert (user / "README.md").read_text() == "mine\n"
    assert git(user, "show", "nightcrew/work:fixed.txt") == "done"


def test_commit_landing_refuses_what_no_check_proves(night, user):
    plan = night.plan(user, FIXING, landing=Landing.COMMIT)
    (cycle,) = night.run(plan).cycles
    assert (cycle.landed, cycle.checked) == (None, False)
    assert "unchecked" in cycle.reason
    (cycle,) = night.run(night.plan(user, FIXING, landing=Landing.COMMIT, checks=())).cycles
    assert cycle.outcome is CycleOutcome.NOTHING_TO_DO


def test_a_check_that_the_change_breaks_is_a_failure_of_its_own(night, user):
    check = CheckSpec(
        name="no fix",
        argv=(
            "sh",
            "-c",
            "! test -f fixed.txt || { echo 'FAILED tests/test_x.py::test_y - boom'; exit 1; }",
        ),
        source="configured",
    )
    (cycle,) = night.run(night.plan(user, FIXING, checks=(check,))).cycles
    assert cycle.outcome is CycleOutcome.FAILED
    assert cycle.branch == f"nightcrew/failed/{cycle.cycle}"
    assert cycle.failure is not None
    assert git(user, "branch", "--list", "nightcrew/work") == ""
    (incident,) = night.store.incidents()
    assert incident.check == "no fix"
    resolved = night.run(night.plan(user, "sh -c 'echo other > other.txt'", checks=(check,)))
    assert [i.state for i in resolved.incidents] == [IncidentState.RESOLVED]


def test_a_check_that_was_red_before_is_not_the_agents_fault(night, user):
    red = CheckSpec(name="red", argv=("sh", "-c", "echo E; exit 1"), source="configured")
    (cycle,) = night.run(night.plan(user, FIXING, checks=(red, GREEN))).cycles
    assert cycle.outcome is CycleOutcome.SUCCEEDED
    assert "already failing on the base" in cycle.checks[0]["reason"]


def test_a_check_that_turns_green_is_a_proof(night, user):
    plan = night.plan(user, FIXING, checks=(HAS_FIX,), landing=Landing.COMMIT)
    (cycle,) = night.run(plan).cycles
    assert cycle.landed == git(user, "rev-parse", "main")


def test_a_check_that_cannot_run_opens_nothing(night, user):
    gone = CheckSpec(name="gone", argv=("no-such-tool",), source="configured")
    (cycle,) = night.run(night.plan(user, FIXING, checks=(gone,))).cycles
    assert (cycle.outcome, cycle.checked) == (CycleOutcome.SUCCEEDED, False)
    assert night.store.incidents() == []
    assert night.store.breakers() == []


def test_twenty_cycles_of_an_always_failing_command_are_three_starts_and_one_entry(night, user):
    record = night.run(night.plan(user, FAILING), cycles=20)
    assert record.agent_starts == 3
    assert [c.outcome for c in record.cycles] == (
        [CycleOutcome.FAILED] + [CycleOutcome.CIRCUIT_OPEN] * 19
    )
    ledger = (user / "INCIDENTS.md").read_text()
    assert ledger.count("\n### ") == 1
    assert ledger.count("<!-- nightcrew:incident") == 1
    assert "returned a non-zero status" not in ledger
    assert "exit 7" in ledger
    assert git(user, "branch", "--list", "nightcrew/*") == ""


def test_twenty_runs_of_an_always_failing_command_are_three_starts_and_one_entry(night, user):
    runs = [night.run(night.plan(user, FAILING)) for _ in range(20)]
    assert sum(run.agent_starts for run in runs) == 3
    assert (user / "INCIDENTS.md").read_text().count("nightcrew:incident") == 1


def test_our_own_entry_never_makes_the_checkout_dirty(night, user):
    night.run(night.plan(user, FAILING))
    plan = night.plan(user, FIXING, checks=(GREEN,), landing=Landing.COMMIT)
    (cycle,) = night.run(plan).cycles
    assert cycle.landed


def test_recovery_fills_fix_and_commit(night, user):
    flag = night.folder / "works"
    flaky = f"sh -c 'test -e {flag} || exit 7; echo x > fixed.txt'"
    night.run(night.plan(user, flaky, checks=(GREEN,)))
    assert "- Fix: pending" in (user / "INCIDENTS.md").read_text()
    flag.touch()
    rerun = night.run(night.plan(user, flaky, checks=(GREEN,)), insist=True)
    assert rerun.cycles[0].outcome is CycleOutcome.SUCCEEDED
    ledger = (user / "INCIDENTS.md").read_text()
    assert "- Fix: pending" not in ledger
    assert rerun.cycles[0].head_commit in ledger or rerun.cycles[0].head_commit[:12] in ledger
    assert night.store.breakers() == []


def test_hand_written_bytes_stay(night, user):
    mine = "# Incidents And Learnings\n\n## Entries\n\n### 2026-01-01\n- Trigger: mine\n"
    commit(user, {"INCIDENTS.md": mine})
    night.run(night.plan(user, FAILING))
    assert (user / "INCIDENTS.md").read_text().startswith(mine)


def test_a_ledger_that_a_person_is_writing_waits(night, user):
    commit(user, {"INCIDENTS.md": "# mine\n"})
    write(user, {"INCIDENTS.md": "# mine, not committed\n"})
    night.run(night.plan(user, FAILING))
    assert (user / "INCIDENTS.md").read_text() == "# mine, not committed\n"
    (incident,) = night.store.incidents()
    assert incident.waits_because


def test_a_ledger_can_be_kept_in_the_store_alone(night, user):
    night.run(night.plan(user, FAILING, ledger=LedgerPlace.STATE))
    assert not (user / "INCIDENTS.md").exists()
    assert len(night.store.incidents()) == 1


def test_commit_landing_commits_the_ledger_when_it_opens_and_when_it_is_resolved(night, user):
    flag = night.folder / "works"
    flaky = f"sh -c 'test -e {flag} || exit 7; echo x > fixed.txt'"
    plan = night.plan(user, flaky, checks=(GREEN,), landing=Landing.COMMIT)
    night.run(plan)
    assert git(user, "status", "--porcelain") == ""
    assert git(user, "rev-list", "--count", "main") == "2"
    assert git(user, "show", "--stat", "--format=", "main").split()[0] == "INCIDENTS.md"
    flag.touch()
    night.run(plan, insist=True)
    assert git(user, "status", "--porcelain") == ""
    assert git(user, "log", "-1", "--format=%s", "main").endswith("(resolved)")


def test_a_silent_agent_is_ended_and_tried_twice(night, user):
    quick = Timeouts(total_s=60, silence_s=1, grace_s=1, after_end_s=1)
    plan = night.plan(user, "sleep 60", timeouts=quick)
    (cycle,) = night.run(plan).cycles
    assert [a.stopped_because for a in cycle.attempts] == [StopReason.SILENCE] * 2
    assert cycle.failure.failure_class is FailureClass.TIMEOUT


def test_what_an_agent_left_when_it_failed_is_kept(night, user):
    (cycle,) = night.run(night.plan(user, "sh -c 'echo half > half.txt; exit 3'")).cycles
    assert git(user, "show", f"nightcrew/failed/{cycle.cycle}:half.txt") == "half"


def test_an_agent_that_is_not_there_starts_nothing(night, user):
    record = night.run(night.plan(user, "no-such-agent --now"))
    assert record.agent_starts == 0
    assert record.cycles[0].outcome is CycleOutcome.FAILED
    assert "not on PATH" in record.cycles[0].failure.summary


def test_two_cycles_of_one_repository_at_once_postpone_one(night, user):
    from loop.lock import repository_lock

    plan = night.plan(user, FIXING)
    with repository_lock(plan, night.crew.places.locks, "another-cycle"):
        (cycle,) = night.run(plan).cycles
    assert cycle.outcome is CycleOutcome.POSTPONED
    assert "another-cycle" in cycle.reason


def test_cancelling_keeps_the_work_and_touches_no_breaker(night, user):
    threading.Timer(1.0, night.crew.cancelled.set).start()
    record = night.run(night.plan(user, "sh -c 'echo half > half.txt; sleep 60'"))
    (cycle,) = record.cycles
    assert cycle.outcome is CycleOutcome.CANCELLED
    assert git(user, "show", f"{cycle.branch}:half.txt") == "half"
    assert night.store.breakers() == []
    assert not (user / "INCIDENTS.md").exists()


@pytest.mark.parametrize("is_stopped", [False, True])
def test_git_that_is_killed_loses_no_attempt(night, user, monkeypatch, is_stopped):
    place, flag = night.folder / "bin", night.folder / "flag"
    place.mkdir()
    real = shutil.which("git")
    write(place, {"git": f'#!/bin/sh\ntest -e {flag} && kill -9 $$\nexec {real} "$@"\n'})
    (place / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    if is_stopped:  # only once the agent has begun: a busy machine takes its time until then
        threading.Thread(
            target=lambda: (until(flag.exists), night.crew.cancelled.set()), daemon=True
        ).start()
    check = CheckSpec(name="kills", argv=("sh", "-c", f"! test -e x || touch {flag}"), source="")
    deed = f"sh -c 'touch {flag}; sleep 60'" if is_stopped else "touch x"
    (cycle,) = night.run(night.plan(user, deed, checks=(check,))).cycles
    assert cycle.outcome is (CycleOutcome.CANCELLED if is_stopped else CycleOutcome.FAILED)
    assert len(cycle.attempts) == 1
    flag.unlink()
    assert cycle.base_commit == git(user, "rev-parse", "main")
    assert len(night.store.breakers()) == (0 if is_stopped else 1)
    if not is_stopped:
        assert cycle.failure.failure_class is FailureClass.GIT_ERROR
        assert "ended with code -9" in cycle.reason


def test_a_cycle_with_a_pass_to_come_is_still_running(night, user):
    class Looks(Silent):
        def attempt_ended(self, cycle, *_):
            seen.append(night.store.cycle(cycle).outcome)

    seen = []
    night.crew.observer = Looks()
    deed = "sh -c 'date +%s%N >> fixed.txt'"
    plan = night.plan(user, deed, checks=(GREEN,), passes=("maintain", "maintain-more"))
    (cycle,) = night.run(plan).cycles
    assert (cycle.outcome, len(cycle.attempts)) == (CycleOutcome.SUCCEEDED, 2)
    assert seen == [CycleOutcome.RUNNING] * 2


def test_an_agents_own_ledger_edits_are_kept_beside_the_logs(night, user):
    commit(user, {"INCIDENTS.md": "# mine\n", "CLONE_FEATURES.md": "- [ ] a\n"})
    deed = "sh -c 'echo x > a.txt; echo added >> INCIDENTS.md'"
    (cycle,) = night.run(night.plan(user, deed, checks=(GREEN,))).cycles
    assert git(user, "diff", "--name-only", "main", "nightcrew/work") == "a.txt"
    kept = sorted((night.folder / "logs" / cycle.run).glob("*.md"))
    assert [place.name for place in kept] == [f"{cycle.cycle}-INCIDENTS.md"]
    assert kept[0].read_text() == "# mine\nadded\n"


def test_a_cycle_that_used_up_its_time_is_one_failed_attempt(night, user):
    limits = Timeouts(total_s=60, cycle_s=5, grace_s=1, after_end_s=1)
    record = night.run(night.plan(user, "sh -c 'echo half > half.txt; sleep 60'", timeouts=limits))
    (cycle,) = record.cycles
    assert [a.stopped_because for a in cycle.attempts] == [StopReason.CYCLE]
    assert (cycle.outcome, cycle.failure.failure_class) == (
        CycleOutcome.FAILED,
        FailureClass.TIMEOUT,
    )
    assert git(user, "show", f"{cycle.branch}:half.txt") == "half"


def test_checks_that_use_up_the_cycles_time_start_no_agent(night, user):
    slow = CheckSpec(name="slow", argv=("sleep", "60"), source="configured")
    limits = Timeouts(total_s=60, check_s=60, cycle_s=1, grace_s=1, after_end_s=1)
    record = night.run(night.plan(user, FIXING, checks=(slow,), timeouts=limits))
    assert record.agent_starts == 0
    assert "timeouts.cycle_s" in record.cycles[0].failure.summary


def test_what_a_killed_run_left_is_ended_and_its_work_kept(night, user):
    import subprocess

    code = (
        "import sys; sys.path[:0] = sys.argv[4:]\n"
        "from pathlib import Path\nfrom nights import Night\n"
        "night = Night(Path(sys.argv[1])); night.run(night.plan(Path(sys.argv[2]), sys.argv[3]))\n"
    )
    deed = f"sh -c 'echo half > half.txt; touch {night.folder}/began; sleep 300'"
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    child = subprocess.Popen([sys.executable, "-c", code, night.folder, user, deed, *paths])
    import time

    until = time.monotonic() + 60
    while not (night.folder / "began").exists() and time.monotonic() < until:
        time.sleep(0.1)
    child.kill()
    child.wait()
    from loop.sweep import close_dead

    (dead,) = close_dead(night.store, night.crew.places.state, night.crew.now())
    assert dead.outcome is CycleOutcome.CRASHED
    assert "processes that it left were ended" in dead.reason
    assert close_dead(night.store, night.crew.places.state, night.crew.now()) == []
    (cycle,) = night.run(night.plan(user, "true")).cycles
    assert cycle.outcome is CycleOutcome.NOTHING_TO_DO
    kept = git(user, "branch", "--list", "nightcrew/failed/*", "--format=%(refname:short)")
    assert git(user, "show", f"{kept}:half.txt") == "half"


def test_what_ran_until_we_stopped_it_is_tried_as_often_as_a_timeout(night, user):
    quick = Timeouts(total_s=1, grace_s=1, after_end_s=1)
    waiting = "sh -c 'echo \"Error: connect ECONNREFUSED 127.0.0.1:9\"; sleep 60'"
    (cycle,) = night.run(night.plan(user, waiting, timeouts=quick)).cycles
    assert [a.stopped_because for a in cycle.attempts] == [StopReason.TOTAL] * 2


def test_a_store_that_cannot_be_written_is_one_clear_line_and_starts_nothing(night, user):
    from sqlalchemy import text

    from loop.store.engine import writing

    with writing(night.store._engine) as connection:
        connection.execute(text("DROP TABLE breakers"))
    said = []
    night.crew.observer.cycle_ended = said.append
    record = night.run(night.plan(user, FIXING), cycles=3)
    (cycle,) = record.cycles
    assert (cycle.outcome, record.agent_starts) == (CycleOutcome.CRASHED, 0)
    assert "no such table: breakers" in cycle.reason
    assert "\n" not in cycle.reason
    assert said == [cycle]


def test_many_processes_start_an_always_failing_command_three_times_in_all(night, user):
    import subprocess

    code = (
        "import sys; sys.path[:0] = sys.argv[4:]\n"
        "from pathlib import Path\nfrom nights import Night\n"
        "night = Night(Path(sys.argv[1])); night.runs = int(sys.argv[3])\n"
        "plan = night.plan(Path(sys.argv[2]), 'sh -c \"exit 7\"')\n"
        "print(sum(night.run(plan).agent_starts for _ in range(3)))\n"
    )
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, night.folder, user, str(n * 10), *paths],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    assert sum(int(child.communicate(timeout=120)[0]) for child in children) == 3
    assert (user / "INCIDENTS.md").read_text().count("nightcrew:incident") == 1


def test_making_a_ledger_is_said_with_how_to_turn_it_off(night, user):
    said = []
    night.crew.observer.said = said.append
    night.run(night.plan(user, FAILING))
    assert [
        line for line in said if 'ledger = "state"' in line and "INCIDENTS.md was created" in line
    ]
