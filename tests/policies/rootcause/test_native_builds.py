"""Builds of native packages: C's unit tests, automake's logs of them, Debian's and rpm's tools."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

CASES: list[tuple[str, str, str]] = [
    (
        " 3/19 Test  #3: q_test ...........***Failed    0.01 sec\nq_test.c:12:test_push:PASS\n"
        "q_test.c:31:test_pop:FAIL: Expected 3 Was 4\n\n2 Tests 1 Failures 0 Ignored \nFAIL\n\n"
        "The following tests FAILED:\n\t  3 - q_test (Failed)\nErrors while running CTest",
        "test_failure",
        "test_pop:FAIL: Expected 3 Was 4",
    ),
    (
        "50%: Checks: 2, Failures: 1, Errors: 0\n"
        "q_check.c:41:F:Core:test_open:0: Assertion 'open(q) == 5' failed: open(q) == 1, 5 == 5\n"
        "FAIL: q_check",
        "test_failure",
        "open(q) == 1, 5 == 5",
    ),
    (
        "q_check.c:52:E:Limits:test_big:0: (after this point) Received signal 11 (Segmentation fault)",
        "signal_crash",
        "test_big:0: (after this point) Received signal 11",
    ),
    (
        "q_check.c:52:E:Limits:test_slow:0: (after this point) Test timeout expired",
        "test_timeout",
        "test_slow",
    ),
    (
        "q.cpp:30: error: Failure in TEST(Queue, Pop)\n\texpected <3>\n\tbut was  <4>\n\n.\n"
        "Errors (1 failures, 2 tests, 2 ran, 3 checks, 0 ignored, 0 filtered out, 1 ms)",
        "test_failure",
        "TEST(Queue, Pop): expected <3> but was",
    ),
    (
        "..F.\nmain.cpp:18:Assertion\nTest name: QueueTest::testPop\nequality assertion failed\n"
        "- Expected: 3\n- Actual  : 4\n\nFailures !!!",
        "test_failure",
        "main.cpp:18:Assertion: equality assertion failed - Expected: 3",
    ),
    (
        "!!!FAILURES!!!\n1) test: QueueTest::testPop (F) line: 18 main.cpp\nequality assertion failed\n"
        "- Expected: 3\n- Actual  : 4\n",
        "test_failure",
        "QueueTest::testPop (F) line: 18 main.cpp: equality assertion failed",
    ),
    (
        "y.y:20.10-14: error: symbol 'EXPRR' is used, but is not defined as a token and has no rules\n"
        "   20 |   | EXPR EXPRR\nmake: *** [Makefile:9: y.c] Error 1",
        "compile_error",
        "EXPRR",
    ),
    (
        "FAIL: t_close\nFAIL: t_sum\n"
        + "=" * 60
        + "\nTestsuite summary for frob 1.0\n"
        + "=" * 60
        + "\n"
        "FAIL: t_close\n=============\n\nopening ... ok\nclosing: expected 0 but got 4\n"
        "FAIL t_close (exit status: 1)",
        "test_failure",
        "t_close: closing: expected 0 but got 4",
    ),
    (
        "Run check 001: help text... pass\nRun check 002: test of fonts... **fail**\n"
        "Run check 003: colours... pass\nRun check 004: test of lines... **fail**\n\n"
        " 2 tests failed. See check.log for details\nmake: *** [Makefile:108: check] Error 1",
        "test_failure",
        "002: test of fonts... **fail**",
    ),
    (
        "q.c:5:6: error: Array 'b[4]' accessed at index 4, which is out of bounds. [arrayIndexOutOfBounds]",
        "lint",
        "out of bounds",
    ),
    (
        "dh_missing: warning: usr/lib/frob.so exists in debian/tmp but is not installed to anywhere\n"
        "dh_missing: error: missing files, aborting\nmake: *** [debian/rules:7: binary] Error 255\n"
        "dpkg-buildpackage: error: debian/rules binary subprocess returned exit status 2",
        "config_error",
        "usr/lib/frob.so exists in debian/tmp",
    ),
    (
        "dpkg-gensymbols: error: some symbols or patterns disappeared in the symbols file: see diff below\n"
        "dh_makeshlibs: error: failing due to earlier errors\n"
        "make: *** [debian/rules:4: binary] Error 255",
        "config_error",
        "symbols or patterns disappeared",
    ),
    (
        "make[1]: *** No rule to make target `check'.  Stop.\n"
        "make: *** [debian/rules:9: build] Error 2\n"
        "dpkg-buildpackage: error: debian/rules build gave error exit status 2",
        "config_error",
        "No rule to make target",
    ),
    (
        "dpkg-checkbuilddeps: error: Unmet build dependencies: libfrob-dev (>= 2)\n"
        "dpkg-buildpackage: warning: build dependencies/conflicts unsatisfied; aborting",
        "missing_dependency",
        "libfrob-dev",
    ),
    (
        "patching file src/q.c\nHunk #1 FAILED at 12.\n1 out of 2 hunks FAILED -- rejects in file src/q.c\n"
        "Patch fix-q.patch does not apply (enforce with -f)",
        "merge_conflict",
        "src/q.c: Hunk #1 FAILED",
    ),
    (
        "error: File not found: /root/rpmbuild/BUILDROOT/frob-1-1.x86_64/usr/share/frob/a\n\n\n"
        "RPM build errors:\n    File not found: /root/rpmbuild/BUILDROOT/frob-1-1.x86_64/usr/share/frob/a",
        "config_error",
        "usr/share/frob/a",
    ),
    (
        "lto1: fatal error: bytecode stream in file 'a.o' generated with LTO version 11.3 instead of 12.0\n"
        "compilation terminated.\nlto-wrapper: fatal error: gcc returned 1 exit status\n"
        "/usr/bin/ld: error: lto-wrapper failed\ncollect2: error: ld returned 1 exit status",
        "unknown",
        "bytecode stream",
    ),
    (
        "checking for frob... no\nchecking the version of frob... configure: error: frob 2.0 is required",
        "missing_dependency",
        "frob 2.0 is required",
    ),
    (
        "failed minimum line coverage (got 55.2%, minimum 80.0%)\nmake: *** [Makefile:8: cov] Error 2",
        "lint",
        "got 55.2%",
    ),
    (
        "q.c: In function 'test_timeouts_of_failed_calls':\nq.c:5:7: note: declared here\n"
        "Store #9 is not empty, test can not continue",
        "test_failure",
        "Store #9 is not empty",
    ),
    (
        "mkdir: cannot create directory ‘src/q’: File exists\n"
        "[Pipeline] }\n[Pipeline] // stage\n[Pipeline] stage\n[Pipeline] { (Publish)\n"
        'Stage "Publish" skipped due to earlier failure(s)\n'
        "[Pipeline] }\n[Pipeline] // stage\nERROR: script returned exit code 1\nFinished: FAILURE",
        "unknown",
        "cannot create directory",
    ),
]


@pytest.mark.parametrize(("log", "found", "words"), CASES)
def test_says_why_a_native_build_failed(
    log: str, found: str, words: str, cause: Callable[[str], Failure]
) -> None:
    failure = cause(log)
    assert (failure.failure_class.value, words in failure.summary) == (found, True), failure


LINK = "{}undefined reference to `area'\ncollect2: error: ld returned 1 exit status"
FULL = "/tmp/cc{}.s: Fatal error: can't write 37 bytes to section .text of q.o: 'No space left on device'"
GLIB = "# random seed: {}\nnot ok /q/pop - ERROR:q.c:17:pop: assertion failed (3 == 4)"
LEAK = """==7== 5 bytes in {} blocks are definitely lost in loss record {} of 9
==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
==7==    by 0x10B851: {} (q.c:{})
==7==
==7== ERROR SUMMARY: 2 errors from 2 contexts (suppressed: 0 from 0)"""
REJECTED = (
    "patching file q.c\nHunk #1 FAILED at 1.\n1 out of 1 hunk FAILED\n"
    "dpkg-source: error: LC_ALL=C patch -t -F 0 -N -p1 -u --reject-file=- < frob.orig.{}/debian/patches/{} "
    "subprocess returned exit status 1"
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (LINK.format("/usr/bin/ld: ../.libs/libq.so: "), LINK.format(": ../.libs/libq.so: "), True),
        (LINK.format("a.c:7: "), LINK.format("a.c:7: ").replace("area", "size"), False),
        (FULL.format("yxaglA"), FULL.format("OZbpvc"), True),
        (LEAK.format(5, 1, "q_add", 12), LEAK.format(7, 2, "q_add", 14), True),
        (LEAK.format(5, 1, "q_add", 12), LEAK.format(5, 1, "q_pop", 12), False),
        ("configure: error: no frob", "checking for frob... configure: error: no frob", True),
        (GLIB.format("R02S77"), GLIB.format("R02Sfe"), True),
        (REJECTED.format("abCDef", "a.patch"), REJECTED.format("Xy12zq", "a.patch"), True),
        (REJECTED.format("abCDef", "a.patch"), REJECTED.format("abCDef", "b.patch"), False),
    ],
)
def test_one_native_cause_is_one(
    one: str, other: str, same: bool, cause: Callable[[str], Failure]
) -> None:
    assert (cause(one).fingerprint == cause(other).fingerprint) is same
