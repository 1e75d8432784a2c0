"""The cause in tools' own output: small logs of each kind, with the noise that surrounds them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.failure import (
    LINES_LIMIT,
    SUMMARY_LIMIT_CHARS,
    Confidence,
    Failure,
    FailureClass,
    StopReason,
)
from policies.rootcause import Hints, diagnose, shape
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[2] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
NOISE = ["[03:00:00.1] lint docs/errors.md ... ok", "INFO error budget: 8 failures left"]
ENDING = ["[03:00:09.1] teardown: removed tmp", "ERROR: check failed, see log above (exit code 1)"]

PYTEST = """\
=================================== FAILURES ===================================
_________________________________ test_add[3] __________________________________

    def test_add(a):
>       assert add(a, 1) == 5
E       assert 4 == 5

tests/test_sum.py:5: AssertionError
=========================== short test summary info ============================
FAILED tests/test_sum.py::test_add[3] - assert 4 == 5
========================= 1 failed, 9 passed in 0.10s =========================="""
CHAINED = """\
Traceback (most recent call last):
  File "a.py", line 3, in load
    return raw["url"]
KeyError: 'url'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "a.py", line 9, in <module>
    load()
RuntimeError: cannot start"""
UNITTEST = """\
======================================================================
FAIL: test_total (tests.test_inv.InventoryTest)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "tests/test_inv.py", line 5, in test_total
    self.assertEqual(8, 7)
AssertionError: 8 != 7

----------------------------------------------------------------------
Ran 3 tests in 0.001s

FAILED (failures=1)"""
JEST = """\
  ● cart › adds a line

    expect(received).toBe(expected)

    Expected: 3
    Received: -1

      at Object.toBe (test/cart.test.js:8:21)

Tests:       1 failed, 4 passed, 5 total"""
NODE = """\
TypeError: fetch failed
    at node:internal/deps/undici/undici:13510:13
    at async main (file:///srv/app/index.mjs:3:1) {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
      at TCPConnectWrap.afterConnect (node:net:1611:16) {
    code: 'ECONNREFUSED',
  }
}"""
RUST = """\
error[E0308]: mismatched types
 --> src/lib.rs:4:5
  |
4 |     "x"
  |     ^^^ expected `i32`, found `&str`

error: could not compile `inv` (lib) due to 1 previous error"""
GO = """\
--- FAIL: TestRounding (0.00s)
    round_test.go:9: got 4, want 5
