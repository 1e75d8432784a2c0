"""Layout tests and the gtest launcher of the browser engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

LAYOUT = """\
Running 3 tests
[1/3] fast/css/negative.html failed unexpectedly (reference mismatch)
[2/3] fetch/keepalive.html failed unexpectedly (test timed out)
[3/3] forms/select.html passed
Retrying 2 unexpected failure(s) ...
[1/2] fast/css/negative.html failed unexpectedly (reference mismatch)
[2/2] fetch/keepalive.html passed
Unexpected flakiness: timeouts (1)"""

CRASH = """\
[ RUN      ] PrefTest.Resets
[711:711:0412/101123.441223:ERROR:pref.cc(210)] Failed to connect to the bus
[       OK ] PrefTest.Resets (3 ms)
[ RUN      ] NavTest.Commits
[711:730:0412/101124.001882:FATAL:nav.cc(512)] Check failed: !pending_.
#0 0x55e0c21be8c9 base::debug::CollectStackTrace()
[2/2] NavTest.Commits (CRASHED)
1 test crashed:
    NavTest.Commits (../../nav_unittest.cc:88)"""


@pytest.mark.parametrize(
    ("log", "found", "words"),
    [
        (LAYOUT, "test_failure", "fast/css/negative.html"),
        (
            LAYOUT.replace("[2/2] fetch/keepalive.html passed", "").replace("fast", "x\nfast"),
            "test_timeout",
            "fetch/keepalive.html",
        ),
        (CRASH, "signal_crash", "Check failed: !pending_."),
        ("[1/9] A.B (2 ms)\n[2/9] NavTest.Commits (CRASHED)", "signal_crash", "NavTest.Commits"),
        ("[1/9] A.B (2 ms)\n[2/9] NavTest.Waits (TIMED OUT)", "test_timeout", "NavTest.Waits"),
    ],
)
def test_browser_tests(log: str, found: str, words: str, cause: Callable[[str], Failure]) -> None:
    failure = cause(log)
    assert (failure.failure_class.value, words in failure.summary) == (found, True), failure


def test_what_passed_when_run_again_is_not_named(cause: Callable[[str], Failure]) -> None:
    assert not any("keepalive.html" in line for line in cause(LAYOUT).lines)


def test_a_build_step_is_no_launched_test(cause: Callable[[str], Failure]) -> None:
    log = "[1/9] CXX obj/nav.o (12 ms)\n[2/9] LINK nav (FAILED)\nnav.cc:3:1: error: expected ';'"
    assert "expected ';'" in cause(log).summary


@pytest.mark.parametrize(
    ("log", "found"),
    [
        ("==12==ERROR: LeakSanitizer: detected memory leaks\nSUMMARY: AddressSanitizer: x", "test_failure"),
        ("==12==ERROR: AddressSanitizer: heap-use-after-free\nSUMMARY: AddressSanitizer: x", "signal_crash"),
        ("Error: listen EADDRINUSE: address already in use :::3000", "config_error"),
        ('Cannot contact agent-7: hudson.remoting.ChannelClosedException: Channel "x" closed', "network"),
    ],
)  # fmt: skip
def test_what_must_be_done(log: str, found: str, cause: Callable[[str], Failure]) -> None:
    assert cause(log).failure_class.value == found
