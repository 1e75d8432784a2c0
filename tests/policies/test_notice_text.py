"""The words of a notice, by table; and that no text, whatever it is, breaks out of its lines."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.breaker import BreakerState, Phase
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.notice import NoticeKind
from policies.notice_text import (
    LINE_LIMIT_CHARS,
    LISTED_LIMIT,
    TITLE_LIMIT_CHARS,
    of_breaker,
    of_incident,
    of_night,
    of_outage,
    of_test,
    plain,
)
from policies.outage import Outage
from policies.records import (
    CycleRecord,
    IncidentChange,
    IncidentRecord,
    IncidentState,
    RunRecord,
)
from policies.severity import Severity

NOW = datetime(2026, 2, 12, 2, 0, tzinfo=UTC)
TOKEN = "ghp_" + "a1B2" * 9
FAILURE = Failure(
    failure_class=FailureClass.TEST_FAILURE,
    summary="FAILED tests/test_a.py::test_b - assert 1 == 2",
    fingerprint="f1",
    confidence=Confidence.HIGH,
    lines=("E  assert 1 == 2",),
    remediation=("run it again: pytest tests/test_a.py::test_b",),
)


def incident(**changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id="inc-20260212-00000001",
        repo="site",
        agent="codex",
        pass_name="maintain",
        failure=FAILURE,
        first_seen=NOW,
        last_seen=NOW,
        severity=Severity.SEV2,
        respond_by=NOW + timedelta(hours=4),
        logs=("a.log", "b.log"),
    )
    return record.evolve(**changes)


def outage(**changes: object) -> Outage:
    values = {
        "id": "out-20260212-00000001",
        "fingerprint": "f1",
        "scope": "agent:codex",
        "failure_class": FailureClass.USAGE_LIMIT,
        "summary": "You've hit your usage limit",
        "began": NOW,
        "repositories": ("site", "api"),
    }
    return Outage(**(values | changes))


def cycle(repo: str, outcome: CycleOutcome, **changes: object) -> CycleRecord:
    record = CycleRecord(
        cycle=f"r-{repo}-cycle-1", run="r", repo=repo, n=1, agent="codex", started=NOW
    )
    return record.evolve(outcome=outcome, finished=NOW, **changes)


@pytest.mark.parametrize(
    ("change", "kind", "title"),
    [
        (IncidentChange.OPENED, NoticeKind.OPENED, "SEV-2 opened: site: FAILED tests/test_a.py"),
        (IncidentChange.REOPENED, NoticeKind.OPENED, "SEV-2 is back: site:"),
        (IncidentChange.ESCALATED, NoticeKind.ESCALATED, "SEV-2 escalated, nobody acknowledged"),
        (IncidentChange.RECOVERED, NoticeKind.RESOLVED, "SEV-2 works again, and waits: site:"),
        (IncidentChange.RESOLVED, NoticeKind.RESOLVED, "SEV-2 resolved: site:"),
    ],
)
def test_a_change_that_people_need_to_know(change, kind, title):
    told = of_incident(change, incident(), NOW)
    assert (told.kind, told.about, told.repo) == (kind, "inc-20260212-00000001", "site")
    assert told.title.startswith(title)
    assert "assert 1 == 2" in told.body
    assert "log: b.log" in told.body


@pytest.mark.parametrize("change", [IncidentChange.JOINED, IncidentChange.ACKNOWLEDGED])
def test_a_repeat_and_a_persons_own_answer_are_no_news(change):
    assert of_incident(change, incident(), NOW) is None


def test_an_open_one_says_what_to_do_and_until_when():
    body = of_incident(IncidentChange.OPENED, incident(), NOW).body
    assert "to do: run it again: pytest tests/test_a.py::test_b" in body
    assert (
        "respond by 2026-02-12T06:00:00Z: "
        "nightcrew incidents ack inc-20260212-00000001 --owner NAME" in body
    )


def test_a_resolved_one_says_by_what_and_what_is_missing():
    done = incident(state=IncidentState.RESOLVED, fix="pinned it", commit="abc")
    body = of_incident(IncidentChange.RESOLVED, done, NOW).body
    assert "fix: pinned it, commit abc" in body
    assert "ack" not in body
    waits = incident(severity=Severity.SEV1, recovered_at=NOW, fix="x")
    assert "waits for Prevention Rule" in of_incident(IncidentChange.RECOVERED, waits, NOW).body


def test_parts_of_an_outage_are_told_as_the_outage():
    part = incident(outage="out-1")
    for change in (IncidentChange.OPENED, IncidentChange.REOPENED, IncidentChange.RESOLVED):
        assert of_incident(change, part, NOW) is None
    late = of_incident(IncidentChange.ESCALATED, part, NOW)
    assert (late.about, "outage out-1" in late.body) == ("out-1", True)


def test_an_outage_begins_and_ends():
    begun, ended = of_outage(outage(), NOW), of_outage(outage(ended=NOW), NOW)
    assert begun.title == "Outage: agent codex: You've hit your usage limit"
    assert "failed in: site, api" in begun.body
    assert "nightcrew breaker reset agent:codex" in begun.body
    assert (begun.kind, ended.kind) == (NoticeKind.OUTAGE_BEGUN, NoticeKind.OUTAGE_ENDED)
    assert begun.about == ended.about == "out-20260212-00000001"
    assert ended.title == "Outage over: agent codex starts again"
    assert "failed in" not in of_outage(outage(repositories=()), NOW).body


def test_a_breaker_tells_how_to_close_it_in_words_that_a_shell_takes():
    state = BreakerState(
        key='repository:site/sh -c "exit 7"',
        phase=Phase.OPEN,
        identical=3,
        failed=4,
        failure_class=FailureClass.UNKNOWN,
        summary="boom",
        until=NOW,
    )
    told = of_breaker(state, "site", NOW)
    assert told.title == 'Breaker open: repository site with sh -c "exit 7": boom'
    assert "3 identical failures in a row, 4 in all" in told.body
    assert "next probe 2026-02-12T02:00:00Z" in told.body
    assert """nightcrew breaker reset 'repository:site/sh -c "exit 7"'""" in told.body
    assert (told.repo, told.about) == ("site", state.key)


def test_a_night_tells_what_broke_first_and_bounds_its_list():
    names = [f"repo{n}" for n in range(LISTED_LIMIT + 5)]
    cycles = [cycle(name, CycleOutcome.FAILED, failure=FAILURE) for name in names]
    run = RunRecord(
        run="20260212-020000",
        started=NOW,
        finished=NOW + timedelta(hours=2),
        cycles=(*cycles, cycle("ok", CycleOutcome.SUCCEEDED)),
        incidents=(incident(), incident(id="inc-cured", state=IncidentState.RESOLVED)),
        outages=(outage(),),
    )
    told = of_night(run, NOW)
    assert told.title.startswith("Night 20260212-020000: 1 succeeded, 15 failed")
    assert told.body.count(" failed: ") == LISTED_LIMIT
    assert "and 5 more" in told.body
    assert "outage out-20260212-00000001 of agent codex" in told.body
    assert "open incidents: inc-20260212-00000001" in told.body
    assert "inc-cured" not in told.body
    assert (told.kind, told.about, told.repo) == (NoticeKind.NIGHT, run.run, "")


def test_a_quiet_night_is_one_line_and_where_to_look():
    run = RunRecord(run="r", started=NOW, cycles=(cycle("a", CycleOutcome.NOTHING_TO_DO),))
    assert of_night(run, NOW).body == "nightcrew status"


@pytest.mark.parametrize("call", ["@everyone", "@here", "@channel", "@all", "@room", "<!here>"])
def test_a_log_calls_nobody_in_a_chat(call):
    failure = FAILURE.evolve(summary=f"{call} failed", lines=(f"see {call}",))
    told = of_incident(IncidentChange.OPENED, incident(failure=failure), NOW)
    assert call not in told.title + told.body


def test_an_address_and_a_package_stay_as_they_are():
    assert plain("npm ERR! @scope/alloy a@b.org <b> 1 < 2", 100) == (
        "npm ERR! @scope/alloy a@b.org <b> 1 < 2"
    )


def test_no_secret_leaves():
    failure = FAILURE.evolve(summary=f"token {TOKEN}", lines=(f"Authorization: Bearer {TOKEN}",))
    bad = incident(failure=failure, fix=TOKEN, state=IncidentState.RESOLVED)
    for told in (
        of_incident(IncidentChange.OPENED, bad, NOW),
        of_incident(IncidentChange.RESOLVED, bad, NOW),
        of_outage(outage(summary=TOKEN), NOW),
        of_breaker(BreakerState(key="agent:x", summary=TOKEN), "", NOW),
    ):
        assert TOKEN not in told.title + told.body


@given(st.text(max_size=400))
def test_no_text_breaks_out_of_its_line(text):
    failure = FAILURE.evolve(summary=text, lines=(text, text), remediation=(text,))
    told = of_incident(IncidentChange.OPENED, incident(failure=failure, agent=text), NOW)
    assert len(told.title) <= TITLE_LIMIT_CHARS + 20
    assert not set(told.title) & set("\r\n\x1b")
    lines = told.body.splitlines()
    assert len(lines) <= 10
    assert all(len(line) <= LINE_LIMIT_CHARS + 20 for line in lines)


def test_the_test_says_that_it_is_one():
    assert (of_test(NOW).kind, of_test(NOW).title) == (NoticeKind.TEST, "Test")
