"""Notices to real receivers: sent once, bounded, tried again, and never in anybody's way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from receivers import MailServer, Webhook

from loop.channels import Channel, ChannelRefused, channels_of
from loop.outbox import Outbox
from loop.store import Store
from policies.delivery import DeliveryState
from policies.failure import Confidence, Failure, FailureClass
from policies.notice import Notice, NoticeKind, NoticeRule
from policies.notice_text import of_test
from policies.outward import Action, OutwardLimits
from policies.records import IncidentChange, IncidentRecord, RunRecord
from policies.severity import Severity
from tests.waiting import until

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.TEST_FAILURE,
    summary="FAILED tests/test_a.py::test_b",
    fingerprint="f1",
    confidence=Confidence.HIGH,
)
ROOT = Path(__file__).resolve().parents[2]
SAID: list[str] = []
"""What the outboxes of the running test said to people."""


@pytest.fixture(autouse=True)
def _nothing_said() -> None:
    SAID.clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield made
    made.close()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.close()


class Clock:
    """The time that a test says."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


def box(store: Store, *urls: str, now=None, limit: int = 100, window_s: float = 3600) -> Outbox:
    return Outbox(
        store=store,
        now=now or Clock(),
        say=SAID.append,
        channels=channels_of(urls, {})[0],
        rule=NoticeRule(window_s=window_s),
        limits=OutwardLimits(per_hour={Action.NOTIFICATION: limit}),
    )


def incident(n: int = 1, repo: str = "site", **changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id=f"inc-{n}",
        repo=repo,
        agent="codex",
        pass_name="maintain",
        failure=FAILURE,
        first_seen=NOW,
        last_seen=NOW,
        severity=Severity.SEV2,
    )
    return record.evolve(**changes)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_what_happened_reaches_a_webhook_and_a_mailbox(store, hook):
    post = MailServer()
    mine = box(store, hook.url, post.url)
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    (got,), (mail,) = hook.got, post.got
    assert got["title"] == "SEV-2 opened: site: FAILED tests/test_a.py::test_b"
    assert "nightcrew incidents ack inc-1 --owner NAME" in got["message"]
    assert got["title"] in str(mail["Subject"])
    assert mail["To"] == "me@example.org"
    assert {each.state for each in store.deliveries()} == {DeliveryState.SENT}
    assert SAID == []
    post.close()


def test_one_message_of_a_kind_about_a_thing_in_a_window(store, hook):
    clock = Clock()
    mine = box(store, hook.url, now=clock)
    for _ in range(40):  # a bot that says the same every minute
        mine.incident(IncidentChange.OPENED, incident())
        mine.incident(IncidentChange.ESCALATED, incident())
        clock.goes_on(minutes=1)
    mine.close()
    assert len(hook.got) == 2
    assert [each.repeats for each in store.deliveries()] == [39, 39]


def test_twenty_incidents_in_forty_minutes_are_no_twenty_messages(store, hook):
    clock = Clock()
    mine = box(store, hook.url, now=clock, limit=6)
    mine.close()  # so that only this thread sends, by the test's clock
    for n in range(20):
        mine.incident(IncidentChange.OPENED, incident(n))
        mine.send_due()
        clock.goes_on(minutes=2)
    assert len(hook.got) == 6
    waiting = store.deliveries(DeliveryState.WAITING)
    assert len(waiting) == 14
    assert {each.why for each in waiting} == {
        "over the limit of 6 an hour for each notification of site"
    }
    assert {each.due for each in waiting} <= {
        NOW + timedelta(hours=1, minutes=2 * n) for n in range(6)
    }
    for _ in range(4):
        clock.goes_on(hours=1)
        mine.send_due()
    assert len(hook.got) == 20
    assert len({each["message"] for each in hook.got}) == 20


def test_the_limit_is_each_repositorys_own(store, hook):
    mine = box(store, hook.url, limit=1)
    for n, repo in enumerate(("a", "a", "b", "c")):
        mine.incident(IncidentChange.OPENED, incident(n, repo))
    mine.close()
    assert sorted(each.split(":")[1].strip() for each in hook.titles) == ["a", "b", "c"]


