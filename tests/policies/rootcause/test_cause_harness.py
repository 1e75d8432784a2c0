"""Mozilla's harnesses, buildbot, and runners whose verdict and reason stand on different lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

STAMP = "[task 2024-05-06T10:11:12.345Z] 10:11:12"
CASES: list[tuple[str, str, str, str]] = [
    (
        f"{STAMP}     INFO - TEST-START | dom/a.html\n"
        f'{STAMP}     INFO - TEST-UNEXPECTED-FAIL | dom/a.html | colour is right - got "a", expected "b"\n'
        f"{STAMP}     INFO - 2 INFO Failed: 1\n{STAMP}    ERROR - Return code: 1",
        "test_failure",
        'dom/a.html | colour is right - got "a"',
        "",
    ),
    (
        "10:11:12     INFO -  Assertion failure: mRoot, at /b/Tree.cpp:7\n"
        "10:11:12    ERROR -  TEST-UNEXPECTED-FAIL | a/b.html | application terminated with exit code 11\n"
        "10:11:13     INFO -  PROCESS-CRASH | application crashed [@ Tree::Walk] | a/b.html\n"
        "10:11:13     INFO -  Crash reason:  SIGSEGV / SEGV_MAPERR",
        "signal_crash",
        "[@ Tree::Walk]",
        "",
    ),
    (
        "10:11:12  WARNING -  TEST-UNEXPECTED-TIMEOUT | /x/y.html | expected OK",
        "test_timeout",
        "/x/y.html",
        "",
    ),
    (
        "10:11:12    ERROR -  3:09.87 /b/Elem.cpp:7:9: error: no member named 'mRoot' in 'Elem'\n"
        "10:11:12    ERROR -  3:10.01 make[4]: *** [Elem.o] Error 1",
        "compile_error",
        "no member named 'mRoot'",
        "",
    ),
    (
        "10:11:12     INFO - PID 77 | ==9==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n"
        "10:11:12     INFO - TEST-INFO | x",
        "signal_crash",
        "heap-use-after-free",
        "",
    ),
    (
        "10:11:12    ERROR - Automation Error: emulator did not boot within 300 seconds\n"
        "10:11:12    FATAL - Running post_fatal callback...\n10:11:12    FATAL - Exiting 4",
        "unknown",
        "emulator did not boot",
        "",
    ),
    (
        "========= Started run (results: 0, elapsed: 1 secs) =========\n"
        "command timed out: 900 seconds without output, attempting to kill\n"
        "process killed by signal 9\nprogram finished with exit code -1\n"
        "========= Finished run failed (results: 2, elapsed: 15 mins) =========",
        "timeout",
        "900 seconds without output",
        "",
    ),
    ("[taskcluster:error] Task timeout after 3600 seconds. Force killing.", "timeout", "3600", ""),
    ("abort: uncommitted changes", "git_error", "uncommitted", ""),
    (
        "1/2 z:a   OK     0.01s\n2/2 z:sum   FAIL     0.02s   exit status 1\n――――――\nstderr:\n"
        "tax was 21, wanted 19\n――――――\nSummary of Failures:",
        "test_failure",
        "z:sum: tax was 21",
        "meson test sum",
    ),
    (
        "    # adds_up: EXPECTATION FAILED at lib/a_test.c:3\n    Expected sum == 5, but\n"
        "[FAILED] adds_up",
        "test_failure",
        "adds_up: Expected sum == 5",
        "",
    ),
    (
        "sum: Test Failed at /w/runtests.jl:6\n  Expression: f(2) == 5\n   Evaluated: 4 == 5\n"
        "ERROR: LoadError: Some tests did not pass: 1 passed, 1 failed.",
        "test_failure",
        "sum: Evaluated: 4 == 5",
        "",
    ),
    (
        "00:01 +1 -1: adds up [E]\n  Expected: <5>\n    Actual: <4>\n00:02 +1 -1: Some tests failed.",
        "test_failure",
        "adds up: Expected: <5>",
        "",
    ),
    (
        "Transfer Works      | FAIL |\nThe balance is wrong: 40 != 42\n-----------\nT   | FAIL |\n"
        "2 tests, 1 passed, 1 failed",
        "test_failure",
        "Transfer Works: The balance is wrong",
        "",
    ),
    (
        "PASS: a\nFAIL: tests/sum\n# FAIL:  1\nTestsuite summary for z 1.0\nSee ./test-suite.log",
        "test_failure",
        "FAIL: tests/sum",
        "",
    ),
    (
        "##teamcity[testFailed name='x.SumTest.adds' message='expected |'3|' but was |'4|'']\n"
        "Process exited with code 1",
        "test_failure",
        "x.SumTest.adds: expected '3' but was '4'",
        "",
    ),
    (
        'TASK [write config] ***\nfatal: [h1]: FAILED! => {"changed": false, '
        '"msg": "Destination directory /no/such does not exist"}\nPLAY RECAP',
        "config_error",
        "write config: Destination directory",
        "",
    ),
    (
        'Error: Reference to undeclared input variable\n\n  on m.tf line 2, in output "x":\n'
        '   2:   value = var.zork\n\nAn input variable with the name "zork" has not been declared.',
        "config_error",
        "undeclared input variable An input variable",
        "",
    ),
    (
        "LibMambaUnsatisfiableError: Encountered problems while solving:\n"
        "  - nothing provides requested zork 9.*\n",
        "missing_dependency",
        "nothing provides requested zork",
        "",
    ),
    (
        "Error in f(1) : column 'price' is missing\nCalls: f\nExecution halted",
        "unknown",
        "column 'price' is missing",
        "",
    ),
    (
        'Warning  Failed  44s  kubelet  Failed to pull image "r/app:v9": not found\n'
        'error: deployment "app" exceeded its progress deadline',
        "missing_dependency",
        "Failed to pull image",
        "",
    ),
    (
        "[ RUN      ] adds\n[  ERROR   ] --- 0x4 != 0x5\n[   LINE   ] --- a.c:7: error: Failure!\n"
        "[  FAILED  ] adds",
        "test_failure",
        "0x4 != 0x5",
        "",
    ),
    (
        "\x1b[1;31mASSERT:\x1b[0msum expected:<5> but was:<4>\n"
        "shunit2:ERROR testAdds() returned non-zero return code.",
        "test_failure",
        "sum expected:<5>",
        "",
    ),
    (
        "╷\n│ Warning: Unable to open CLI configuration file\n│\n"
        '│ The CLI configuration file at "/x/.rc" does not exist.\n╵\nError: No seats left\n',
        "unknown",
        "No seats left",
        "",
    ),
    ("L:   1 | P:  10 | CP01 | Keywords must be consistently upper case.", "lint", "CP01", ""),
    ("Kernel panic - not syncing: VFS: Unable to mount root fs", "signal_crash", "root fs", ""),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_says(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


def test_an_ignored_task_told_in_yaml_is_no_cause(
    reads: Callable[[str, str, str, str], None],
) -> None:
    result = "  cmd: frob\n  msg: {}\n  rc: 1\n  stderr: ''\n"
    ignored = f"fatal: [h1]: FAILED! => changed=true \n{result.format('soft')}...ignoring\n"
    log = f"{ignored}fatal: [h1]: FAILED! => changed=true \n{result.format('hard')}PLAY RECAP"
    reads(log, "unknown", "hard", "")


def test_an_ignored_task_is_no_cause(reads: Callable[[str, str, str, str], None]) -> None:
    ignored = 'fatal: [h1]: FAILED! => {"msg": "soft"}\n...ignoring\n'
    reads(f'{ignored}fatal: [h1]: FAILED! => {{"msg": "hard"}}\nPLAY RECAP', "unknown", "hard", "")
