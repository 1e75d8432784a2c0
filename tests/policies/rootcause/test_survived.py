"""Lines that a command complains with and goes on: what tools state in their own form is the cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

TEST = """\
--- FAIL: TestSum (0.00s)
    sum_test.go:9: got 4, want 5
FAIL
FAIL	example.org/sum	0.012s"""
FILL = "\n".join(f"compiling part {n}" for n in range(20))
SURVIVED = [
    "curl: (6) Could not resolve host: hooks.example.org",
    "curl: (22) The requested URL returned error: 503",
    "fatal: not a git repository (or any of the parent directories): .git",
    "./configure: line 42: PKG_CHECK: command not found",
    "W: Failed to fetch https://deb.example.org/InRelease  Temporary failure resolving 'deb.example.org'",
    "pkill: killing pid 12 failed: Operation not permitted",
    "10:11:12 [main] ERROR org.example.Pool - Connection timed out",
    "[0304/100000.1:ERROR:bus.cc(399)] Failed to connect to the bus: Failed to connect to socket",
]


@pytest.mark.parametrize("line", SURVIVED)
@pytest.mark.parametrize("log", [f"{{}}\n{FILL}\n{TEST}", f"{TEST}\n{FILL}\n{{}}\n"])
def test_a_failed_test_outweighs_it(line: str, log: str, cause: Callable[[str], Failure]) -> None:
    assert "got 4, want 5" in cause(log.format(line)).summary


@pytest.mark.parametrize("line", SURVIVED[:4])
def test_alone_it_is_the_cause(line: str, cause: Callable[[str], Failure]) -> None:
    assert line.rpartition(": ")[2] in cause(f"{FILL}\n{line}").summary


def test_beside_another_error_it_is_not_sure(cause: Callable[[str], Failure]) -> None:
    log = f"{FILL}\n{{}}\n{FILL}\ncurl: (6) Could not resolve host: example.org"
    assert cause(log.format("all well")).confidence is Confidence.HIGH
    assert cause(log.format("error: the widget is bent")).confidence is not Confidence.HIGH


KNOWN = "E: Unable to locate package libpaint-dev"


@pytest.mark.parametrize(
    ("lines_between", "is_sure"), [(None, True), (2, True), (3, False), (9, False), (10, True)]
)
def test_close_to_other_words_of_failure_one_known_line_is_not_sure(
    lines_between: int | None, is_sure: bool, cause: Callable[[str], Failure]
) -> None:
    """Right beside it they are of the same message, and far away of something else."""
    words = [] if lines_between is None else [*["-"] * lines_between, "error: the widget is bent"]
    failure = cause("\n".join((KNOWN, *words)))
    assert failure.summary == KNOWN
    assert (failure.confidence is Confidence.HIGH) is is_sure


@pytest.mark.parametrize(
    "log",
    [
        f"{{}}\n{FILL}\n{FILL}\nwidget 7 must not be bent",
        "The job has exceeded the maximum execution time of 50m\n{}",
    ],
)
def test_where_the_log_tells_more_it_is_not_sure(log: str, cause: Callable[[str], Failure]) -> None:
    failure = cause(log.format("curl: (6) Could not resolve host: example.org"))
    assert failure.confidence is not Confidence.HIGH


def test_the_reason_close_above_a_form_is_kept(cause: Callable[[str], Failure]) -> None:
    failure = cause(f"{FILL}\nssh: connect to host db port 22: Connection refused\n{TEST}")
    assert failure.confidence is not Confidence.LOW


@pytest.mark.parametrize(
    "log",
    [
        "PASS src/api.test.ts\n  ● Console\n\n    console.error\n   Error: connect ECONNREFUSED 10.0.0.1\n\n"
        "Snapshot Summary\nerror: log in first",
        "stderr | src/api.test.ts > it copes\nError: connect ECONNREFUSED 10.0.0.1:1\n\nerror: log in first",
    ],
)
def test_what_tests_print_is_no_cause(log: str, cause: Callable[[str], Failure]) -> None:
    assert cause(log).summary.startswith("error: log in first")


def test_a_wait_that_is_announced_is_not_the_end(cause: Callable[[str], Failure]) -> None:
    curl = "curl: (22) The requested URL returned error: 503"
    told = "Warning: Problem : HTTP error. Will retry in 1 seconds. 3 retries left."
    failure = cause(f"{FILL}\n{curl}\n{told}\nmake: *** No rule to make target 'a'.  Stop.")
    assert "No rule to make target" in failure.summary


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: pip's dependency resolver does not currently take into account all the packages",
        "FATAL:  the database system is starting up",
    ],
)
def test_what_a_tool_says_and_goes_on_is_no_cause(
    line: str, cause: Callable[[str], Failure]
) -> None:
    assert cause(f"{line}\n{FILL}\nwidget 7 is missing").summary == "widget 7 is missing"


def test_a_script_that_r_cannot_read_does_not_compile(cause: Callable[[str], Failure]) -> None:
    failure = cause("Error: unexpected '}' in:\n\"  x + \n}\"\nExecution halted")
    assert failure.failure_class.value == "compile_error"


@pytest.mark.parametrize(
    "answered",
    [
        "Completed 500 Internal Server Error in 69ms (ActiveRecord: 12.0ms)",
        '10.0.0.9 - - [26/Aug/2021 10:15:19] "GET /crates HTTP/1.1" 500 -',
        'INFO:     10.0.0.9:5050 - "POST /crates HTTP/1.1" 503 Service Unavailable',
    ],
)
def test_what_a_server_answered_is_not_why(answered: str, cause: Callable[[str], Failure]) -> None:
    log = f"{answered}\nCrateError (relation crates: the shelf does not exist)"
    assert "shelf does not exist" in cause(log).summary


@pytest.mark.parametrize(
    "log",
    [
        "probe: 502 Bad Gateway\nshelf is up\nERROR: crate nine is on no shelf of this room",
        "probe: 503 Service Unavailable\nshelf is up\nCrateError: no crate called nine",
    ],
)
def test_a_provider_that_failed_is_not_sure_where_an_error_follows(
    log: str, cause: Callable[[str], Failure]
) -> None:
    assert cause(log).confidence is not Confidence.HIGH


def test_a_provider_that_nobody_signed_is_no_refused_login(cause: Callable[[str], Failure]) -> None:
    failure = cause("- Installed acme/frob v6.13.0 (unauthenticated)\nError: the crate is bent")
    assert failure.summary.startswith("Error: the crate is bent")