FAIL
FAIL\texample.org/inv\t0.002s"""

TABLE: list[tuple[str, str, str, str]] = [
    (
        PYTEST,
        "test_failure",
        "test_add[3] - assert 4 == 5",
        "pytest 'tests/test_sum.py::test_add[3]'",
    ),
    (CHAINED, "unknown", "KeyError: 'url'", ""),
    (
        UNITTEST,
        "test_failure",
        "test_total",
        "python -m unittest tests.test_inv.InventoryTest.test_total",
    ),
    (JEST, "test_failure", "cart › adds a line", ""),
    (NODE, "network", "ECONNREFUSED", ""),
    (RUST, "compile_error", "error[E0308]: mismatched types", ""),
    (GO, "test_failure", "TestRounding", "go test -run '^TestRounding$' ./..."),
    (
        "src/a.c:3:5: error: 'x' undeclared\nmake: *** [a.o] Error 1",
        "compile_error",
        "undeclared",
        "",
    ),
    ("src/a.py:4: error: Incompatible types  [assignment]", "type_error", "Incompatible", ""),
    ("src/a.ts(3,7): error TS2322: Type 'string' is not", "type_error", "TS2322", ""),
    ("src/a.py:1:8: F401 [*] `os` imported but unused", "lint", "F401", ""),
    ("  3:10  error  'undefinedThing' is not defined  no-undef", "lint", "no-undef", ""),
    ("npm error code ERESOLVE\nnpm error A complete log", "missing_dependency", "ERESOLVE", ""),
    ("bash: line 1: frobnicate: command not found", "missing_dependency", "frobnicate", ""),
    ("OSError: [Errno 28] No space left on device", "disk_full", "No space left", ""),
    ("make: *** [Makefile:2: test] Segmentation fault", "signal_crash", "Segmentation", ""),
    ("Out of memory: Killed process 42 (node)", "out_of_memory", "Out of memory", ""),
    ("CONFLICT (content): Merge conflict in a.py", "merge_conflict", "CONFLICT", ""),
    (" ! [rejected] main -> main (fetch first)\nhint: fetch", "git_error", "[rejected]", ""),
    ("##[error]The action 'Test' has timed out after 360 minutes.", "timeout", "360 minutes", ""),
]


def said(text: str, **more: Any) -> Failure:
    lines = [*NOISE, *text.split("\n"), *ENDING]
    return diagnose(lines, Hints(now=NOW, **({"exit_code": 1} | more)), SIGNATURES)


@pytest.mark.parametrize(("text", "found", "words", "replay"), TABLE)
def test_the_cause_is_found_among_noise(text: str, found: str, words: str, replay: str) -> None:
    failure = said(text)
    assert (failure.failure_class.value, words in failure.summary) == (found, True), failure
    assert failure.replay == ((replay,) if replay else ())
    assert not failure.agents_own


@pytest.mark.parametrize(("text", "found", "words", "replay"), TABLE)
def test_another_night_gives_the_same_fingerprint(
    text: str, found: str, words: str, replay: str
) -> None:
    first = said(text)
    lines = [f"2026-07-30T02:38:33.8740364Z {line}" for line in [*NOISE * 3, *text.split("\n")]]
    other = diagnose(lines, Hints(exit_code=1, now=NOW), SIGNATURES)
    assert other.fingerprint == first.fingerprint
    assert other.line_numbers == tuple(n + 4 for n in first.line_numbers)


def test_two_different_causes_of_the_table_never_share_a_fingerprint() -> None:
    assert len({said(text).fingerprint for text, *_ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("lines", "exit_code", "summary", "found"),
    [
        ([], 7, "exit 7 and no output", "unknown"),
        (["hello"], 1, "exit 1; last: hello", "unknown"),
        ([], -9, "ended by SIGKILL and no output", "signal_crash"),
        ([], 139, "ended by SIGSEGV and no output", "signal_crash"),
        (
            [],
            127,
            "exit 127: a command was not found or cannot be run and no output",
            "missing_dependency",
        ),
        (["# nightcrew agent=x", "# nightcrew exit 7 error"], 7, "exit 7 and no output", "unknown"),
    ],
)
def test_where_no_line_says_why_nothing_is_made_up(
    lines: list[str], exit_code: int, summary: str, found: str
) -> None:
    failure = diagnose(lines, Hints(agent="sh", exit_code=exit_code, now=NOW), SIGNATURES)
    assert (failure.summary, failure.failure_class.value) == (summary, found)
    assert failure.confidence is Confidence.LOW


def test_an_unknown_way_to_fail_is_one_by_agent_exit_code_and_last_progress() -> None:
    def seen(agent: str, code: int, line: str) -> str:
        hints = Hints(agent=agent, exit_code=code, now=NOW, last_progress=line)
        return diagnose([line], hints, SIGNATURES).fingerprint

    assert seen("sh", 7, "step 1 of 9") == seen("sh", 7, "step 4 of 9")
    assert len({seen("sh", 7, "a"), seen("sh", 8, "a"), seen("sh", 7, "b"), seen("x", 7, "a")}) == 4


def test_a_time_out_is_its_own_cause_unless_the_log_ends_with_one() -> None:
    hints = Hints(stopped_because=StopReason.PROGRESS, exit_code=143, now=NOW)
    still = diagnose(["loading", "waiting for lock"], hints, SIGNATURES)
    assert still.failure_class is FailureClass.TIMEOUT
    assert still.summary == "no progress for too long; last: waiting for lock"
    full = diagnose(["loading", "write: No space left on device"], hints, SIGNATURES)
    assert full.failure_class is FailureClass.DISK_FULL


def test_exit_0_of_a_tool_is_a_success() -> None:
    failure = diagnose(["1 passed", "error path covered"], Hints(exit_code=0, now=NOW), SIGNATURES)
    assert failure.failure_class is FailureClass.SUCCESS
    assert failure.lines == ()


def test_lines_of_a_passing_log_are_no_cause() -> None:
    lines = ["error: cannot reach telemetry (12 ms)", "cannot frobnicate the index"]
    passing = frozenset({shape("error: cannot reach telemetry (94 ms)")})
    hints = Hints(exit_code=1, now=NOW)
    assert diagnose(lines, hints, SIGNATURES, passing).summary == "cannot frobnicate the index"


@given(st.lists(st.text(max_size=300), max_size=60), st.none() | st.integers(-15, 255))
def test_any_text_gets_a_bounded_answer(lines: list[str], exit_code: int | None) -> None:
    failure = diagnose(lines, Hints(exit_code=exit_code, now=NOW), SIGNATURES)
    assert len(failure.summary) <= SUMMARY_LIMIT_CHARS
    assert "\n" not in failure.summary
    assert len(failure.lines) == len(failure.line_numbers) <= LINES_LIMIT
    assert failure == diagnose(lines, Hints(exit_code=exit_code, now=NOW), SIGNATURES)
