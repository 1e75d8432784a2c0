"""What a person sees and presses in Prefect's UIs while `nightcrew serve` is up, in a real Chromium."""

import re
import time
from datetime import UTC, datetime

import pytest

from tests.browser.screen import V1, V2
from tests.browser.seen_night import CAUSE, CHECK, LIMIT, NEXT, ZONE
from tests.flows.runs import ended, processes_with, state
from tests.loop.repositories import git

pytestmark = [pytest.mark.browser, pytest.mark.prefect, pytest.mark.slow]

TREE_END_S = 15.0
UIS = pytest.mark.parametrize("ui", [V2, V1], ids=["v2", "v1"])


@UIS
def test_the_schedule_and_the_next_turn_are_seen(night, screen, ui):
    see = screen(ui)
    see.deployment(night.fleet.deployment("cycle/good")["id"])
    see.sees(re.compile(rf"At 03:00 AM,? on day {NEXT.day} of the month, only in {NEXT:%B}"))
    see.sees(re.compile(rf"{NEXT:%Y/%m/%d} 0?3:00:00 AM"))
    see.shot("schedule")
    see.tab("Description")
    see.sees(re.compile(ZONE))
    see.shot("schedule-in-words")


@UIS
def test_a_runs_page_tells_the_state_and_its_cause(night, screen, ui):
    see, failed, later = screen(ui), night.cycle("limited"), night.cycle("limited", 2)
    see.run(failed["flow_run_id"], "Details")
    see.sees(failed["cycle"], "Failed", LIMIT)
    see.sees("repo:limited", "agent:metered", "trigger:manual", f"run:{night.night['run']}")
    see.shot("run-failed")
    see.run(later["flow_run_id"], "Details")
    see.sees(later["cycle"], "Postponed", re.compile(rf"until .*{later['until'][11:16]}"))
    see.shot("run-postponed")
    see.run(night.cycle("bad", 2)["flow_run_id"], "Details")
    see.sees("CircuitOpen", re.compile("repository bad with breaks until .*, incident inc-"))
    see.shot("run-circuit-open")


@UIS
def test_each_attempt_check_and_landing_is_a_task_run(night, screen, ui):
    see = screen(ui)
    see.run(night.cycle("good")["flow_run_id"], "Task Runs")
    see.sees(f"check {CHECK} on the base", "attempt 1: maintain")
    see.sees(f"check {CHECK} on the change", "land: branch")
    see.shot("task-runs")


@UIS
def test_the_nights_run_says_how_many_of_each(night, screen, ui):
    see, run = screen(ui), night.fleet.seen.flow_run(night.night["run"])
    see.run(run["id"], "Details")
    see.sees(night.night["run"], re.compile("2 succeeded"), re.compile("2 failed"))
    see.shot("night")
    see.open(f"/artifacts/artifact/{night.artifact(run['id'], 'night-' + run['name'])}")
    see.sees(re.compile("2 succeeded, 2 failed, 1 postponed"), night.cycle("good")["cycle"])
    see.shot("night-table")


@UIS
def test_a_pass_log_opens_at_its_cause_from_the_cycles_page(night, screen, ui):
    see, failed = screen(ui), night.cycle("bad")
    see.run(failed["flow_run_id"], "Artifacts")
    see.sees("cycle-bad", "incident-bad")
    see.shot("artifacts")
    see.artifact("cycle-bad", night.artifact(failed["flow_run_id"], "cycle-bad"))
    see.sees("failed: unknown", re.compile(rf"^3002: {CAUSE}"))
    see.sees(re.compile(rf"nightcrew rerun {failed['cycle']}"))
    see.shot("cycle-page")
    asked_before = len(see.outside)
    see.leave("pass log")
    see.page.wait_for_url(f"**/nightcrew/logs/{failed['cycle']}/*")
    cause = see.page.locator(".log .cause", has_text=CAUSE)
    see.expect(cause).to_be_in_viewport()
    see.shot("pass-log")
    see.page.get_by_role("link", name=failed["cycle"]).click()
    see.sees("open at its cause")
    see.shot("logs-of-a-cycle")
    assert see.outside[asked_before:] == []


