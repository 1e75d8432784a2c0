"""CI systems' logs: what is taken off a line, which step failed, and what only looks like a failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure
from policies.rootcause.clean import clean
from policies.rootcause.finding import Line
from policies.rootcause.noise import is_harmless
from policies.rootcause.regions import regions_of
from policies.rootcause.relayed import as_printed
from policies.rootcause.wrapping import is_wrapper

CLEANED = [
    ("2026-07-30T02:38:33.8740364Z a.c:3:5: error: x", "a.c:3:5: error: x"),
    ("\ufeff2026-07-30T02:38:33.8740364Z a", "a"),
    ("build\tRun make\t2026-07-30T02:38:33.8740364Z a", "a"),
    ("2026-07-30T02:38:33.123456Z 00O a", "a"),
    ("2026-07-30T02:38:33.123456Z 01E a", "a"),
    ("section_start:1560896352:script\r\x1b[0K$ make", "$ make"),
    ("travis_fold:start:install\r\x1b[0Kmake", "make"),
    ("travis_time:end:0a1b:start=1,finish=2,duration=3\r\x1b[0Kdone", "done"),
    ("\x1b_bk;t=1690000000000\x07a", "a"),
    ("_bk;t=1690000000000\x07a", "a"),
    ("[2026-07-30T02:38:33.874Z] a", "a"),
    ("[02:38:33] a", "a"),
    ("02:38:33  a", "a"),
    ("9:38:33 PM: a", "a"),
    ("12:38:33 PM:   a", "  a"),
    ("02:38:33.874\ta", "a"),
    ("2026-07-30T02:38:33.874000Z\t▲  a", "a"),
    ("2026-07-30T02:38:33.874000Z\t▲ a", "a"),
    ("[INSTALL_DEPENDENCIES] npm ERR! a", "npm ERR! a"),
    ("[RUN_GRADLEW] [stderr] a", "a"),
    ("02:38:33.874  \ta", "a"),
    ("Jul 3 02:38:33 PM  a", "a"),
    ("[02:38:33][Step 1/2] a", "a"),
    ("error\t30-Jul-2026 02:38:33\ta", "a"),
    ("2026-07-30T02:38:33.874Z [WARNING]: npm ERR! a", "npm ERR! a"),
    ("2026-07-30T02:38:33.874Z [WARNING]: a", "[WARNING]: a"),
    ("[WARNING]: /srv/a.sh: line 3: a", "/srv/a.sh: line 3: a"),
    (" " * 33 + "npm ERR! a", "npm ERR! a"),
    (" " * 33 + "a", " " * 33 + "a"),
    ("[err]  npm ERR! a", "npm ERR! a"),
    ("[02:38:33]W:\t a", "\t a"),
    ("[task 2026-07-30T02:38:33.874Z] 02:38:33     INFO -  a", "a"),
    ("2026/07/30 02:38:33 a", "a"),
    ("app-db-1  | a", "a"),
    ("worker_2 | a", "a"),
    ("#12 0.345 a", "a"),
    ("Step #3: a", "a"),
    ("2026-07-30T02:38:33.123456789Z stderr F a", "a"),
    ("[Container] 2026/07/30 02:38:33.123456 a", "a"),
    ("[build : unit-tests] a", "a"),
    ("[  +50 ms] a", "a"),
    ("[+1,250 ms] [        ] a", "a"),
    ("[ ] a", "[ ] a"),
    ("02:38:33 web.1  | a", "a"),
    ("[2026-07-30, 02:38:33 UTC] {frob.py:94} INFO - 02:38:33  a", "a"),
    ("[2026-07-30 02:38:33,081] {{frob.py:94}} ERROR - a", "ERROR - a"),
    ("==> crate-1: a", "a"),
    ("==> Error: a", "==> Error: a"),
    ('Step #1 - "prepare": a', "a"),
    ("#12 ERROR: a", "ERROR: a"),
    ("[gw3] a", "a"),
    ("[  812.345678] a", "a"),
    ("Jul 30 02:38:33 host app[42]: a", "a"),
    ("packages/core build: a", "a"),
    ("@acme/core:build: a", "a"),
    ("02:38:33.874 | a", "a"),
    ('Step #4 - "UI_BUILD": a', "a"),
    ("Step #1: [builder] a", "a"),
    ("2026-07-30T02:38:33.874000+00:00 app[web.1]: a", "a"),
    ("2026-07-30T02:38:33.874000+00:00 heroku[router]: a", "a"),
    ("remote:        npm ERR! a", "npm ERR! a"),
    ("\x1b[31;1mred\x1b[0m\x1b(B plain\x1b]0;title\x07", "red plain"),
    ("[36;1mmake all[0m", "make all"),
    ("\u2190[1;38;2;255;250;241;48;2;255;56;139mERROR\u2190[m a\u2190[0m", "ERROR a"),
    ("  1%\r 50%\r100%\rdone", "done"),
    ("a\x00b\x08", "ab"),
    ("<https://ci.example.org/job/x/ws/src/a.c>:3:5: error: x", "src/a.c:3:5: error: x"),
]


@pytest.mark.parametrize(("raw", "text"), CLEANED)
def test_what_stands_before_a_line_is_taken_off(raw: str, text: str) -> None:
    assert clean(raw) == text


@pytest.mark.parametrize(
    "text",
    [
        "see issue #12 for more",
        "main.c:3: a[5m] is wrong",
        "src/a.ts(3,7): error TS2322: x",
        "12 | let x = 1",
        "http://example.org:80/x",
        "rate(x[5m])",
    ],
)
def test_what_is_no_prefix_stays(text: str) -> None:
    assert clean(text) == text


STEPS = """\
##[group]Run make deps
make deps
##[endgroup]
dep.c:1:1: error: optional part left out
##[group]Run ./check.sh
echo "ERROR: never printed"
if ! ./check; then exit 1; fi
##[endgroup]
Widgets must be sorted, these are not
##[error]Process completed with exit code 1.
##[group]Run upload
##[endgroup]
Error: Cannot find module 'uploader'
Post job cleanup.
fatal: not a git repository"""

GITLAB = """\
Executing "step_script" stage of the job script
$ make check
sum.c:3:5: error: 'x' undeclared
make: *** [sum.o] Error 1
Running after_script
cp: cannot stat 'report.xml': No such file or directory
Uploading artifacts for failed job
ERROR: No files to upload
Cleaning up project directory and file based variables
ERROR: Job failed: exit code 2"""

TRAVIS = """\
$ npm install
npm error code ERESOLVE
The command "npm install" exited with 0.
$ make
a.c:3:5: error: 'x' undeclared
The command "make" exited with 2.
cache: Failed to download cache
Done. Your build exited with 1."""

AZURE = """\
##[section]Starting: Build
Script contents:
echo "##[error] never"
========================== Starting Command Output ===========================
A.cs(12,5): error CS0103: The name 'frob' does not exist
##[error]Bash exited with code '1'.
##[section]Finishing: Build
##[error]No test result files matching '**/*.trx' were found."""


