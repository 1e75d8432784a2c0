"""`nightcrew notify`, and what other verbs tell people: real messages to a real receiver."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from flows.cli import breakers, incidents, notify
from flows.cli.doctor import doctor
from flows.cli.status import status
from loop.channels import Channel
from loop.store import Store
from policies.breaker import BreakerState, Phase
from policies.failure import Confidence, Failure, FailureClass
from policies.notice import Notice, NoticeKind
from policies.outage import begun
from policies.records import IncidentRecord
from tests.loop.receivers import Webhook

NOW = datetime.now(UTC)
FAILURE = Failure(
    failure_class=FailureClass.AUTH,
    summary="token expired",
    fingerprint="f00d",
    confidence=Confidence.HIGH,
)

app = typer.Typer()
app.command()(status)
app.command()(doctor)
app.add_typer(incidents.app, name="incidents")
app.add_typer(breakers.app, name="breaker")
app.add_typer(notify.app, name="notify")


@pytest.fixture
def hook() -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: Webhook) -> Iterator[Store]:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("NIGHTCREW_STATE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(tmp_path / "state"))
    _channels(hook.url)
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.close()


def _channels(*urls: str, more: str = "") -> None:
    Path("nightcrew.toml").write_text(f"[notify]\nurls = {json.dumps(urls)}\n{more}")


def _run(*args: str) -> Result:
    return CliRunner().invoke(app, args)


def _incident() -> IncidentRecord:
    return IncidentRecord(
        id="inc-1",
        repo="demo",
        agent="codex",
        pass_name="maintain",
        failure=FAILURE,
        first_seen=NOW,
        last_seen=NOW,
    )


def test_a_test_message_arrives_and_is_listed(store: Store, hook: Webhook) -> None:
    result = _run("notify", "test")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{Channel(hook.url).name}: sent\n"
    assert hook.titles == ["Test"]
    (told,) = json.loads(_run("notify", "test", "--json").stdout)
    assert (told["state"], told["kind"], told["tries"]) == ("sent", "test", 1)
    assert len(json.loads(_run("notify", "list", "--json").stdout)) == 2
    listed = _run("notify").stdout
    assert listed.count("sent") == 2 + 1, "two, and the heading"
    assert "s3cr3t" not in listed + result.stderr


def test_a_channel_that_does_not_work_is_exit_1_with_the_reason(
    store: Store, hook: Webhook
) -> None:
    hook.status = 500
    result = _run("notify", "test")
    assert result.exit_code == 1
    assert "error=500" in result.stderr
    _channels("$NOT_SET", "nosuch://s3cr3t")
    result = _run("notify", "test")
    assert result.exit_code == 1
    assert "notify.urls: $NOT_SET is not set in the environment; set it" in result.stderr
    assert "no channel can be made of this URL" in result.stderr
    assert "s3cr3t" not in result.stderr


def test_without_a_channel_it_says_how_to_make_one(store: Store) -> None:
    _channels()
    result = _run("notify", "test")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "[notify] urls = [" in result.stderr
    assert "nobody was told anything yet" in _run("notify", "list").stderr


def test_a_wrong_url_in_the_settings_is_one_line_without_the_url(store: Store) -> None:
    _channels("s3cr3t without a scheme")
    result = _run("notify", "test")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "nightcrew: nightcrew.toml, line 2: notify.urls.0: item 1 is no"
    )
    assert "s3cr3t" not in result.stderr


def test_status_shows_what_waits_to_leave_and_until_when(store: Store, hook: Webhook) -> None:
    notice = Notice(kind=NoticeKind.OPENED, about="inc-1", repo="demo", title="t", body="b", at=NOW)
    store.post(notice, [Channel(hook.url).name], 0)
    waits = json.loads(_run("status", "--json").stdout)["waiting"]
    (mine,) = [each for each in waits if "notification" in each["what"]]
    assert mine["repo"] == "demo"
    assert mine["what"] == f"notification opened to {Channel(hook.url).name}"
    assert mine["until"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


def test_resolving_by_hand_is_told_and_acknowledging_is_not(store: Store, hook: Webhook) -> None:
    store.save_incident(_incident())
    assert _run("incidents", "ack", "inc-1", "--owner", "kim").exit_code == 0
    assert hook.got == []
    assert _run("incidents", "resolve", "inc-1", "--reason", "new token").exit_code == 0
    assert hook.titles == ["SEV-3 resolved: demo: token expired"]


def test_a_dead_channel_fails_no_command(store: Store, hook: Webhook) -> None:
    hook.status = 500
    store.save_incident(_incident())
    result = _run("incidents", "resolve", "inc-1", "--reason", "new token")
    assert result.exit_code == 0
    assert "notification waits" in result.stderr


def test_closing_the_agents_breaker_tells_the_outages_end(store: Store, hook: Webhook) -> None:
    state = BreakerState(
        key="agent:codex", phase=Phase.OPEN, fingerprint="f00d", until=NOW + timedelta(hours=1)
    )
    store.change_breakers(["agent:codex"], lambda _: [state])
    store.save_outage(begun("agent:codex", FAILURE, ["demo"], NOW))
    result = _run("breaker", "reset", "codex")
    assert result.exit_code == 0, result.stderr
    assert hook.titles == ["Outage over: agent codex starts again"]
    assert "is over: agent codex starts again" in result.stderr


def test_the_doctor_looks_at_the_channels(store: Store) -> None:
    _channels("nosuch://s3cr3t", "$NOT_SET", "ntfy://ntfy.example.org/topic")
    found = json.loads(_run("doctor", "--json").stdout)
    told = [each for each in found["findings"] if each["what"].startswith("notifications")]
    assert [each["level"] for each in told] == ["warn", "ok", "warn"]
    assert "s3cr3t" not in json.dumps(told)
