"""What a script shows of its services' logs, and how it tidies up, comes after what failed."""

import pytest

from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES

FAILED = (
    "Error: no shelf is left for the crate",
    "    at put (/srv/shop/put.js:3:9)",
    "make: *** [Makefile:17: check] Error 1",
)
SHOWN = (
    "app-1  | Error: connect ECONNREFUSED 172.18.0.3:6379",
    "app-1  |     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)",
)


def cause(*lines):
    return diagnose(lines, Hints(exit_code=2, now=NOW), SIGNATURES)


@pytest.mark.parametrize("shows", ["docker compose logs --no-color", "docker logs app-1"])
def test_a_services_log_is_no_rival(shows):
    found = cause(*FAILED, f"+ {shows}", *SHOWN, "+ exit 2")
    assert found.summary == FAILED[0]


def test_where_nothing_else_is_said_it_tells():
    assert "ECONNREFUSED" in cause("+ docker compose logs", *SHOWN, "+ exit 2").summary


def test_what_tidying_up_prints_is_not_what_the_script_said():
    tidied = ("+ docker compose down -v", " Container app-db-1  Stopping", "+ exit 2")
    assert (
        cause("+ echo no shelf is left", "no shelf is left", *tidied).summary == "no shelf is left"
    )


def test_a_service_that_answers_after_the_failed_step_was_not_waited_for():
    step = ("##[group]Run npm test", "npm test", "##[endgroup]")
    ended = ("##[error]Process completed with exit code 1.", "##[group]Run docker compose logs")
    log = (*step, "ERROR: connect ECONNREFUSED 127.0.0.1:5439", *ended, "##[endgroup]")
    answer = "db-1   | LOG:  database system is ready to accept connections"
    assert cause(*log, answer).summary == cause(*log).summary


@pytest.mark.parametrize(
    "frame",
    [
        "    at Socket.reportStreamError (/srv/shop/pg/connection.js:59:12)",
        "    at Worker.errorOrDestroy (node:internal/worker:230:20) {",
        " ❯ listOnTimeout node:internal/timers:581:17",
    ],
)
def test_a_frame_is_no_error_by_its_names(frame):
    assert cause("no shelf is left", frame, "exit status 2").summary != frame.strip()
