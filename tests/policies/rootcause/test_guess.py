"""The class of a line that no format and no signature knows: by what must be done about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

TABLE = [
    # a library, a header, a tool, a version that is not there
    ("Library not loaded: @rpath/libshelf.3.dylib", "missing_dependency"),
    ("Could not load shared library shelf.so", "missing_dependency"),
    ("fatal error: shelf.h: No such file or directory", "missing_dependency"),
    ("pack: error: the 'crate' binary is required but was not found in PATH", "missing_dependency"),
    ("The package shelf 1.2 conflicts with crate 3.4", "missing_dependency"),
    ("error: cannot find a shelf installation", "missing_dependency"),
    ("ERROR:  Could not find a valid gem 'shelf' (>= 0) in any repository", "missing_dependency"),
    # settings, options, names
    ("Failed to parse shelf.toml: expected a table at line 3", "config_error"),
    ("error: invalid value 'quick' for '--speed <SPEED>'", "config_error"),
    ("cannot open file '.shelfrc'", "config_error"),
    ("no such service: web", "config_error"),
    ("error: hash mismatch: expected sha256-aaa but got sha256-bbb", "config_error"),
    ("error Your lockfile needs to be updated, but shelf was run with `--frozen`", "config_error"),
    ("Could not find a JavaScript runtime.", "missing_dependency"),
    (
        'error shelf@1.0.0: The engine "node" is incompatible with this module.',
        "missing_dependency",
    ),
    ("An error occurred (ThrottlingException) when calling Put: Rate exceeded", "rate_limit"),
    ("ERROR: (shelf.deploy) PERMISSION_DENIED: The caller may not", "auth"),
    ("Request failed with status code 403", "auth"),
    ("hunk #1 FAILED at 3.", "merge_conflict"),
    ("bundle size 312 kB exceeds the limit of 300 kB", "lint"),
    # what a server answered, or did not
    ("server replied: 401", "auth"),
    ("upstream answered 502", "network"),
    ("unexpected EOF while downloading layer", "network"),
    ("404 Not Found: https://example.org/shelf-1.2.tar.gz", "network"),
    ("upload failed: cannot connect to shelf.example.org", "network"),
    # ends
    ("process exited on signal 11", "signal_crash"),
    ("the step took longer than 30 minutes and was stopped", "timeout"),
    # checkers
    ("name[missing]: All tasks should be named.", "lint"),
    ('a.proto:3:1:Package name "shelf" should be suffixed with a version.', "lint"),
    (
        "a.rb:3: Expected `String` but found `Integer(1)` for `x` https://srb.help/7002",
        "type_error",
    ),
    ("Error: expected argument #1 to 'f' to be String, not Int32", "type_error"),
]


@pytest.mark.parametrize(("line", "found"), TABLE)
def test_the_class_says_what_must_be_done(
    cause: Callable[[str], Failure], line: str, found: str
) -> None:
    failure = cause(line)
    assert failure.failure_class.value == found
    assert failure.summary.startswith(" ".join(line.split()))


@pytest.mark.parametrize(
    "log",
    [
        "AssertionError: 403 != 200 : Forbidden",
        "AssertionError: expected 'ECONNREFUSED' to equal 'ok'",
        'Expected "permission denied" to be "ok"',
        "Expected status 200 but got 500",
        "not ok 4 - says 'no space left on device' when the disk is full",
        '✕ shows "permission denied" to guests (5 ms)\n  expect(received).toBe(expected)',
        "FAIL: test_timeout_is_told (test_shelf.T)\nAssertionError: 'timeout' != 'timed out'",
    ],
)
def test_what_a_test_only_speaks_of_has_befallen_nobody(
    cause: Callable[[str], Failure], log: str
) -> None:
    assert cause(log).failure_class.value == "test_failure"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Error: checksum mismatch for shelf.tar.gz: expected abc1 but got def4", "config_error"),
        ('Expected ";" but found "shelf"', "compile_error"),
        ('SyntaxError: Expected "," but got "}"', "compile_error"),
        ("Expected shelf to be there but got connection refused at 127.0.0.1:80", "network"),
    ],
)
def test_what_compares_no_values_is_no_test_s_own(
    cause: Callable[[str], Failure], line: str, found: str
) -> None:
    assert cause(line).failure_class.value == found


def test_a_failed_test_that_says_why_is_not_sure_to_be_of_the_network(
    cause: Callable[[str], Failure],
) -> None:
    failure = cause("Error: expected status 200 but got 503 from https://example.org/shelf")
    assert failure.confidence is not Confidence.HIGH
