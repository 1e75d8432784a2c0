"""Go: build, modules, vet, linters, tests, panics, races."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

CASES: list[tuple[str, str, str, str]] = [
    ("# example.org/inv\n./b.go:3:11: undefined: frob", "compile_error", "undefined: frob", ""),
    (
        "b.go:2:8: no required module provides package example.org/frob; to add it:",
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "b.go:2:8: package frob is not in std (/usr/lib/go/src/frob)",
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "go: go.mod file not found in current directory or any parent directory",
        "config_error",
        "go.mod",
        "",
    ),
    (
        "go: errors parsing go.mod:\n/w/go.mod:3: unknown directive: frob",
        "config_error",
        "go.mod",
        "",
    ),
    (
        'go: example.org/a@v1: Get "https://example.org/a": dial tcp: lookup example.org: no such host',
        "network",
        "no such host",
        "",
    ),
    ("./b.go:3:2: fmt.Printf format %d has arg x of wrong type string", "lint", "Printf", ""),
    ("a.go:9:2: ineffectual assignment to x (ineffassign)", "lint", "ineffectual", ""),
    (
        "=== RUN   TestOk\n    a_test.go:3: error: harmless\n--- PASS: TestOk (0.00s)\n"
        "=== RUN   TestAdd\n    a_test.go:4: got 3, want 4\n--- FAIL: TestAdd (0.00s)\nFAIL\nexit status 1",
        "test_failure",
        "TestAdd: a_test.go:4: got 3, want 4",
        "go test -run '^TestAdd$' ./...",
    ),
    (
        "--- FAIL: TestSub (0.00s)\n    --- FAIL: TestSub/neg (0.00s)\n        a_test.go:5: cannot be so\n"
        "FAIL\nFAIL\texample.org/inv\t0.01s",
        "test_failure",
        "TestSub/neg",
        "go test -run '^TestSub$/^neg$' ./...",
    ),
    (
        "--- FAIL: TestSum (0.00s)\n    sum_test.go:12: \n        \tError Trace:\tsum_test.go:12\n"
        "        \tError:      \tNot equal: \n        \t            \texpected: 4\n"
        "        \t            \tactual  : 3\n        \tTest:       \tTestSum",
        "test_failure",
        "Not equal",
        "go test -run '^TestSum$' ./...",
    ),
    (
        '{"Time":"2026-11-26T16:47:22Z","Action":"output","Package":"p","Test":"TestAdd",'
        '"Output":"--- FAIL: TestAdd (0.00s)\\n"}\n'
        '{"Time":"2026-11-26T16:47:22Z","Action":"output","Package":"p","Test":"TestAdd",'
        '"Output":"    a_test.go:4: got 3\\n"}',
        "test_failure",
        "a_test.go:4: got 3",
        "go test -run '^TestAdd$' ./...",
    ),
    (
        "panic: test timed out after 2s\n\trunning tests:\n\t\tTestHang (2s)\n\ngoroutine 17 [running]:",
        "test_timeout",
        "TestHang",
        "go test -run '^TestHang$' ./...",
    ),
    (
        "--- FAIL: TestP (0.00s)\npanic: runtime error: index out of range [3] with length 0 [recovered]\n"
        "\tpanic: runtime error: index out of range\n\ngoroutine 11 [running]:",
        "test_failure",
        "index out of range [3]",
        "",
    ),
    (
        "==================\nWARNING: DATA RACE\nRead at 0x00 by goroutine 8:\n",
        "test_failure",
        "RACE",
        "",
    ),
    (
        "starting\nfatal error: concurrent map writes\n\ngoroutine 23 [running]:\nmain.main.func1()\n",
        "test_failure",
        "concurrent map writes",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


def test_tests_that_run_at_once_take_turns_to_speak(cause: Callable[[str], Failure]) -> None:
    """A test that waited while another one failed has not said what that one said."""
    log = (
        "=== RUN   TestWaits\n=== PAUSE TestWaits\n=== RUN   TestHits\n==================\n"
        "WARNING: DATA RACE\nRead at 0x00c000130e38 by goroutine 8:\n"
        "  example.org/a.TestHits.func1()\n      /w/a_test.go:13 +0x30\n==================\n"
        "    testing.go:1319: race detected during execution of test\n--- FAIL: TestHits (0.00s)\n"
        "=== CONT  TestWaits\n--- PASS: TestWaits (0.00s)\nFAIL\nFAIL\texample.org/a\t0.133s\n"
    )
    assert cause(log).summary == "WARNING: DATA RACE"


def test_what_a_passing_test_says_in_its_turns_is_no_cause(cause: Callable[[str], Failure]) -> None:
    said = "panic: frob\n\ngoroutine 7 [running]:\nmain.frob()\n"
    log = (
        f"=== RUN   TestA\n=== RUN   TestA/part\n{said}=== PAUSE TestA/part\n=== CONT  TestA/part\n{said}"
        "--- PASS: TestA (0.00s)\n    --- PASS: TestA/part (0.00s)\n"
        f"=== RUN   TestC\n=== PAUSE TestC\n=== CONT  TestC\n{said}--- PASS: TestC (0.00s)\n"
        "=== RUN   TestB\n    b_test.go:9: want 3, got 4\n--- FAIL: TestB (0.00s)\nFAIL\n"
    )
    assert "want 3, got 4" in cause(log).summary


def test_a_test_that_ran_beside_others_is_told_what_it_said_itself(
    cause: Callable[[str], Failure],
) -> None:
    log = (
        "=== RUN   TestSum\n=== RUN   TestSum/a\n=== PAUSE TestSum/a\n=== RUN   TestSum/b\n"
        "=== PAUSE TestSum/b\n=== CONT  TestSum/a\n=== CONT  TestSum/b\n    s_test.go:7: loading\n"
        "=== NAME  TestSum/a\n    s_test.go:7: loading\n    s_test.go:9: total = 3, want 4\n"
        "--- FAIL: TestSum (0.00s)\n    --- FAIL: TestSum/a (0.00s)\n    --- PASS: TestSum/b (0.00s)\n"
        "FAIL\nFAIL\texample.org/a\t0.003s\n"
    )
    assert cause(log).summary == "TestSum/a: s_test.go:9: total = 3, want 4"


def test_what_a_test_logged_before_it_failed_is_not_why(cause: Callable[[str], Failure]) -> None:
    log = (
        "--- FAIL: TestSum (0.00s)\n    s_test.go:7: loading the table\n    s_test.go:9: total = 3, want 4\n"
        "FAIL\nFAIL\texample.org/a\t0.003s\n"
    )
    assert cause(log).summary == "TestSum: s_test.go:9: total = 3, want 4"
    log = log.replace("total = 3, want 4", "3 of 4")
    assert cause(log).summary == "TestSum: s_test.go:7: loading the table"
