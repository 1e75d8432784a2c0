"""The verbs that look things up, over a real store: show, status, incidents, breaker."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from flows.cli import breakers, incidents
from flows.cli.show import show
from flows.cli.status import status
from loop.held import hold
from loop.pauses import pause
from loop.store import Store
from policies.breaker import BreakerState, Phase
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.outage import begun, joined, over
from policies.permit import Answer, may_start
from policies.records import (
    AttemptRecord,
    CycleRecord,
    Episode,
    IncidentRecord,
    IncidentState,
    RunRecord,
    Severity,
)
from policies.schedule import Window

BEGAN = datetime(2026, 2, 12, 10, 14, 56, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="You've hit your usage limit \x1b[2Jtry again at 5:45 AM",
    fingerprint="f00d",
    confidence=Confidence.HIGH,
    lines=("You've hit your usage limit", "second \x1b]0;owned\x07line"),
    line_numbers=(12, 40),
    remediation=("wait until the limit ends",),
)

app = typer.Typer()
app.command()(show)
app.command()(status)
app.add_typer(incidents.app, name="incidents")
app.add_typer(breakers.app, name="breaker")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("NIGHTCREW_STATE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(tmp_path / "state"))
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


def _cycle(repo: str = "demo", n: int = 1, **changes: object) -> CycleRecord:
    run = f"20260212-10145{n}"
    record = CycleRecord(
        cycle=f"{run}-{repo}-cycle-{n}",
        run=run,
        repo=repo,
        n=n,
        agent="codex",
        started=BEGAN + timedelta(minutes=n),
        finished=BEGAN + timedelta(minutes=n, seconds=73),
        outcome=CycleOutcome.SUCCEEDED,
        reason="one file",
        branch="nightcrew/work",
    )
    return record.evolve(**changes)


def _failed(log: Path, **changes: object) -> CycleRecord:
    attempt = AttemptRecord(
        n=1,
        pass_name="maintain",
        exit_code=1,
        stopped_because=None,
        duration_s=12.5,
        pass_log=str(log),
        failure=FAILURE,
    )
    values: dict[str, object] = {
        "outcome": CycleOutcome.FAILED,
        "failure": FAILURE,
        "attempts": (attempt,),
        "checks": (
            {"name": "pytest", "result": "could_not_run", "on_base": None, "reason": "no pytest"},
        ),
    }
    return _cycle(**(values | changes))  # type: ignore[arg-type]


def _incident(**changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id="inc-demo-f00d",
        repo="demo",
        agent="codex",
        pass_name="maintain",
        failure=FAILURE,
        count=3,
        first_seen=BEGAN,
        last_seen=BEGAN + timedelta(hours=1),
        cycles=("20260212-101451-demo-cycle-1",),
    )
    return record.evolve(**changes)


def _run(*args: str) -> Result:
    return CliRunner().invoke(app, args)


def _open_breaker(store: Store, key: str) -> None:
    state = BreakerState(
        key=key,
        phase=Phase.OPEN,
        fingerprint="f00d",
        identical=3,
        failed=3,
        failure_class=FailureClass.USAGE_LIMIT,
        summary=FAILURE.summary,
        opened_at=BEGAN,
        until=BEGAN + timedelta(minutes=15),
    )
    store.change_breakers([key], lambda _: [state])


def test_a_failed_cycle_is_shown_with_cause_log_lineage_and_rerun(
    store: Store, tmp_path: Path
) -> None:
    first = _failed(tmp_path / "x.log")
    again = _cycle(n=2, rerun_of=first.cycle)
    store.save_cycle(first)
    store.save_cycle(again)
    out = _run("show", first.cycle).stdout
    for part in (
        "usage_limit",
        "12: You've hit your usage limit",
        "40: second line",
        str(tmp_path / "x.log"),
        f"nightcrew rerun {first.cycle}",
        f"{again.cycle} (succeeded)",
        "no pytest",
        "1 min 13 s",
        "wait until the limit ends",
    ):
        assert part in out
    assert "\x1b" not in out and "\x07" not in out
    assert first.cycle in _run("show", again.cycle).stdout


def test_show_gives_the_contracts_objects(store: Store, tmp_path: Path) -> None:
    first, second = _failed(tmp_path / "x.log"), _cycle(n=2)
    store.save_cycle(first)
    store.save_cycle(second)
    assert json.loads(_run("show", first.cycle, "--json").stdout) == first.to_json()
    assert json.loads(_run("show", "last", "--json").stdout) == second.to_json()
    assert json.loads(_run("show", "demo", "--json").stdout) == {
        "repo": "demo",
        "cycles": [second.to_json(), first.to_json()],
    }


def test_a_repositorys_cycles_are_a_table_of_plain_columns(store: Store) -> None:
    for n in (1, 2):
        store.save_cycle(_cycle(n=n))
    store.save_cycle(_cycle(repo="other", n=3))
    lines = _run("show", "demo").stdout.splitlines()
    assert lines[0].split() == ["cycle", "started", "outcome", "agent", "attempts", "what"]
    assert [line.split()[0] for line in lines[1:]] == [
        "20260212-101452-demo-cycle-2",
        "20260212-101451-demo-cycle-1",
    ]
    assert all(ord(char) < 128 for line in lines for char in line)


@pytest.mark.parametrize(
    "args", [("show", "demx"), ("incidents", "list", "demx"), ("breaker", "reset", "demx")]
)
def test_an_unknown_name_is_one_line_and_exit_2(store: Store, args: tuple[str, ...]) -> None:
    store.save_cycle(_cycle())
    result = _run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "demx" in result.stderr


def test_nothing_remembered_is_said(store: Store) -> None:
    result = _run("show")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nightcrew run" in result.stderr


def test_logs_are_printed_without_control_sequences(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "20260212-101451-demo-cycle-1.log"
    further = tmp_path / "20260212-101451-demo-cycle-1-attempt-2.log"
    stranger = tmp_path / "20260212-101451-demo-cycle-10.log"
    log.write_bytes(b"head\n\x1b[31mred\x1b[0m \xff\n" + b"x" * 200_000 + b"\nno newline")
    further.write_text("second attempt\n")
    stranger.write_text("not this one\n")
    store.save_cycle(_failed(log))
    result = _run("show", "demo", "--log")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["head", "red \N{REPLACEMENT CHARACTER}"]
    assert lines[-2:] == ["no newline", "second attempt"]
    assert result.stdout.count("x") == 200_000
    assert str(log) in result.stderr


def test_a_log_that_is_gone_is_an_error(store: Store, tmp_path: Path) -> None:
    store.save_cycle(_failed(tmp_path / "gone.log"))
    result = _run("show", "demo", "--log")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no pass log" in result.stderr


def test_status_says_what_waits_for_what(store: Store, tmp_path: Path) -> None:
    store.save_cycle(_failed(tmp_path / "x.log"))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    store.save_cycle(
        _cycle("late", 2, outcome=CycleOutcome.POSTPONED, until=tomorrow, reason="usage limit")
    )
    store.save_incident(_incident(waits_because="the ledger has other changes"))
    _open_breaker(store, "repository:demo/codex")
    _open_breaker(store, "agent:codex")
    seen = json.loads(_run("status", "--json").stdout)
    assert list(seen) == ["repositories", "breakers", "incidents", "waiting", "outages"]
    by_name = {each["repo"]: each for each in seen["repositories"]}
    assert by_name["demo"]["breaker"] == "open"
    assert by_name["demo"]["open_incidents"] == 1
    assert by_name["demo"]["last_cycle"]["outcome"] == "failed"
    assert by_name["late"]["breaker"] == "open"  # its agent's
    assert by_name["late"]["next_run"] is None
    assert {b["key"] for b in seen["breakers"]} == {"repository:demo/codex", "agent:codex"}
    assert [i["id"] for i in seen["incidents"]] == ["inc-demo-f00d"]
    waits = {(w["repo"], w["what"]): w for w in seen["waiting"]}
    assert waits[("late", "the next cycle")]["until"] == f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}"
    assert waits[("demo", "check pytest: could not run")]["why"] == "no pytest"
    assert "other changes" in waits[("demo", "ledger entry of incident inc-demo-f00d")]["why"]
    assert waits[(None, "breaker agent:codex: its next probe")]["until"] == "2026-02-12T10:29:56Z"


def test_status_for_people_is_plain_and_safe(store: Store, tmp_path: Path) -> None:
    store.save_cycle(_failed(tmp_path / "x.log"))
    _open_breaker(store, "repository:demo/codex")
    out = _run("status").stdout
    assert "not scheduled" in out
    assert "nightcrew breaker reset repository:demo/codex" in out
    assert "\x1b" not in out


def test_status_of_nothing_says_how_to_begin(store: Store) -> None:
    result = _run("status")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nightcrew run PATH" in result.stderr


def test_a_cycle_whose_process_is_gone_is_named(store: Store) -> None:
    store.save_cycle(_cycle(outcome=CycleOutcome.RUNNING, finished=None))
    (waiting,) = json.loads(_run("status", "--json").stdout)["waiting"]
    assert "process is gone" in waiting["why"]


FLEET = """
schedule = { at = "0 2 * * *", timezone = "UTC", stagger_minutes = 0 }
[repositories.demo]
path = "demo"
[repositories.by-hand]
path = "by-hand"
schedule = "never"
"""


def _status() -> tuple[dict[str, dict[str, object]], list[dict[str, object]]]:
    """Give the repositories by name, and what waits."""
    seen = json.loads(_run("status", "--json").stdout)
    return {each["repo"]: each for each in seen["repositories"]}, seen["waiting"]


def test_a_schedule_that_nobody_serves_is_computed_and_said(store: Store) -> None:
    Path("nightcrew.toml").write_text(FLEET)
    repositories, (waiting,) = _status()
    start = datetime.fromisoformat(str(repositories["demo"]["next_run"]))
    now = datetime.now(UTC)
    assert (start.hour, start.minute, now < start <= now + timedelta(days=1)) == (2, 0, True)
    assert repositories["by-hand"]["next_run"] is None
    assert (waiting["repo"], waiting["what"]) == (None, "the schedule")
    assert "serve is not running" in str(waiting["why"])
    assert waiting["remedy"] == "nightcrew serve"
    row = next(line for line in _run("status").stdout.splitlines() if line.startswith("demo"))
    assert row.endswith(f"{start:%Y-%m-%dT%H:%M:%SZ}")


def test_what_is_paused_has_no_next_run_and_says_since_when(store: Store) -> None:
    Path("nightcrew.toml").write_text(FLEET)
    pause(store, "demo", BEGAN, "holiday")
    repositories, waiting = _status()
    assert (repositories["demo"]["next_run"], repositories["demo"]["paused"]) == (None, True)
    assert repositories["by-hand"]["paused"] is False
    own = next(w for w in waiting if w["repo"] == "demo")
    assert (own["why"], own["since"]) == ("holiday", "2026-02-12T10:14:56Z")
    assert own["remedy"] == "nightcrew resume demo"
    pause(store, None, BEGAN)
    repositories, waiting = _status()
    assert [each["paused"] for each in repositories.values()] == [True, True]
    whole = [w for w in waiting if "paused" in str(w["what"])]
    assert [(w["repo"], w["remedy"]) for w in whole] == [
        (None, "nightcrew resume"),
        ("demo", "nightcrew resume demo"),
    ]
    assert _run("status").stdout.splitlines()[1].endswith(" paused")


def test_a_night_waits_until_its_window_ends_and_then_for_the_sweep(store: Store) -> None:
    now = datetime.now(UTC)
    ends = {"open": now + timedelta(hours=1), "over": now - timedelta(hours=1)}
    for run, end in ends.items():
        store.save_run(RunRecord(run=run, started=BEGAN, trigger="schedule", window_end=end))
    store.save_run(RunRecord(run="by-hand", started=BEGAN))
    _, waiting = _status()
    found = {w["what"]: w for w in waiting}
    assert set(found) == {"night open", "night over"}
    assert found["night open"]["until"] == f"{ends['open']:%Y-%m-%dT%H:%M:%SZ}"
    assert found["night over"]["until"] is None
    assert "sweep" in str(found["night over"]["why"])


def test_a_held_turn_is_shown_once_while_it_can_start(store: Store) -> None:
    now = datetime.now(UTC)
    missed = _cycle(outcome=CycleOutcome.POSTPONED, reason="missed, held", trigger="schedule")
    store.save_cycle(missed)
    for hours, what, remedy in (
        (1, "the turn of night 20260212-020000, held", "nightcrew resume demo"),
        (-1, "the next cycle", "nightcrew run demo, or wait for its next night"),
    ):
        end = now + timedelta(hours=hours)
        start = datetime(2026, 2, 12, 2, tzinfo=UTC)
        hold(store, "demo", Window(start=start, end=end), BEGAN, "missed at 02:00")
        _, (waiting,) = _status()
        assert (waiting["what"], waiting["remedy"]) == (what, remedy)


def test_the_alarm_of_serve_stays_on_the_screen(store: Store) -> None:
    store.save_cycle(_cycle())
    told = {"at": "2026-02-12T10:14:56Z", "text": "the worker ended 5 times \x1b[2J"}
    store.remember("alarm", "serve", told)
    _, (waiting,) = _status()
    assert (waiting["repo"], waiting["what"], waiting["since"]) == (
        None,
        "nightcrew serve",
        told["at"],
    )
    out = _run("status").stdout
    assert "the worker ended 5 times" in out
    assert "\x1b" not in out


def test_a_fleets_repository_bears_the_name_that_its_runs_have(store: Store) -> None:
    """Another path has its name in the store: runs add a hash, and so must what is shown."""
    store.remember("repository", "demo", "/elsewhere/demo")
    store.save_cycle(_cycle())
    Path("nightcrew.toml").write_text(FLEET)
    repositories, _ = _status()
    (hashed,) = [name for name in repositories if name.startswith("demo-")]
    assert repositories[hashed]["next_run"] is not None
    assert repositories["demo"]["next_run"] is None


def test_incidents_are_listed_open_ones_first_and_shown_by_prefix(store: Store) -> None:
    store.save_incident(_incident())
    store.save_incident(_incident(id="inc-old", state=IncidentState.RESOLVED, repo="other"))
    listed = json.loads(_run("incidents", "--json").stdout)
    assert [_incident().to_json().items() <= each.items() for each in listed] == [True]
    assert json.loads(_run("incidents", "list", "--json").stdout) == listed
    assert len(json.loads(_run("incidents", "list", "--all", "--json").stdout)) == 2
    page = _run("incidents", "show", "inc-d").stdout
    assert "nightcrew rerun 20260212-101451-demo-cycle-1" in page
    assert "\x1b" not in page
    full = json.loads(_run("incidents", "show", "inc-demo-f00d", "--json").stdout)
    assert full["failure"] == FAILURE.to_json()
    assert _run("incidents", "show", "inc-").exit_code == 2
    assert "begin so" in _run("incidents", "show", "inc-").stderr


def test_a_breaker_is_reset_by_repository_agent_or_key(store: Store) -> None:
    keys = ["repository:demo/codex", "repository:demo2/codex", "agent:codex"]
    for key in keys:
        _open_breaker(store, key)
    listed = json.loads(_run("breaker", "list", "--json").stdout)
    assert {each["key"] for each in listed} == set(keys)
    done = _run("breaker", "reset", "demo", "--reason", "paid the bill", "--json")
    (reset,) = json.loads(done.stdout)
    assert (reset["key"], reset["state"]) == ("repository:demo/codex", "closed")
    assert reset["reset"]["reason"] == "paid the bill"
    assert store.breaker("repository:demo/codex").phase is Phase.CLOSED
    assert store.breaker("repository:demo2/codex").phase is Phase.OPEN
    assert _run("breaker", "reset", "codex").exit_code == 0
    assert store.breaker("agent:codex").phase is Phase.CLOSED
    assert _run("breaker", "reset").exit_code == 0
    assert store.breakers() == []
    assert _run("breaker", "reset").exit_code == 0
    assert json.loads(_run("breaker", "--json").stdout) == []


def test_status_names_the_outage_that_is_waited_for(store: Store, tmp_path: Path) -> None:
    store.save_cycle(_failed(tmp_path / "x.log"))
    _open_breaker(store, "agent:codex")
    failure = Failure(
        failure_class=FailureClass.USAGE_LIMIT,
        summary="the limit",
        fingerprint="f00d",
        confidence=Confidence.HIGH,
    )
    outage = joined(begun("agent:codex", failure, ["demo"], datetime.now(UTC)), "demo", "inc-1")
    store.save_outage(outage)
    store.save_outage(over(begun("machine", failure, [], datetime.now(UTC)), datetime.now(UTC)))
    seen = json.loads(_run("status", "--json").stdout)
    assert seen["outages"] == [outage.in_full()]
    waits = next(each for each in seen["waiting"] if "breaker" in each["what"])
    assert waits["what"].startswith(f"outage {outage.id}, breaker agent:codex")
    assert waits["until"]
    assert outage.id in " ".join(_run("status").stdout.split())


def test_an_incident_is_acknowledged_and_resolved_by_hand(store: Store) -> None:
    store.save_incident(_incident())
    done = _run("incidents", "ack", "inc-d", "--owner", "Ana", "--json")
    told = json.loads(done.stdout)
    assert (told["state"], told["owner"]) == ("acknowledged", "Ana")
    assert "is not in the fleet" in told["waits_because"]  # nobody knows its checkout here
    refused = _run("incidents", "resolve", "inc-d", "--reason", " ")
    assert (refused.exit_code, "--reason" in refused.stderr) == (2, True)
    rule = ("--prevention-rule", "Buy more", "--fix", "bought", "--commit", "c0ffee")
    done = _run("incidents", "resolve", "inc-d", "--reason", "paid", *rule)
    assert (done.exit_code, done.stdout) == (0, "")
    known = store.incident("inc-demo-f00d")
    assert known is not None
    assert (known.state, known.prevention_rule, known.fix, known.commit) == (
        IncidentState.RESOLVED,
        "Buy more",
        "bought",
        "c0ffee",
    )
    again = _run("incidents", "ack", "inc-d", "--owner", "Ben")
    assert (again.exit_code, "is resolved since" in again.stderr) == (2, True)


def test_a_sev1_is_not_closed_without_its_rule_and_status_says_so(store: Store) -> None:
    store.save_cycle(_cycle())
    waits = {"severity": Severity.SEV1, "recovered_at": BEGAN, "respond_by": BEGAN}
    store.save_incident(_incident(**waits))
    refused = _run("incidents", "resolve", "inc-d", "--reason", "paid")
    assert (refused.exit_code, "--prevention-rule TEXT" in refused.stderr) == (2, True)
    assert "recovered, waits for its prevention rule" in _run("status").stdout
    assert "recovered, waits for its prevention rule" in _run("incidents", "show", "inc-d").stdout
    assert "open, recovered" in _run("incidents").stdout
    store.save_incident(_incident(severity=Severity.SEV1, respond_by=BEGAN))
    assert "a person to acknowledge it" in _run("status").stdout


def test_an_incidents_page_tells_its_whole_life(store: Store) -> None:
    today = datetime.now(UTC).date()
    episodes = (
        Episode(opened=BEGAN, closed=BEGAN + timedelta(hours=1), how="cured", commit="c0ffee"),
        Episode(opened=BEGAN + timedelta(hours=2)),
    )
    store.save_incident(_incident(episodes=episodes, days=((today, 3),), logs=("x.log",)))
    page = _run("incidents", "show", "inc-demo-f00d").stdout
    for words in ("to now", "cured (c0ffee)", "x.log", "SEV-3", "waits for", "·█"):
        assert words in page
    (listed,) = json.loads(_run("incidents", "--json").stdout)
    assert listed["occurrences"] == [{"day": today.isoformat(), "count": 3}]
    assert "·█" in _run("incidents").stdout


def test_an_unknown_incident_is_one_line_with_near_ones(store: Store) -> None:
    nothing = _run("incidents")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "no open incident\n")
    store.save_incident(_incident())
    for verb in (("show",), ("ack", "--owner", "Ana"), ("resolve", "--reason", "x")):
        done = _run("incidents", *verb, "inc-dem0-f00d")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert "did you mean inc-demo-f00d?" in done.stderr


def test_a_breaker_is_opened_by_hand_until_it_is_reset(store: Store) -> None:
    store.save_cycle(_cycle())
    done = _run("breaker", "trip", "demo", "--reason", "the forge moves", "--hours", "2", "--json")
    (state,) = json.loads(done.stdout)
    assert (state["key"], state["state"]) == ("repository:demo/codex", "open")
    assert "the forge moves" in state["summary"]
    known = store.breaker("repository:demo/codex")
    assert may_start(known, datetime.now(UTC)).answer is Answer.REFUSE
    assert may_start(known, datetime.now(UTC) + timedelta(hours=3)).answer is Answer.PROBE
    assert _run("breaker", "trip", "machine", "--reason", "x").exit_code == 0
    wrong = _run("breaker", "trip", "codx", "--reason", "x")
    assert (wrong.exit_code, "did you mean codex" in wrong.stderr) == (2, True)
    assert _run("breaker", "reset").exit_code == 0
    assert store.breakers() == []
