"""What looks sure and is not the cause: a wrapper's last words, an announcement, a name without a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import SUMMARY_LIMIT_CHARS, Confidence, Failure

Cause = Callable[[str], Failure]

SSH = "Cloning into 'frob'...\nHost key verification failed.\nfatal: {}"
PLAYWRIGHT = """Running 2 tests using 1 worker

  1) [chromium] › shelf.spec.ts:3:1 › is full ========================

    page.goto: net::ERR_CONNECTION_REFUSED at http://localhost:3000/shelf
    =========================== logs ===========================
    navigating to "http://localhost:3000/shelf", waiting until "load"

  1 failed"""
MAVEN = """[ERROR] Plugin org.frob:frob-plugin:1.2 or one of its dependencies could not be resolved:
[ERROR]     Could not transfer artifact org.frob:frob-plugin:pom:1.2 from/to central \
(https://repo.example.org): status code: 429, reason phrase: Too Many Requests (429)
[ERROR] -> [Help 1]"""
ROBOT = """Shelf                                                       | FAIL |
Suite teardown failed:
Several failures occurred:

1) No lamp is lit

2) No lamp is lit"""
XDIST = """gw0 [10] / gw1 [10]
[gw1] node down: Not properly terminated
fReplacing crashed worker gw1
INTERNALERROR> Traceback (most recent call last):
INTERNALERROR>   File "/w/_pytest/main.py", line 206, in wrap_session
INTERNALERROR> RuntimeError: Unexpectedly no active workers available"""
GRADLE = """g.ShelfTest > initializationError FAILED
    java.lang.ExceptionInInitializerError
        at java.base/java.lang.Thread.run(Thread.java:834)
{}Caused by: java.lang.IllegalStateException: The lamp is not lit
        at g.ShelfTest.<clinit>(ShelfTest.java:45)"""
OOM = """[Thu Dec  7 00:05:15 2017] Out of memory: Killed process 42 (java) total-vm:20kB, anon-rss:46kB
[Thu Dec  7 00:13:22 2017] java invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=-998
[Thu Dec  7 00:13:22 2017] CPU: 9 PID: 14 Comm: java Tainted: G"""
GLOG = """F0524 09:04:15.975416  9945 lamp.cc:152] Check failed: {}
*** Check failure stack trace: ***
    @     0x7f32429400cd  google::LogMessage::Fail()
    @     0x7f3242941f33  google::LogMessage::SendToLog()
    @     0x7f324293fc28  google::LogMessage::Flush()
    @     0x7f3242942999  google::LogMessageFatal::~LogMessageFatal()
    @     0x7f3242e57c72  shelf::Lamp::Light()
    @     0x7f32414f9b97  __libc_start_main
Aborted (core dumped)"""
VAGRANT = """==> default: Waiting for machine to boot. This may take a few minutes...
Timed out while waiting for the machine to boot. This means that
Vagrant was unable to communicate with the guest machine within
the configured ("config.vm.boot_timeout" value) time period.

If you look above, you should be able to see the error(s) that
Vagrant had when attempting to connect to the machine. These errors
are usually good hints as to what may be wrong."""
MTR = """Completed: Failed 2/3128 tests, 99.93% were successful.

Failing test(s): main.shelf main.lamp

The log files in var/log may give you some hint of what went wrong.

