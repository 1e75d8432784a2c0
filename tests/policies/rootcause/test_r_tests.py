"""R's test runner: the three layouts of testthat, and what is sure when only its verdict is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

OLD = """> test_check("crates")
1. Failure (at test_weight.R#12): weights add up --------------------------------
total(crate) not equal to 9
1/1 mismatches (average diff: 2)
First 1:
 pos x y diff
   1 7 9   -2

testthat results ================================================================
OK: 8 SKIPPED: 0 FAILED: 1
1. Failure (at test_weight.R#12): weights add up

Error: testthat unit tests failed
Execution halted"""
NAMED = """── 1. Failure: weights add up (@test-weight.R#12)  ──────────────────────────────
total(crate) not equal to 9.
1/1 mismatches

══ testthat results  ═══════════════════════════════════════════════════════════
1. Failure: weights add up (@test-weight.R#12)

Error: testthat unit tests failed
Execution halted"""
PLACED = """══ Failed tests ════════════════════════════════════════════════════════════════
── Error ('test-weight.R:5:3'): weights load ───────────────────────────────────
Error in `read_crate("nine")`: no crate called nine
Backtrace:
    ▆
 1. └─crates::read_crate("nine") at test-weight.R:5:3

[ FAIL 1 | WARN 0 | SKIP 0 | PASS 8 ]
Error: Test failures
Execution halted"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (OLD, "weights add up: total(crate) not equal to 9"),
        (NAMED, "weights add up: total(crate) not equal to 9."),
        (PLACED, 'weights load: Error in `read_crate("nine")`: no crate called nine'),
    ],
)
def test_a_failing_test_is_named_with_its_message(
    reads: Callable[[str, str, str, str], None], log: str, words: str
) -> None:
    reads(log, "test_failure", words, "")


def test_one_failure_is_one_cause_wherever_the_test_stands_in_its_file(
    cause: Callable[[str], Failure],
) -> None:
    assert cause(OLD).fingerprint == cause(OLD.replace("#12", "#31")).fingerprint


def test_a_verdict_without_a_reason_is_not_sure(cause: Callable[[str], Failure]) -> None:
    log = "  Running the tests in tests/crates.R failed.\nError: crates tests failed\nExecution halted"
    assert cause(log).confidence is not Confidence.HIGH
