"""What the runs of ordinary projects print around a cause: deaths by signal, helpers, counts, loggers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

Cause = Callable[[str], Failure]

DEATHS = [
    (
        "running\nERROR: InvocationError for command /w/bin/st run (exited with code -11)\n",
        "signal_crash",
    ),
    ("failed process: Process(`/opt/jl runtests.jl`, ProcessSignaled(6)) [0]", "signal_crash"),
    ("error: compile command failed due to signal 4 (use -v to see invocation)", "signal_crash"),
    (
        "E1106 04:43:02.65 26021 site/torch/api.py:869] failed (exitcode: -9) local_rank: 3",
        "out_of_memory",
    ),
    ("x.CalledProcessError: Command '['a']' died with <Signals.SIGBUS: 7>.", "signal_crash"),
]


@pytest.mark.parametrize(("log", "found"), DEATHS)
def test_a_death_is_told_by_the_signal_itself(cause: Cause, log: str, found: str) -> None:
    assert cause(log).failure_class == found


def test_minus_one_is_no_signal(cause: Cause) -> None:
    assert cause("tool x exited with code -1").failure_class != "signal_crash"


UNITS = [
    ("Main process exited, code=exited, status=203/EXEC", "config_error", True),
    ("Main process exited, code=dumped, status=11/SEGV", "signal_crash", True),
    ("Control process exited, code=exited, status=1/FAILURE", "", False),
    ("Main process exited, code=killed, status=15/TERM", "", False),
    ("Failed with result 'oom-kill'.", "out_of_memory", True),
    ("Failed with result 'exit-code'.", "", False),
]


@pytest.mark.parametrize(("said", "found", "is_known"), UNITS)
def test_systemd_s_manager_says_how_a_unit_ended(
    cause: Cause, said: str, found: str, is_known: bool
) -> None:
    failure = cause(
        "May 23 13:26:01 box systemd[1]: Started Zork.\n"
        f"May 23 13:26:02 box systemd[1]: zork.service: {said}\n"
        "May 23 13:26:02 box systemd[1]: zork.service: Unit entered failed state.\n"
    )
    assert (said.rstrip(".") in failure.summary and failure.failure_class == found) is is_known


STATED = [
    (
        'Exception in thread "main" a.b.JobException: Job aborted: Task 0 in stage 0.0 failed 4 times, '
        "last: worker lost\nDriver stack:\n\tat a.b.C.d(C.scala:3)\n",
        "JobException: Job aborted",
        "",
    ),
    (
        "Error: Q3009\n\nzork found failed migrations in the database, none will be applied.\n\nDone.",
        "found failed migrations",
        "config_error",
    ),
    (
        "ERROR zork.core :: Zork Initialization FAILED\na.b.CheckedException: Validation Failed:\n"
        "     3 change sets check sum\n          m/0.yaml::v1::q was: 8:ad but is now: 8:49\n",
        "3 change sets check sum",
        "",
    ),
    (
        "error: unable to write file d.tif\nerror: external filter git-zork smudge %f failed 2\n"
        "fatal: d.tif: smudge filter zork failed\n",
        "unable to write file d.tif",
        "",
    ),
    (
        "fixed-output derivation produced path '/nix/store/a-b.tar' with sha256 hash '15' instead of the "
        "expected hash '17'\ncannot build derivation '/nix/store/c.drv': 1 dependencies couldn't be built\n",
        "produced path",
        "config_error",
    ),
    (
        "Error: can't find file 'zork'\nUnhandled exception: zork build failed in helper (Exception)\n",
        "can't find file 'zork'",
        "",
    ),
    (
        "z/nimscript.nim(260, 7) Error: unhandled exception: FAILED: nim c tests/a [OSError]\n"
        "command line(1, 2) Error: 'off' expected, but 'usages' found\n"
        "     Error: Exception raised during nimble script execution\n",
        "'off' expected",
        "",
    ),
    (
        "run: error: unexpected errno: 22\n/w/std/debug.zig:561:19: 0x10d819f48 in dumpStack (build)\n",
        "unexpected errno: 22",
        "",
    ),
    (
        "  $ zork test\n  sh: 1: zorkes: not found\n  FAIL: zork c\n",
        "zorkes: not found",
        "missing_dependency",
    ),
    (
        "Run yarn install\n  ➤ YN0000: │    version: 4\n"
        "  ➤ YN0028: │ The lockfile would have been modified by this install, which is forbidden.\n"
        "➤ YN0000: Failed with errors in 0s\n",
        "lockfile would have been modified",
        "config_error",
    ),
    (
        "batch response: This repository is over its data quota.\nfatal: a: smudge filter lfs failed",
        "over its data quota",
        "usage_limit",
    ),
    (
        'Traceback (most recent call last):\n  File "a.py", line 1, in b\nc.CancelledError\n'
        "During handling of the above exception, another exception occurred:\n"
        'Traceback (most recent call last):\n  File "a.py", line 3, in b\nn.DeadKernelError: Kernel died\n',
        "Kernel died",
        "signal_crash",
    ),
    (
        "=================[ ERROR: Zork ]==================\n\ncould not feed the grue 'west'\n",
        "could not feed",
        "",
    ),
]


@pytest.mark.parametrize(("log", "words", "found"), STATED)
def test_the_line_that_says_why_is_the_cause(
    cause: Cause, log: str, words: str, found: str
) -> None:
    failure = cause(log)
    assert words in failure.summary, failure
    assert not found or failure.failure_class == found, failure


CHAINS = [
    (
        "failed to verify tarball\n\nCaused by:\n  Unable to unpack\n\nCaused by:\n  zork input\n",
        "zork input",
    ),
    (
        "SLVR: Could not get versions for zork:\n    | Bad state: no origin\n    |\n"
        "    | package:pub/src/hosted.dart 337       Hosted._throwFriendlyError\n",
        "Bad state: no origin",
    ),
    (
        "ERROR: failed to transfer 'ce' - Resource unreadable, please reduce your request rate\n"
        "ERROR: failed to pull data from the cloud - 2 files failed to download\n",
        "reduce your request rate",
    ),
]


@pytest.mark.parametrize(("log", "words"), CHAINS)
def test_what_only_counts_or_frames_is_not_the_cause(cause: Cause, log: str, words: str) -> None:
    assert words in cause(log).summary


MESON = [
    "m/meson.build:15:0: ERROR: Neither a subproject directory nor a zork.wrap file was found.",
    "m/meson.build:125:8: ERROR: Problem encountered: zorklib is missing, please install it",
]


@pytest.mark.parametrize("said", MESON)
def test_meson_s_own_error_call_may_ask_for_a_library(cause: Cause, said: str) -> None:
    assert cause(said).failure_class == "missing_dependency"


NO_TESTS = [
    "  FAILED: Multiple head revisions are present for given argument 'head'",
    'error - 2025-03-06 13:21:28,392 -- Upload failed: {"message":"Token required"}',
    "\n  × Invalid package dependency graph:\n  ╰─▶ zork depends on itself\n",
]


@pytest.mark.parametrize("log", NO_TESTS)
def test_a_verdict_over_a_sentence_is_no_test(cause: Cause, log: str) -> None:
    assert cause(log).failure_class in ("config_error", "auth")


def test_a_logger_s_clock_is_no_rule_of_a_checker(cause: Cause) -> None:
    failure = cause("E1106 04:43:02.65 26021 site/zork/api.py:869] no grue to feed")
    assert (failure.failure_class == "lint", failure.confidence) != (True, Confidence.HIGH)