If you want to report this error, please read first the documentation"""
JENKINS = """01:15:33  Cannot contact win-11: java.io.IOException: Unexpected termination of the channel
06:09:16  Cancelling nested steps due to timeout"""
HASHES = """-- verifying file...
-- SHA1 hash of
    /home/a/frob-0.23.tar.gz
  does not match expected value
    expected: 'b732407d782459f89950ab52bc0ff9612f3e4be2'
      actual: 'da39a3ee5e6b4b0d3255bfef95601890afd80709'"""
SAID = [
    (SSH.format("Could not read from remote repository."), "auth", "Host key verification failed"),
    (SSH.format("The remote end hung up unexpectedly"), "auth", "Host key verification failed"),
    (PLAYWRIGHT, "network", "is full: page.goto: net::ERR_CONNECTION_REFUSED"),
    (MAVEN, "rate_limit", "could not be resolved: Could not transfer artifact"),
    (ROBOT, "test_failure", "Shelf: No lamp is lit"),
    (XDIST, "signal_crash", "node down"),
    (GRADLE.format("    "), "test_failure", "The lamp is not lit"),
    (GRADLE.format(""), "test_failure", "The lamp is not lit"),
    (OOM, "out_of_memory", "Killed process 42"),
    (GLOG.format("lamp.is_lit() "), "signal_crash", "Check failed: lamp.is_lit()"),
    (
        GLOG.format("error == cudaSuccess (35 vs. 0)  CUDA driver version is insufficient"),
        "missing_dependency",
        "CUDA driver version is insufficient",
    ),
    (VAGRANT, "timeout", "Timed out while waiting for the machine to boot"),
    (MTR, "test_failure", "main.shelf main.lamp"),
    (JENKINS, "network", "Cannot contact win-11"),
    (HASHES, "config_error", "does not match expected value"),
    (
        "ERROR: Job failed: prepare environment: exit code 255. Check https://docs.example.org/shells",
        "config_error",
        "prepare environment",
    ),
    (
        "Agent went offline during the build\nERROR: Connection was broken: java.io.IOException: aborted\n"
        "\tat org.jenkinsci.remoting.nio.Hub.abort(Hub.java:208)\n"
        "Caused by: java.io.IOException: Connection reset by peer",
        "signal_crash",
        "Agent went offline",
    ),
    (
        "[INFO] @frob/shelf: FATAL ERROR: Reached heap limit Allocation failed - "
        "JavaScript heap out of memory\n"
        "[INFO] @frob/shelf:  1: 0xb14d40 node::Abort() [node]",
        "out_of_memory",
        "heap out of memory",
    ),
    (
        "    1.674706904375e+09\tERROR\ttest-env\tunable to start the lamp"
        '\t{"error": "fork/exec /usr/local/bin/lamp: no such file or directory"}',
        "missing_dependency",
        "fork/exec",
    ),
    (
        "g.ShelfTest > opens FAILED\n    org.openqa.selenium.SessionNotCreatedException: session not created:"
        " This version of ChromeDriver only supports Chrome version 90\n",
        "config_error",
        "opens: org.openqa.selenium.SessionNotCreatedException",
    ),
    (
        "FATAL: command execution failed\njava.nio.channels.ClosedChannelException\n"
        "\tat org.jenkinsci.remoting.protocol.impl.ApplicationLayer.onReadClosed(ApplicationLayer.java:208)",
        "network",
        "ClosedChannelException",
    ),
    ("session not created: Chrome failed to start: exited normally.", "config_error", "Chrome"),
]


@pytest.mark.parametrize(("log", "found", "words"), SAID)
def test_what_says_why_is_the_cause(log: str, found: str, words: str, cause: Cause) -> None:
    failure = cause(log)
    assert (failure.failure_class.value, words in failure.summary) == (found, True), failure


@pytest.mark.parametrize(
    "log",
    [
        "[ERROR] Plugin org.frob:frob-plugin:1.2 or one of its dependencies could not be resolved:",
        "  1) [chromium] › shelf.spec.ts:3:1 › is full ======\n\n      3 | test\n\n"
        "Error: expect(received).toBe(expected)",
    ],
)
def test_what_only_announces_or_names_is_not_sure(log: str, cause: Cause) -> None:
    assert cause(log).confidence is not Confidence.HIGH


def test_a_long_name_does_not_hide_the_reason(cause: Cause) -> None:
    name = f"g.ShelfTest > {'lit ' * 40}> {'lamp ' * 8}end"
    summary = cause(f"{name} FAILED\n    g.DarkError: the lamp is not lit\n").summary
    assert (
        summary.startswith("g.ShelfTest > lit") and "end: g.DarkError: the lamp is not" in summary
    )
    assert "…" in summary and len(summary) <= SUMMARY_LIMIT_CHARS


SAME = [
    (
        "2026-01-02 10:00:00,123 - shelf.lamp - ERROR - "
        "fatal: unable to access 'https://x.org/': Empty reply",
        "fatal: unable to access 'https://x.org/': Empty reply",
    ),
    (
        "shelf.lamp - CRITICAL - E: Unable to locate package frob",
        "E: Unable to locate package frob",
    ),
    ("Error: INSTALLATION FAILED: timed out on the lamp", "Error: timed out on the lamp"),
    (
        "Error: API rate limit exceeded for installation. Please include the request ID 5841:12068:2A62.",
        "RequestError [HttpError]: API rate limit exceeded for installation. The request ID 4C32:E66A2:27.",
    ),
    (
        "[!] CDN: trunk Repo update failed - 2 error(s):\nCDN: trunk URL couldn't be downloaded: "
        "https://cdn.example.org/Specs/a/Frob/1.json, error: Net::OpenTimeout",
        "[!] CDN: trunk Repo update failed - 9 error(s):\nCDN: trunk URL couldn't be downloaded: "
        "https://cdn.example.org/Specs/4/Shelf/3.json, error: execution expired",
    ),
    (
        "You're not authorized to run analysis. Please contact the administrator.",
        "[ERROR] Failed to execute goal org.frob:scan-plugin:3.7:scan (default-cli) on project shelf: "
        "You're not authorized to run analysis. Please contact the administrator. -> [Help 1]",
    ),
    (
        "C:\\vcpkg\\vcpkg.targets(161, 5) : warning : error: Failed to download from mirror set",
        "error: Failed to download from mirror set",
    ),
    (
        '    1.674706904375e+09\tERROR\ttest-env\tunable to light the lamp\t{"tries": 1}',
        '2020-12-18T11:33:04.346-0800\tERROR\ttest-env\tunable to light the lamp\t{"tries": 4}',
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_machines_tell_of_one_cause(one: str, other: str, cause: Cause) -> None:
    assert cause(one).fingerprint == cause(other).fingerprint


def test_another_lost_agent_is_another_cause_than_a_channel_that_broke(cause: Cause) -> None:
    broke = "Caused: java.io.IOException: Backing channel 'lamp-1' is disconnected."
    lost = "Cannot contact lamp-1: hudson.remoting.ChannelClosedException: Channel broke"
    assert cause(broke).fingerprint != cause(lost).fingerprint