@pytest.mark.parametrize(
    ("log", "summary"),
    [
        (STEPS, "Widgets must be sorted, these are not"),
        (GITLAB, "sum.c:3:5: error: 'x' undeclared"),
        (TRAVIS, "a.c:3:5: error: 'x' undeclared"),
        (AZURE, "A.cs(12,5): error CS0103: The name 'frob' does not exist"),
    ],
)
def test_the_step_that_failed_holds_the_cause(
    cause: Callable[[str], Failure], log: str, summary: str
) -> None:
    assert cause(log).summary == summary


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "The job running on runner X has exceeded the maximum execution time of 360 minutes.",
            "timeout",
        ),
        ("ERROR: Job failed: execution took longer than 1h0m0s seconds", "timeout"),
        (
            "No output has been received in the last 10m0s, this indicates a stalled build",
            "timeout",
        ),
        ("Too long with no output (exceeded 10m0s): context deadline exceeded", "timeout"),
        ("Cancelling nested steps due to timeout", "timeout"),
        ("The hosted runner: X lost communication with the server.", "signal_crash"),
        ("##[error]The runner has received a shutdown signal.", "signal_crash"),
        ("##[error]The operation was canceled.", "unknown"),
        (
            "##[error]Unable to resolve action `acme/frob@v9`, unable to find version `v9`",
            "config_error",
        ),
        ("##[error]Input required and not supplied: token", "config_error"),
        ("##[error]Resource not accessible by integration", "auth"),
        ("WorkflowScript: 12: expecting '}', found '' @ line 12", "config_error"),
        (
            "##[error]Dependencies lock file is not found in /w. Supported file patterns: x",
            "config_error",
        ),
        ("##[error]Unable to locate executable file: frob. Please verify", "missing_dependency"),
    ],
)
def test_a_ci_systems_own_words_are_known(
    cause: Callable[[str], Failure], line: str, found: str
) -> None:
    failure = cause(line)
    assert failure.failure_class.value == found
    assert failure.summary in line