@pytest.mark.parametrize("action", Action)
def test_each_kind_of_action_has_its_own_count(store, action):
    limits = OutwardLimits(per_hour={each: 2 if each is action else 9 for each in Action})
    for n in range(4):
        for each in Action:
            made = Notice(kind=NoticeKind.OPENED, about=f"{each}-{n}", title="t", body="b", at=NOW)
            store.post(made, ["somewhere"], 0, each)
    took = []
    while mine := store.take_due(["somewhere"], limits, NOW):
        took.append(mine.action)
    assert {each: took.count(each) for each in Action} == {
        each: 2 if each is action else 4 for each in Action
    }
    waits = [each for each in store.deliveries() if each.leaving is None]
    assert {(each.action, each.due) for each in waits} == {(action, NOW + timedelta(hours=1))}


def test_a_dead_channel_is_said_once_and_tried_again(store, hook):
    clock = Clock()
    mine = box(store, hook.url, now=clock)
    hook.status = 503
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    (waits,) = store.deliveries(DeliveryState.WAITING)
    assert (waits.tries, waits.due) == (1, NOW + timedelta(minutes=1))
    assert len(SAID) == 1
    assert SAID[0].startswith("notification waits: json://127.0.0.1 #")
    later = box(store, hook.url, now=clock)
    later.send_due()
    assert len(hook.got) == 1, "not before it is due"
    clock.goes_on(minutes=1)
    later.send_due()
    hook.status = 200
    clock.goes_on(minutes=2)
    later.send_due()
    (sent,) = store.deliveries()
    assert (sent.state, sent.tries, len(hook.got)) == (DeliveryState.SENT, 3, 3)
    assert len(SAID) == 1


def test_one_dead_channel_keeps_no_other_waiting(store, hook):
    mine = box(store, f"json://127.0.0.1:{closed_port()}/x", hook.url)
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    assert len(hook.got) == 1
    assert sorted(each.state for each in store.deliveries()) == ["sent", "waiting"]


def test_a_day_later_it_is_given_up_whoever_has_the_channel(store, hook):
    clock = Clock()
    gone = box(store, f"json://127.0.0.1:{closed_port()}/x", now=clock)
    gone.incident(IncidentChange.OPENED, incident())
    gone.close()
    clock.goes_on(hours=25)
    box(store, hook.url, now=clock).send_due()
    (each,) = store.deliveries()
    assert each.state is DeliveryState.GIVEN_UP
    assert hook.got == []


def test_a_slow_channel_delays_nobody(store, hook):
    hook.delay_s = 3
    mine = box(store, hook.url)
    began_s = time.monotonic()
    for n in range(3):
        mine.incident(IncidentChange.OPENED, incident(n))
    assert time.monotonic() - began_s < hook.delay_s
    mine.close(end_s=0.2)
    assert time.monotonic() - began_s < hook.delay_s
    until(lambda: hook.got)


def test_a_url_that_nothing_knows_is_given_up_at_once_and_keeps_its_secret(store):
    mine = box(store, "nosuch://s3cr3t-t0ken/x")
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    (each,) = store.deliveries()
    assert each.state is DeliveryState.GIVEN_UP
    assert "no channel can be made of this URL" in each.why
    assert "s3cr3t" not in json.dumps(each.to_json()) + "".join(SAID)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("ntfy://me:s3cr3t@ntfy.example.org/topic", "ntfy://ntfy.example.org #"),
        ("slack://s3cr3tA/s3cr3tB/s3cr3tC", "slack:// #"),
        ("discord://s3cr3tid/s3cr3ttoken", "discord:// #"),
        ("mailto://me:s3cr3t@example.org", "mailto://example.org #"),
        ("tgram://123456:s3cr3tABCDEF/1234", "tgram:// #"),
    ],
)
def test_a_channels_name_holds_no_secret(url, name):
    shown = Channel(url).name
    assert shown.startswith(name)
    assert "s3cr3t" not in shown
    assert shown != Channel(url + "x").name


def test_why_a_channel_fails_holds_no_secret(store):
    port = closed_port()
    url = f"ntfy://user:s3cr3tpass@127.0.0.1:{port}/s3cr3ttopic"
    mine = box(store, url)
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    (each,) = store.deliveries()
    assert each.why
    assert "s3cr3t" not in json.dumps(each.to_json()) + "".join(SAID)


