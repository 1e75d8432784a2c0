"""Which step of a CI log failed, and services that a script waited for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure
from policies.rootcause.answered import answered
from policies.rootcause.finding import Line
from policies.rootcause.steps import failed_step

STEPS = [
    ("gitlab", "Running with gitlab-runner 1\n$ a\ndone\n$ make\nx\nERROR: Job failed: exit code 2", 4, 6),
    ("yarn's dollar", "$ tsc\na.ts(1,1): error TS1: x\n$ jest\nExited with code exit status 1", 0, 4),
    ("jenkins", "[Pipeline] sh\n+ a\n[Pipeline] sh\n+ b\nERROR: script returned exit code 1", 3, 5),
    (
        "jenkins in branches",
        "[Pipeline] parallel\n[Pipeline] sh\n+ a\n[Pipeline] sh\n+ b\nERROR: script returned exit code 1",
        0,
        6,
    ),
    ("travis", '$ make a\nno\n$ make b\nThe command "make a" exited with 2.', 1, 4),
    ("circle", "#!/bin/bash -e\na\n#!/bin/bash -e\nb\nExited with code exit status 2", 4, 5),
    ("buildkite", "~~~ Running commands\n$ make\n🚨 Error: The command exited with status 2", 1, 3),
    ("appveyor", "make\nCommand exited with code 2", 0, 2),
    (
        "docker's classic builder",
        "Step 1/2 : FROM a\nStep 2/2 : RUN make\nThe command '/bin/sh -c make' returned a non-zero code: 2",
        2,
        3,
    ),
    ("nothing tells", "$ make\nerror: x", 0, None),
]  # fmt: skip


def lines_of(log: str) -> list[Line]:
    return [Line(n, text) for n, text in enumerate(log.split("\n"), 1)]


@pytest.mark.parametrize(("_name", "log", "begins", "ends"), STEPS)
def test_the_failed_step(_name: str, log: str, begins: int, ends: int | None) -> None:
    assert failed_step(lines_of(log)) == (begins, ends)


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [
        ("db is up", True),
        ("wait-for-it.sh: db:5432 is available after 3 seconds", True),
        ("Connection to db 5432 port [tcp/postgresql] succeeded!", True),
        ("localhost:5432 - accepting connections", True),
        ("2024/01/01 Connected to tcp://db:5432", True),
        (" Container app-db-1 is healthy", True),
        ("waiting until the database is ready", False),
        ("db is not ready", False),
        ("Is the server running on that host and accepting TCP/IP connections?", False),
        ("nc: connect to db port 5432 (tcp) failed: Connection refused", False),
        ("Check whether the service is running", False),
    ],
)
def test_what_says_that_a_service_answers(text: str, is_answer: bool) -> None:
    assert bool(answered([Line(1, text), Line(2, "Error: later")], None)) is is_answer
    assert not answered([Line(1, text)], None)


WAITED = """\
nc: connect to db (10.0.0.2) port 5432 (tcp) failed: Connection refused
waiting for db ...
nc: connect to db (10.0.0.2) port 5432 (tcp) failed: Connection refused
db is up
$ ./load
Traceback (most recent call last):
  File "load.py", line 3, in <module>
    url = settings["url"]
