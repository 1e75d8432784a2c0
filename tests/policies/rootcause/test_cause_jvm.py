"""The JVM: javac, kotlinc, scalac, Maven, Gradle, sbt, exceptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

CASES: list[tuple[str, str, str, str]] = [
    (
        "src/App.java:8: error: cannot find symbol\n    frob();\n    ^\n  symbol:   method frob()\n1 error",
        "compile_error",
        "cannot find symbol",
        "",
    ),
    (
        "[INFO] Compiling\n[ERROR] COMPILATION ERROR : \n[ERROR] /w/src/App.java:[8,20] cannot find symbol\n"
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.8.1:compile "
        "(default-compile) on project app: Compilation failure\n[ERROR] -> [Help 1]",
        "compile_error",
        "App.java:[8,20] cannot find symbol",
        "",
    ),
    ("e: file:///w/src/App.kt:3:5 Unresolved reference: frob", "compile_error", "Unresolved", ""),
    ("e: /w/src/App.kt: (3, 5): Unresolved reference: frob", "compile_error", "Unresolved", ""),
    ("[error] /w/src/App.scala:12:5: not found: value frob", "compile_error", "not found", ""),
    ("-- [E006] Not Found Error: src/App.scala:3:5 ------------", "compile_error", "Not Found", ""),
    ("error: release version 99 not supported", "config_error", "99", ""),
    (
        'Exception in thread "main" java.lang.RuntimeException: cannot start\n\tat App.f(App.java:1)\n'
        "Caused by: java.lang.IllegalStateException: no region set\n\tat App.g(App.java:2)\n\t... 1 more",
        "config_error",
        "no region set",
        "",
    ),
    (
        "java.lang.OutOfMemoryError: Java heap space\n\tat App.f(App.java:1)",
        "out_of_memory",
        "heap",
        "",
    ),
    (
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE! - in g.SumTest\n"
        "[ERROR] g.SumTest.adds -- Time elapsed: 0.010 s <<< FAILURE!\n"
        "org.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n\tat "
        "g.SumTest.adds(SumTest.java:9)\n"
        "[ERROR] Failures: \n[ERROR]   SumTest.adds:9 expected: <4> but was: <3>\n"
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.0.0:test "
        "(default-test) on project app: There are test failures.",
        "test_failure",
        "expected: <4> but was: <3>",
        "mvn test -Dtest='SumTest#adds'",
    ),
    (
        "adds(g.SumTest)  Time elapsed: 0.01 sec  <<< FAILURE!\n"
        "org.junit.ComparisonFailure: expected:<4> but was:<3>\n\tat org.junit.Assert.fail(Assert.java:9)\n"
        "\nFailed tests:\n  adds(g.SumTest): expected:<4> but was:<3>\n\nTests run: 1, Failures: 1",
        "test_failure",
        "SumTest.adds",
        "mvn test -Dtest='SumTest#adds'",
    ),
    (
        "[INFO] Running g.LogTest\njava.io.IOException: broken pipe, on purpose\n\tat g.Log.f(Log.java:3)\n"
        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in g.LogTest\n"
        "[ERROR] Failures: \n[ERROR]   SumTest.adds:9 expected: <4> but was: <3>",
        "test_failure",
        "SumTest.adds",
        "mvn test -Dtest='SumTest#adds'",
    ),
    (
        "[ERROR] Failed to execute goal on project app: Could not resolve dependencies "
        "for project g:app:jar:1: "
        "Could not find artifact g:lib:jar:2 in central (https://example.org) -> [Help 1]",
        "missing_dependency",
        "g:lib:jar:2",
        "",
    ),
    (
        "[ERROR] Failed to execute goal on project app: Could not resolve dependencies "
        "for project g:app:jar:1: "
        "Could not transfer artifact g:lib:pom:2 from/to central (https://example.org): Connection refused",
        "network",
        "Connection refused",
        "",
    ),
    (
        "[ERROR] Rule 0: org.apache.maven.plugins.enforcer.RequireJavaVersion failed with message:\n"
        "Detected JDK Version: 11 is not in the allowed range 17.",
        "config_error",
        "Detected JDK Version",
        "",
    ),
    (
        '[ERROR] Unknown lifecycle phase "frob". You must specify -> [Help 1]',
        "config_error",
        "frob",
        "",
    ),
    (
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-checkstyle-plugin:3.1:check "
        "(x) on project app: You have 3 Checkstyle violations. -> [Help 1]",
        "lint",
        "You have 3 Checkstyle violations.",
        "",
    ),
    (
        "> Task :compileJava FAILED\n/w/src/App.java:8: error: ';' expected\n1 error\n\n"
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\n"
        "Execution failed for task ':compileJava'.\n> Compilation failed; see the compiler error output for "
        "details.\n\n* Try:\n> Run with --stacktrace",
        "compile_error",
        "';' expected",
        "",
    ),
    (
        "SumTest > adds() FAILED\n    org.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n"
        "        at app//g.SumTest.adds(SumTest.java:9)\n\n2 tests completed, 1 failed\n\n"
        "* What went wrong:\nExecution failed for task ':test'.\n> There were failing tests. See the report",
        "test_failure",
        "expected: <4> but was: <3>",
        "gradle test --tests '*SumTest.adds'",
    ),
    (
        "* What went wrong:\nExecution failed for task ':app:compile'.\n"
        "> Could not resolve all files for configuration ':app:rt'.\n   > Could not find g:lib:2.\n"
        "     Searched in the following locations:\n       - https://example.org/g/lib\n\n* Try:",
        "missing_dependency",
        "Could not find g:lib:2.",
        "",
    ),
    (
        "* What went wrong:\nCould not resolve all files for configuration ':rt'.\n> "
        "Could not resolve g:lib:2.\n"
        "   > Could not GET 'https://example.org/lib.pom'. Received status code 502 "
        "from server: Bad Gateway\n",
        "network",
        "502",
        "",
    ),
    (
        "* What went wrong:\nA problem occurred evaluating root project 'app'.\n"
        "> Could not find method frob() for arguments [x] on root project\n\n* Try:",
        "config_error",
        "Could not find method frob()",
        "",
    ),
    (
        "[info] SumSpec:\n[info] - should add *** FAILED ***\n[info]   3 did not equal 4 (SumSpec.scala:9)\n"
        "[error] Failed tests:\n[error] \tg.SumSpec",
        "test_failure",
        "3 did not equal 4",
        "",
    ),
    (
        "[error] (update) sbt.librarymanagement.ResolveException: Error downloading g:lib:9",
        "missing_dependency",
        "g:lib:9",
        "",
    ),
    (
        "src/App.java:339:\tUnusedField:\tAvoid unused fields\n> Task :pmdMain FAILED\n\n* What went wrong:\n"
        "Execution failed for task ':pmdMain'.\n> A failure occurred while executing x.PmdAction\n"
        "   > 1 PMD rule violations were found. See the report at: file:///w/main.html\n",
        "lint",
        "UnusedField",
        "",
    ),
    (
        "> Task :app:configureFrob FAILED\n"
        "error Failed to install the app. Command failed with exit code 1: ./gradlew app:installDebug "
        "FAILURE: Build failed with an exception. * What went wrong: Execution failed for task "
        "':app:configureFrob'. > [FRB14] Could not find Crate on PATH. * Try: > Run with --stacktrace",
        "missing_dependency",
        "[FRB14] Could not find Crate on PATH.",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


LOGGED = (
    "10:00:01.123 [main] WARN  c.a.Shelf - no crate yet\njava.lang.IllegalStateException: shelf is cold\n"
    "\tat c.a.Shelf.open(Shelf.java:1)\n\tat c.a.Main.main(Main.java:3)\n"
)
WENT_ON = "10:00:02.123 [main] INFO  c.a.Main - 12 crates sold\n"


def test_an_exception_that_a_program_logged_and_survived_is_not_why_a_later_one_failed(
    cause: Callable[[str], Failure],
) -> None:
    later = "ledger: total of March differs from the crates"
    assert cause(f"{LOGGED}{WENT_ON}{later}").summary == later
    assert "shelf is cold" in cause(f"{LOGGED}{WENT_ON}").summary
    assert "shelf is cold" in cause(f"{LOGGED}{later}").summary


@pytest.mark.parametrize(
    "end",
    [
        "> Task :bootRun FAILED\n\nFAILURE: Build failed with an exception.\n\n* What went wrong:\n"
        "Execution failed for task ':bootRun'.\n"
        "> Process 'command '/usr/bin/java'' finished with non-zero exit value 1",
        "npm ERR! code ELIFECYCLE\nnpm ERR! Exit status 1",
        "+ docker stop shelf\nshelf",
    ],
)
def test_what_only_says_that_the_program_ended_is_no_later_failure(
    cause: Callable[[str], Failure], end: str
) -> None:
    assert "shelf is cold" in cause(f"{LOGGED}{WENT_ON}{end}").summary


def test_what_javac_warns_of_is_no_error(cause: Callable[[str], Failure]) -> None:
    warned = "src/Lamp.java:438: warning: [removal] AccessControlException in java.security is deprecated"
    failed = "a.b.LampTest > is_lit FAILED\n    org.junit.ComparisonFailure: expected:<[en]> but was:<[EN]>"
    assert "is_lit" in cause(f"{warned}\n1 warning\n:test\n\n{failed}").summary