def test_retry_goes_on_with_the_same_run_and_lands_once(night, screen):
    see = screen(V2)
    see.deployment(night.fleet.deployment("cycle/wobbly")["id"])
    flow_run = see.start()
    failed = night.fleet.until(flow_run, ended)
    assert state(failed) == ("FAILED", "Failed"), failed["state"]
    see.sees(failed["name"])
    see.choose("Open menu", "Retry")
    see.sees(re.compile("Will become"), "AwaitingRetry")
    see.shot("retry-asks")
    see.confirm("Retry")
    done = night.fleet.until(flow_run, lambda run: ended(run) and run["run_count"] == 2)
    assert state(done) == ("COMPLETED", "Completed"), done["state"]
    assert done["name"] == failed["name"]
    see.run(flow_run, "Task Runs")
    see.sees("attempt 1: maintain", "attempt 2: maintain", "land: branch")
    see.shot("retried")
    (cycle,) = night.fleet.cycles("wobbly")
    assert [attempt.n for attempt in cycle.attempts] == [1, 2]
    assert (
        len(git(night.repos["wobbly"], "log", "--oneline", "main..nightcrew/work").splitlines())
        == 1
    )


def test_a_custom_run_with_a_cycle_is_its_rerun(night, screen):
    see, failed = screen(V2), night.cycle("bad")["cycle"]
    see.deployment(night.fleet.deployment("cycle/bad")["id"])
    see.choose("Run", "Custom run")
    see.fill("cycle", failed)
    see.shot("custom-run")
    see.page.get_by_role("button", name="Submit").click()
    flow_run = see.view_run()
    run = night.fleet.until(flow_run, ended)
    assert state(run) == ("FAILED", "Failed"), run["state"]
    newest = night.fleet.cycles("bad")[0]
    assert (newest.rerun_of, newest.cycle) == (failed, run["name"])
    see.run(flow_run, "Details")
    see.sees(newest.cycle, "trigger:rerun", CAUSE)
    see.shot("rerun")
    see.open(f"/artifacts/artifact/{night.artifact(flow_run, 'cycle-bad')}")
    see.sees(f"rerun of {failed}")
    see.shot("rerun-page")
    see.page.goto(f"/nightcrew/logs/{failed}")
    see.sees("run again as", newest.cycle)
    see.shot("run-again-as")


def test_cancel_ends_the_agent_and_keeps_its_work(night, screen):
    see = screen(V2)
    see.deployment(night.fleet.deployment("cycle/long")["id"])
    flow_run = see.start()
    night.await_agent()
    see.run(flow_run, "Logs")
    see.sees("Running")
    see.choose("Open menu", "Cancel")
    see.shot("cancel-asks")
    began = time.monotonic()
    see.confirm("Cancel Flow Run")
    run = night.fleet.until(flow_run, ended)
    assert state(run) == ("CANCELLED", "Cancelled"), run["state"]
    assert not processes_with(str(night.going))
    assert time.monotonic() - began < TREE_END_S
    see.sees("Cancelled")
    see.shot("cancelled")
    branch = f"nightcrew/failed/{run['name']}"
    assert git(night.repos["long"], "show", f"{branch}:half.txt") == "half"


@UIS
def test_the_dashboard_counts_what_failed_and_what_was_done(night, screen, ui):
    see, tag = screen(ui), f"run:{night.night['run']}"
    see.dashboard(tag, datetime.now(UTC))
    counts = night.tallies(tag)
    # Done: two of good, one of still. Failed: bad, limited, and the run itself. Not started: two.
    assert counts == {"COMPLETED": 3, "FAILED": 3, "CANCELLED": 2}
    see.expect(see.tally("FAILED", "CRASHED")).to_have_text("3")
    see.expect(see.tally("COMPLETED")).to_have_text("3")
    see.expect(see.tally("CANCELLED")).to_have_text("2")
    see.shot("dashboard")


@UIS
def test_nothing_is_asked_of_another_machine(night, screen, ui):
    see = screen(ui)
    for path in ("/dashboard", "/blocks/catalog"):
        see.open(path)
        see.page.wait_for_load_state("networkidle")
    assert see.outside == []
