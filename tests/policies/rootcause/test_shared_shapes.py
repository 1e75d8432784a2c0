"""Forms that most tools share: a failing check with its reason, a complaint with its place, mere counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure
from policies.rootcause.place_class import class_at
from policies.rootcause.tallies import is_tally
from policies.rootcause.vague import is_vague

CAUSES = [
    (
        "zt run\n[FAIL] basket / total\n   want: 42\n   got: 41\n1 failed\n",
        "want: 42",
        "test_failure",
    ),
    (
        "1 failing\n\n  1) basket\n       sums up:\n     ShelfError: expected 3 to be 4\n",
        "expected 3 to be 4",
        "test_failure",
    ),
    ("basket_total ... FAILED\n  5 did not equal 4\nFailed: 1\n", "did not equal", "test_failure"),
    ("src/a.zork:3:9: error: unknown identifier 'crate'\nbuild failed\n", "crate", "compile_error"),
    ("docs/a.md:3 Bare link to the shelf (no-bare-links)\n1 issue\n", "Bare link", "lint"),
    (
        "shelf.css\n  1:5  ✗  Empty block  block-no-empty\n\n1 problem (1 error)\n",
        "Empty block",
        "lint",
    ),
    ('File "a.v", line 2, characters 8-12:\nError: The crate zork is unknown.\n', "crate", None),
    (
        "[1] docs/a.yaml:3:5 at #/paths\n\nEvery crate needs an owner here.\n",
        "needs an owner",
        None,
    ),
    ("H013 1:0 Image without a label.\nLinted 1 file, found 1 error.\n", "without a label", "lint"),
    ("shelf.js: line 2, col 9, Missing a crate here.\n", "Missing a crate", None),
    ("[zt] Fatal Error (CLI):\n[zt] crate 7 is lost\n", "crate 7 is lost", None),
    ("Deploying\nError:\nThe shelf key is spent\n", "shelf key is spent", None),
    ("[12:00:05 PM] [zt] › ✘  ENOSHELF Cannot push the crate.\n", "ENOSHELF", None),
    (
        "12:00:01    ERROR - GECKO(11) | ==12==ERROR: AddressSanitizer: heap-use-after-free on a\n"
        "12:00:02    ERROR - TEST-UNEXPECTED-FAIL | a.html | application terminated with exit code 1\n",
        "heap-use-after-free",
        "signal_crash",
    ),
    ("[FAIL]\ntest_shelf\nwant: 2\nhave: 3\n", "want: 2", "test_failure"),
]
TALLIES = ["2 passed, 1 failed in 0.31s", "Some tests failed.", "| Errors | 1 |"]
TOLD = ["2 shelves failed", "got 0x4 != 0x5, failed", "unexpected crate", "passed: 3"]


@pytest.mark.parametrize(("log", "words", "found"), CAUSES)
def test_a_form_that_tools_share_is_read(
    cause: Callable[[str], Failure], log: str, words: str, found: str | None
) -> None:
    failure = cause(log)
    assert words in failure.summary
    assert failure.confidence is not Confidence.HIGH or found == "signal_crash"
    assert found in (None, failure.failure_class.value)


@pytest.mark.parametrize("line", TALLIES)
def test_mere_counts_are_told_apart(line: str) -> None:
    assert is_tally(line.lower())


@pytest.mark.parametrize("line", TOLD)
def test_a_line_that_names_a_thing_is_no_count(line: str) -> None:
    assert not is_tally(line.lower())


@pytest.mark.parametrize(
    ("line", "vague"),
    [
        ("failed to update packages.", True),
        ("rake aborted!", True),
        ("failed to update packages: no crate 'a' in the shelf", False),
        ("error: unknown crate `a`", False),
    ],
)
def test_words_that_leave_the_reason_open(line: str, vague: bool) -> None:
    assert is_vague(line) is vague


@pytest.mark.parametrize(
    ("file", "said", "found"),
    [
        ("a.yaml", "error: mapping values are not allowed", "config_error"),
        ("a.ts", "Type 'a' is not assignable to type 'b'", "type_error"),
        ("a.c", "fatal error: zork.h: No such file or directory", "missing_dependency"),
        ("tests/test_a.py", "error: assertion failed", "test_failure"),
        ("a.py", "E501 line too long", "lint"),
        ("a.nim", "Error: undeclared identifier: 'a'", "compile_error"),
    ],
)
def test_the_class_of_a_complaint(file: str, said: str, found: str) -> None:
    told = class_at(file, file.rpartition(".")[2], said, is_error="rror" in said)
    assert told is not None
    assert told.value == found


def test_of_a_failing_test_without_a_reason_the_reason_elsewhere_is_the_cause(
    cause: Callable[[str], Failure],
) -> None:
    log = "--- FAIL: TestShelf (0.00s)\nFAIL\n"
    assert cause(log).confidence is not Confidence.HIGH
    assert "9 crates" in cause(f"[FAIL] shelf: expected 8 but got 9 crates\n{log}").summary
