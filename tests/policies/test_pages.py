"""The pages of the UI: what a person reads first, in words they can act on."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.pages import (
    attempt_rows,
    cycle_page,
    incident_page,
    night_summary,
    night_table,
)
from policies.records import (
    AttemptRecord,
    CycleRecord,
    IncidentRecord,
    IncidentState,
    RunRecord,
)

BEGAN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.USAGE_LIMIT,
    summary="You’ve hit your usage limit. Try again at 05:45",
    fingerprint="abc123",
    confidence=Confidence.HIGH,
    lines=("ERROR: usage limit reached", "retrying", "ERROR: usage limit reached"),
    line_numbers=(312, 9, 400),
    signature="codex-usage-limit",
    remediation=("wait until 05:45", "name another agent"),
    replay=("codex exec hello",),
    resets_at=BEGAN + timedelta(hours=3, minutes=45),
)
CYCLE = "20261121-020000-demo-cycle-1"
ADDRESS = "http://127.0.0.1:4200/nightcrew/logs/" + CYCLE


def an_attempt(n: int = 1, **changes: object) -> AttemptRecord:
    values = {
        "n": n,
        "pass_name": "maintain",
        "exit_code": 1,
        "stopped_because": None,
        "duration_s": 71.6,
        "pass_log": f"/somewhere/logs/{CYCLE}-attempt-{n}.log",
    }
    return AttemptRecord(**(values | changes))


def a_cycle(**changes: object) -> CycleRecord:
    record = CycleRecord(
        cycle=CYCLE,
        run="20261121-020000",
        repo="demo",
        n=1,
        agent="codex",
        started=BEGAN,
        finished=BEGAN + timedelta(seconds=99),
    )
    return record.evolve(**changes)


def a_failed_cycle(**changes: object) -> CycleRecord:
    failed = a_cycle(
        outcome=CycleOutcome.FAILED, failure=FAILURE, attempts=(an_attempt(failure=FAILURE),)
    )
    return failed.evolve(**changes)


def an_incident(**changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id="inc-20261121-0a1b2c3d",
        repo="demo",
        agent="codex",
        pass_name="maintain",
        failure=FAILURE,
        count=3,
        first_seen=BEGAN,
        last_seen=BEGAN + timedelta(days=2),
        cycles=("older", CYCLE),
        logs=("older.log", f"{CYCLE}.log"),
    )
    return record.evolve(**changes)


def page(cycle: CycleRecord, **given: object) -> str:
    values = {
        "incident": None,
        "reruns": [],
        "link": lambda path: f"{ADDRESS}/{path.rsplit('/', 1)[-1]}",
    }
    return cycle_page(cycle, **(values | given))


def test_a_failed_cycle_says_first_how_it_ended_and_why() -> None:
    lines = page(a_failed_cycle()).splitlines()
    assert lines[0] == "# failed: usage_limit"
    assert lines[2] == "You’ve hit your usage limit. Try again at 05:45"


def test_a_failed_cycle_shows_its_cause_and_what_to_do() -> None:
    text = page(a_failed_cycle())
    assert "- confidence: high\n" in text
    assert "- limit ends: 2026-11-21T05:45:00Z\n" in text
    assert "```text\n312, 400: ERROR: usage limit reached\n9: retrying\n```\n" in text
    assert "What to do:\n\n- wait until 05:45\n- name another agent\n" in text
    assert "```text\ncodex exec hello\n```\n" in text


def test_an_attempt_links_to_its_pass_log() -> None:
    text = page(a_failed_cycle())
    name = f"{CYCLE}-attempt-1.log"
    assert "| attempt | pass | exit | took | cost | log | failure |\n" in text
    row = "| 1 | maintain | 1 | 1 min 12 s | unknown |"
    assert f"{row} [pass log]({ADDRESS}/{name}) | usage_limit: You’ve hit" in text
    assert f"{row} {name} | usage_limit:" in page(a_failed_cycle(), link=lambda _: None)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://x/a b", "http://x/a)b", "http://x", "//x/y"]
)
def test_only_an_address_is_linked(address: str) -> None:
    text = page(a_failed_cycle(), link=lambda _: address, logs_page=address)
    assert "](" not in text
    assert address not in attempt_rows(a_failed_cycle(), lambda _: address)[0].values()


def test_the_checks_and_the_work_are_shown() -> None:
    checks = (
        {"name": "pytest", "result": "failed", "on_base": "passed", "reason": "a | b",
         "duration_s": 3.2},
    )  # fmt: skip
    text = page(a_failed_cycle(checks=checks, branch="nightcrew/failed/x", base_commit="ab12"))
    assert "| pytest | failed | passed | 3 s | `a \\| b` |\n" in text
    assert "## Work\n\n- branch: nightcrew/failed/x\n- base: ab12\n" in text


def test_a_success_says_what_landed() -> None:
    done = a_cycle(
        outcome=CycleOutcome.SUCCEEDED,
        reason="2 files changed, 5 insertions(+); landed on main",
        branch="nightcrew/work",
        landed="0123abc",
        head_commit="0123abd",
        checked=True,
    )
    text = page(done)
    assert text.startswith("# succeeded\n\n2 files changed, 5 insertions(+); landed on main\n")
    assert "- landed as: 0123abc\n- head: 0123abd\n- checked: yes\n" in text
    assert "## Cause" not in text and "## Incident" not in text


def test_what_an_earlier_attempt_met_is_no_cause_of_a_success() -> None:
    assert "## Last failure" in page(a_failed_cycle(outcome=CycleOutcome.SUCCEEDED))


def test_a_postponed_cycle_says_until_when() -> None:
    text = page(a_cycle(outcome=CycleOutcome.POSTPONED, reason="usage limit of codex", until=BEGAN))
    assert text.startswith("# postponed\n\nusage limit of codex\n\nNot tried again before 2026-11-")
    assert "nightcrew rerun" not in text and "--log" not in text


def test_lineage_and_commands_come_last() -> None:
    text = page(a_failed_cycle(rerun_of="before"), reruns=["after-1", "after-2"], logs_page=ADDRESS)
    assert text.endswith(
        f"## Next\n\n[All logs of this cycle]({ADDRESS})\n\n"
        "- rerun of before\n- run again as after-1\n- run again as after-2\n\n"
        f"```text\nnightcrew show {CYCLE} --log\nnightcrew rerun {CYCLE}\n```\n"
    )


def test_the_incident_is_named() -> None:
    text = page(a_failed_cycle(), incident=an_incident())
    assert "- incident: inc-20261121-0a1b2c3d\n- state: open\n- seen in: 3 failed cycles" in text


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        ([], "no model was asked"),
        ([an_attempt()], "cost unknown"),
        ([an_attempt(cost_usd=0.5), an_attempt(2, cost_usd=0.75)], "1.25 USD"),
        ([an_attempt(cost_usd=0.0)], "0.00 USD"),
        ([an_attempt(cost_usd=0.004)], "0.0040 USD"),
        (
            [an_attempt(cost_usd=0.5), an_attempt(2)],
            "at least 0.50 USD (cost unknown for 1 attempt)",
        ),
        (
            [an_attempt(input_tokens=1000, output_tokens=2), an_attempt(2, input_tokens=500)],
            "cost unknown, 1,500 tokens in, 2 tokens out",
        ),
    ],
)
def test_what_it_cost_is_told_as_far_as_it_is_known(attempts: list, said: str) -> None:
    cycle = a_cycle(outcome=CycleOutcome.SUCCEEDED, attempts=tuple(attempts))
    assert f"- spent: {said}\n" in page(cycle).replace("`", "")
    assert night_summary(a_run(), [cycle]) == f"1 succeeded; took 2 h 5 min; {said}"


def test_fixers_ask_no_model() -> None:
    cycle = a_cycle(agent="fixers", attempts=(an_attempt(),))
    assert "- spent: no model was asked\n" in page(cycle)
    assert attempt_rows(cycle)[0]["cost"] == ""
    assert night_table(a_run(), [cycle])[0]["cost"] == ""


def test_an_open_incident_says_what_is_known_and_what_to_do() -> None:
    text = incident_page(an_incident(waits_because="the ledger has other changes"))
    assert text.startswith("# open: usage_limit\n\nYou’ve hit your usage limit.")
    assert "- failed cycles: 3\n- first seen: 2026-11-21T02:00:00Z\n- last seen: 2026-11-23" in text
    assert "- fix: pending\n- commit: pending\n- not in the ledger yet: the ledger has" in text
    assert "312, 400: ERROR: usage limit reached" in text
    assert f"## Cycles\n\n- {CYCLE}\n- older\n\n## Pass logs\n\n- {CYCLE}.log\n- older.log" in text
    assert text.endswith(f"nightcrew show {CYCLE} --log\nnightcrew rerun {CYCLE}\n```\n")


def test_a_resolved_incident_needs_no_rerun() -> None:
    text = incident_page(an_incident(state=IncidentState.RESOLVED, resolved_at=BEGAN, fix="cured"))
    assert text.startswith("# resolved: usage_limit")
    assert "- resolved: 2026-11-21T02:00:00Z\n- fix: cured\n" in text
    assert "nightcrew rerun" not in text


def a_run(**changes: object) -> RunRecord:
    record = RunRecord(
        run="20261121-020000",
        started=BEGAN,
        finished=BEGAN + timedelta(hours=2, minutes=5),
        outcome=CycleOutcome.FAILED,
    )
    return record.evolve(**changes)


def test_the_night_lists_broken_cycles_first() -> None:
    good = a_cycle(outcome=CycleOutcome.SUCCEEDED, reason="2 files changed", repo="alpha")
    rows = night_table(a_run(), [good, a_failed_cycle()], lambda _: ADDRESS)
    assert [row["repository"] for row in rows] == ["demo", "alpha"]
    assert rows[0] == {
        "repository": "demo",
        "cycle": CYCLE,
        "outcome": "failed",
        "what": "usage_limit until 2026-11-21T05:45:00Z: "
        "You’ve hit your usage limit. Try again at 05:45",
        "took": "1 min 39 s",
        "cost": "cost unknown",
        "log": ADDRESS,
    }
    assert rows[1]["what"] == "2 files changed"
    assert night_table(a_run(), [a_failed_cycle()])[0]["log"] == f"{CYCLE}-attempt-1.log"


def test_the_night_counts_every_outcome_in_one_order() -> None:
    outcomes = list(CycleOutcome)
    cycles = [a_cycle(outcome=outcome) for outcome in [*outcomes, CycleOutcome.SUCCEEDED]]
    assert night_summary(a_run(finished=None), cycles) == (
        "2 succeeded, 1 failed, 1 crashed, 1 cancelled, 1 postponed, 1 circuit open, "
        "1 nothing to do, 1 running; no model was asked"
    )


def test_nothing_is_said_in_words_too() -> None:
    assert night_summary(a_run(), []) == "no cycle was started; took 2 h 5 min; no model was asked"
    assert [row["what"] for row in night_table(a_run(), [])] == ["no cycle was started"]
    running = a_run(outcome=CycleOutcome.RUNNING)
    assert [row["what"] for row in night_table(running, [])] == ["no cycle was started yet"]
    assert [row["failure"] for row in attempt_rows(a_cycle())] == ["no agent was started"]