@pytest.mark.parametrize(
    ("log", "summary"),
    [
        ("error: cannot lock the door\nexit status 3", "error: cannot lock the door"),
        ("FATAL: no store\nfailed to open page\nfailed to start", "FATAL: no store"),
        (
            "worker failed\nstore.LockError: held by 12\nworker failed",
            "store.LockError: held by 12",
        ),
        (
            "@@ -1,2 +1,2 @@\n-raise Error('x')\n+fail()\n \nerror: the files differ",
            "error: the files differ",
        ),
        ("2026-07-30 02:38:33 ERROR - cannot mount the share", "cannot mount the share"),
        ('time="x" level=fatal msg="no such bucket"', 'time="x" level=fatal msg="no such bucket"'),
        (
            "curl: (56) reset\nRetrying in 3 s\n" + "ok\n" * 16 + "error: bad widget",
            "curl: (56) reset",
        ),
    ],
)
def test_words_alone_find_a_cause(cause: Callable[[str], Failure], log: str, summary: str) -> None:
    failure = cause(log)
    assert summary in failure.summary
    assert failure.confidence in (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def test_regions_are_found_in_one_pass_over_many_tests() -> None:
    lines = [
        Line(n, f"=== RUN   Test{n}" if n % 2 else f"--- PASS: Test{n - 1} (0.00s)")
        for n in range(1, 4_001)
    ]
    regions = regions_of(lines)
    assert len(regions.passed) == 2_000
    assert regions.ends is None
    assert regions.doubt(3) == 0


@pytest.mark.parametrize(
    ("log", "replay"),
    [
        ("$ make check\na.c:3:5: error: 'x' undeclared", ("make check",)),
        (
            "+ cargo build --locked\nerror: no matching package named `frob` found",
            ("cargo build --locked",),
        ),
        (
            "##[group]Run make all\nmake all\nshell: /bin/bash -e {0}\n##[endgroup]\na.c:3:5: error: x",
            ("make all",),
        ),
        ("##[group]Run make a\nmake a\nmake b\nshell: x\n##[endgroup]\na.c:3:5: error: x", ()),
        ("##[group]Run actions/checkout@v4\nwith:\n##[endgroup]\nfatal: no such remote", ()),
        ("$ curl -H API_KEY=abc x\na.c:3:5: error: x", ()),
        ("$ make a\nok\n+ V=3\n+ echo hi\na.c:3:5: error: x", ("make a",)),
        ("a.c:3:5: error: x\n$ make late", ()),
        ("$ make a NPM_TOKEN_X=ghp_abcdefghijklmnopqrstuvwxyz0123456789\na.c:3:5: error: x", ()),
        ("$ make a KEY=[redacted]\na.c:3:5: error: x", ()),
        ("$ curl https://me:hunter22@example.org/x\na.c:3:5: error: x", ()),
        ("+ make $(reboot) 'a b' x;y\na.c:3:5: error: x", ("make '$(reboot)' 'a b' 'x;y'",)),
        ("+ make -C $'a\\nb' all\na.c:3:5: error: x", ()),
        ("$ make a\n$ make 'half a\na.c:3:5: error: x", ("make a",)),
    ],
)
def test_the_command_that_the_log_shows_is_the_replay(
    cause: Callable[[str], Failure], log: str, replay: tuple[str, ...]
) -> None:
    assert cause(log).replay == replay


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("##[error]Process completed with exit code 137.", "out_of_memory"),
        ("ERROR: Job failed: exit code 139", "signal_crash"),
        ("make: *** [Makefile:5: all] Error 124", "timeout"),
        ("The command '/bin/sh -c x' returned a non-zero code: 134", "signal_crash"),
        ("make: *** [Makefile:5: frobs] Error 2", "compile_error"),
        ("executor failed running [/bin/sh -c x]: exit code: 1", "unknown"),
    ],
)
def test_a_wrapper_is_better_than_nothing(
    cause: Callable[[str], Failure], line: str, found: str
) -> None:
    failure = cause(line)
    assert (failure.failure_class.value, failure.confidence) == (found, Confidence.LOW)
    assert failure.summary in line