KeyError: 'url'"""


def test_a_service_that_came_up_is_no_cause(cause: Callable[[str], Failure]) -> None:
    assert cause(WAITED).summary == "KeyError: 'url'"


def test_a_service_that_never_came_up_is_the_cause(cause: Callable[[str], Failure]) -> None:
    failure = cause(WAITED.partition("db is up")[0] + "gave up")
    assert "Connection refused" in failure.summary
    assert failure.failure_class.value == "network"


@pytest.mark.parametrize(
    "record",
    [
        'time=2026-01-01T00:00:00Z level=error msg="dial upstream" err="connection refused"',
        "ERROR:app.cache:connection refused",
        "E, [2026-01-01T00:00:00.000 #12] ERROR -- : connection refused",
        '{"level":"error","msg":"connection refused"}',
    ],
)
def test_a_programs_log_does_not_outweigh_a_failed_test(
    record: str, cause: Callable[[str], Failure]
) -> None:
    failure = cause(
        f"{record}\n--- FAIL: TestSum (0.00s)\n    sum_test.go:9: got 4, want 5\nFAIL\n{record}"
    )
    assert "got 4, want 5" in failure.summary
    assert "refused" in cause(f"{record}\nstopped").summary


def test_the_last_words_may_be_the_verdict(cause: Callable[[str], Failure]) -> None:
    log = (
        "##[group]Run x\n##[endgroup]\nLooking at these:\n1. a.py\nNo news fragment on this branch."
    )
    failure = cause(f"{log}\n##[error]Process completed with exit code 1.")
    assert failure.summary == "No news fragment on this branch."


def test_the_last_words_stand_below_what_the_step_shows(cause: Callable[[str], Failure]) -> None:
    log = "  LAMP: 0\n  SHELF: 1\n##[endgroup]\nlamp filled.\nShelf needs one more board."
    failure = cause(f"{log}\n##[error]Process completed with exit code 1.")
    assert failure.summary == "lamp filled."


CLOUDFLARE = """\
02:38:31.100\tExecuting user command: npx lamp build
02:38:33.600\tthe lamp of shelf 3 is dim
02:38:33.700\tError: Exit with error code: 14
02:38:33.701\t    at ChildProcess.<anonymous> (/snapshot/dist/run-build.js)
02:38:33.702\t    at ChildProcess.emit (node:events:537:28)
02:38:33.800\tFailed: build command exited with code: 1
02:38:34.800\tFailed: error occurred while running build command"""
VERCEL = """\
[02:38:31.100] Running "npm run build"
[02:38:33.600] the lamp of shelf 3 is dim
[02:38:33.700] Error: Command "npm run build" exited with 1"""


AMPLIFY = """\
2026-07-30T02:38:31.100Z [INFO]: # Executing command: lamp build
                                 the lamp of shelf 3 is dim
2026-07-30T02:38:33.700Z [ERROR]: !!! Build failed
2026-07-30T02:38:33.700Z [ERROR]: !!! Non-Zero Exit Code detected
2026-07-30T02:38:33.800Z [INFO]: # Starting environment caching..."""


EAS = """\
[INSTALL_DEPENDENCIES] the lamp of shelf 3 is dim
[INSTALL_DEPENDENCIES]
Error: npm install exited with non-zero code: 1
    at ChildProcess.completionListener (/srv/a/node_modules/@expo/spawn-async/build/spawnAsync.js:42:23)
    at ChildProcess.emit (node:events:513:28)
##[error]Process completed with exit code 1."""


@pytest.mark.parametrize("log", [CLOUDFLARE, VERCEL, AMPLIFY, EAS])
def test_what_a_host_of_pages_adds_is_no_cause(cause: Callable[[str], Failure], log: str) -> None:
    assert cause(log).summary.endswith("the lamp of shelf 3 is dim")


def test_a_service_that_relays_a_build_is_no_test(cause: Callable[[str], Failure]) -> None:
    log = (
        '02:38:33.1\tError: Output directory "zork" not found.\n'
        "02:38:34.1\tFailed: build output directory not found"
    )
    assert cause(log).failure_class.value == "config_error"


def test_the_command_that_circle_shows_is_not_its_output(cause: Callable[[str], Failure]) -> None:
    log = "#!/bin/bash -eo pipefail\npython -m json.tool c.json\nExpecting value: line 1 column 1 (char 0)"
    assert cause(f"{log}\n\nExited with code exit status 1").summary.startswith("Expecting value")


def test_the_class_is_guessed_from_the_failed_step(cause: Callable[[str], Failure]) -> None:
    steps = "Running with gitlab-runner 1\n$ make lint || true\n2 issues\n$ ./load\nERROR: widget 7 is bent"
    assert cause(f"{steps}\nERROR: Job failed: exit code 1").failure_class.value != "lint"


def test_the_list_of_pytests_plugins_is_no_cause(cause: Callable[[str], Failure]) -> None:
    log = "plugins: xdist-3.8.0, timeout-2.4.0\ncollected 2 items\ntests/test_x.py::test_b "
    assert "timeout-2.4.0" not in cause(log).summary


@pytest.mark.parametrize(
    "raised",
    ["tomllib.TOMLDecodeError: Expected ']'", "yaml.scanner.ScannerError: mapping values are odd"],
)
def test_a_file_of_settings_that_cannot_be_read(
    raised: str, cause: Callable[[str], Failure]
) -> None:
    trace = (
        f'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    f()\n{raised}'
    )
    assert cause(trace).failure_class.value == "config_error"