def test_the_environment_may_hold_the_url(hook):
    (channel,), problems = channels_of(["$HOOK", "${HOOK}"], {"HOOK": hook.url})
    assert (channel.url, problems) == (hook.url, [])
    assert channels_of(["$HOOK"], {}) == (
        (),
        ["notify.urls: $HOOK is not set in the environment; set it"],
    )


def test_a_test_is_sent_at_once_whatever_the_rules_say(store, hook):
    mine = box(store, hook.url, "nosuch://x", limit=1)
    for _ in range(2):
        sent, refused = mine.send_now(of_test(NOW))
        assert (sent.state, refused.state) == (DeliveryState.SENT, DeliveryState.GIVEN_UP)
    hook.status = 500
    failed, _ = mine.send_now(of_test(NOW))
    assert failed.state is DeliveryState.GIVEN_UP, "a person looks, and tries again"
    assert len(hook.got) == 3


def test_a_night_is_told_once(store, hook):
    clock = Clock()
    mine = box(store, hook.url, now=clock)
    for _ in range(3):
        mine.night(RunRecord(run="20260212-020000", started=NOW))
        clock.goes_on(hours=5)
    mine.close()
    assert len(hook.got) == 1
    assert store.was_posted(NoticeKind.NIGHT, "20260212-020000")
    assert not store.was_posted(NoticeKind.NIGHT, "20260213-020000")


def test_without_a_channel_or_a_wish_nothing_is_kept(store, hook):
    box(store).incident(IncidentChange.OPENED, incident())
    picky = box(store, hook.url)
    picky.rule = NoticeRule(severity=Severity.SEV1)
    picky.incident(IncidentChange.OPENED, incident())
    picky.close()
    assert (store.deliveries(), hook.got) == ([], [])


def test_many_senders_send_each_once(store, hook):
    names = [channels_of([hook.url], {})[0][0].name]
    for n in range(30):
        store.post(
            Notice(kind=NoticeKind.OPENED, about=f"inc-{n}", title=f"{n}", body="b", at=NOW),
            names,
            3600,
        )
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: box(store, hook.url).send_due(), range(6)))
    assert sorted(hook.titles, key=int) == [f"{n}" for n in range(30)]


def test_what_a_killed_process_was_sending_is_sent_by_another(tmp_path, store, hook):
    script = """
import sys
from datetime import datetime
from loop.channels import channels_of
from loop.outbox import Outbox
from loop.store import Store
from policies.notice_text import of_outage
from policies.outage import Outage
now = datetime.fromisoformat(sys.argv[3])
box = Outbox(store=Store.open(sys.argv[1]), now=lambda: now, say=print,
             channels=channels_of([sys.argv[2]], {})[0])
box.outage(Outage(id="out-1", fingerprint="f", scope="agent:codex", failure_class="auth",
                  summary="s", began=now))
box.close(60)
"""
    hook.delay_s = 30
    url = f"sqlite:///{tmp_path}/store.db"
    child = subprocess.Popen(
        [sys.executable, "-c", script, url, hook.url, NOW.isoformat()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    until(lambda: hook.got)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    hook.delay_s = 0
    clock = Clock()
    heir = box(store, hook.url, now=clock)
    heir.send_due()
    assert len(hook.got) == 1, "as long as that one may live it has it alone"
    clock.goes_on(minutes=2)
    heir.send_due()
    (each,) = store.deliveries()
    assert (each.state, len(hook.got)) == (DeliveryState.SENT, 2)


def test_a_store_that_is_gone_is_one_line(tmp_path, hook):
    store = Store.open(f"sqlite:///{tmp_path}/gone.db")
    mine = box(store, hook.url)
    store._engine.dispose()
    (tmp_path / "gone.db").unlink()
    (tmp_path / "gone.db").mkdir()
    mine.incident(IncidentChange.OPENED, incident())
    mine.close()
    assert len(SAID) == 1
    assert SAID[0].startswith("nobody is told of inc-1 (opened): store ")


def test_a_wrong_url_is_refused_where_it_is_looked_at():
    with pytest.raises(ChannelRefused, match="no channel can be made of this URL"):
        Channel("nosuch://x").check()
    Channel("ntfy://ntfy.example.org/topic").check()