PUSHED = """
remote: Building source:
remote:
remote: -----> Frob app detected
remote: -----> Build
remote:        Running build
remote:
remote:        > shop@1.0.0 build
remote:        > webpack
remote:
remote:        ERROR in ./src/cart.js 3:0-28
remote:        Module not found: Error: Can't resolve './shelf' in '/tmp/b/src'
remote:
remote:  !     Push rejected, failed to compile the app.
To https://git.example.org/shop.git
 ! [remote rejected] main -> main (pre-receive hook declined)
error: failed to push some refs to 'https://git.example.org/shop.git'"""
REFUSED = "\n".join(["remote: error: GH006: Protected branch", *["remote: - a rule"] * 12])


def test_a_build_behind_a_push_is_read_as_its_tools_printed_it(
    cause: Callable[[str], Failure],
) -> None:
    failure = cause(PUSHED)
    assert (failure.failure_class.value, failure.confidence) == ("compile_error", Confidence.HIGH)
    assert "Can't resolve './shelf'" in failure.summary


def test_what_a_hook_says_in_many_lines_stays_the_servers(cause: Callable[[str], Failure]) -> None:
    failure = cause(
        f"{REFUSED}\n ! [remote rejected] main -> main (protected branch hook declined)"
    )
    assert (failure.failure_class.value, "GH006" in failure.summary) == ("git_error", True)


CLOCKED = """
 > [3/4] RUN npm ci:
0.812 npm ERR! code ERESOLVE
0.815 npm ERR! ERESOLVE could not resolve
0.815 npm ERR!
10.02 npm ERR! While resolving: shelf@1.0.0
------
ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1"""


def test_the_clock_of_a_boxed_step_is_not_its_tool_s(cause: Callable[[str], Failure]) -> None:
    failure = cause(CLOCKED)
    assert (failure.failure_class.value, failure.confidence) == (
        "missing_dependency",
        Confidence.HIGH,
    )
    assert failure.summary.startswith("ERESOLVE could not resolve")


def test_numbers_that_go_back_are_no_clock() -> None:
    table = [Line(n, text) for n, text in enumerate(("0.812 a", "0.411 b", "0.900 c"), 1)]
    assert as_printed(table) == table


def test_what_stands_behind_a_bar_is_read_as_it_was_printed() -> None:
    log = [Line(n, f"| {text}") for n, text in enumerate(("a", "  b: error", "c"), 1)]
    assert [line.text for line in as_printed(log)] == ["a", "  b: error", "c"]


def test_a_table_is_left_as_it_is() -> None:
    table = [Line(n, f"| {text} |") for n, text in enumerate(("name", "a", "b"), 1)]
    assert as_printed(table) == table


@pytest.mark.parametrize(
    ("ending", "is_known"),
    [
        ('Stage "Deploy" skipped due to earlier failure(s)', is_harmless),
        ("Aborting on container exit...", is_wrapper),
    ],
)
def test_what_was_stopped_or_skipped_then_is_no_cause(
    cause: Callable[[str], Failure], ending: str, is_known: Callable[[str], bool]
) -> None:
    assert is_known(ending.lower())
    assert cause(f"the zone is gone\n{ending}").summary != ending
