"""Maven's checking plugins, Gradle's long reasons, and the JVM's test runners that stand alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure
from policies.rootcause.wrapping import is_wrapper

GOAL = "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-{} on project app: {} -> [Help 1]"
WRONG = (
    "* What went wrong:\nExecution failed for task ':app:{}'.\n> {}\n\n* Try:\n> Run with --scan"
)

CASES: list[tuple[str, str, str, str]] = [
    (
        "[WARNING] src/App.java:[4,1] (imports) UnusedImports: Unused import.\n"
        "[ERROR] src/App.java:[12] (imports) AvoidStarImport: Using the '.*' form\n"
        + GOAL.format("checkstyle-plugin:3.3:check (x)", "You have 1 Checkstyle violation."),
        "lint",
        "AvoidStarImport",
        "",
    ),
    (
        "[INFO] PMD Failure: g.Feed:57 Rule:EmptyCatchBlock Priority:3 Avoid empty catch blocks.\n"
        + GOAL.format(
            "pmd-plugin:3.14:check (x)", "You have 1 PMD violation. For more details see: x"
        ),
        "lint",
        "EmptyCatchBlock",
        "",
    ),
    (
        "[ERROR] High: Possible null pointer dereference in g.Keys.find(String) [g.Keys] "
        "At Keys.java:[line 71] NP_NULL_ON_SOME_PATH\n"
        + GOAL.format("spotbugs-plugin:4:check (x)", "failed with 1 bugs and 0 errors "),
        "lint",
        "null pointer dereference",
        "",
    ),
    (
        "[WARNING] Rule violated for bundle app: lines covered ratio is 0.71, but expected minimum is 0.80\n"
        + GOAL.format(
            "jacoco:check (x)", "Coverage checks have not been met. See log for details."
        ),
        "lint",
        "ratio is 0.71",
        "",
    ),
    (
        "[WARNING] Files with unapproved licenses:\n  docs/a.puml\n  docs/b.puml\n"
        + GOAL.format("rat:check (x)", "Too many files with unapproved license: 2 See RAT report"),
        "lint",
        "docs/a.puml",
        "",
    ),
    (
        "[ERROR] The following builds failed:\n[ERROR] *  simple/pom.xml\n"
        + GOAL.format("invoker-plugin:1.9:run (x)", "1 build failed. See console output above."),
        "test_failure",
        "simple/pom.xml",
        "",
    ),
    (
        "gpg: no default secret key: No secret key\ngpg: signing failed: No secret key\n"
        + GOAL.format("gpg-plugin:1.6:sign (x)", "Exit code: 2"),
        "auth",
        "No secret key",
        "",
    ),
    (
        "An exception has occurred in the compiler (1.8). Please file a bug at the Java Bug Database.\n"
        "java.lang.IllegalStateException: endPosTable already set\n\tat a.b.C.d(C.java:1)\n"
        + GOAL.format("compiler-plugin:3.3:compile (x)", "Compilation failure"),
        "compile_error",
        "endPosTable already set",
        "",
    ),
    (
        ":compileJava/w/src/App.java:8: error: ';' expected\n1 error\n FAILED\n\n"
        + WRONG.format(
            "compileJava", "Compilation failed; see the compiler error output for details."
        ),
        "compile_error",
        "';' expected",
        "",
    ),
    (
        WRONG.format(
            "processResources",
            "A failure occurred while executing x.TaskAction\n   > Android resource linking failed\n"
            "     ERROR:/w/res/values/styles.xml:14: AAPT: error: style attribute 'attr/x' not found.",
        ),
        "compile_error",
        "style attribute 'attr/x' not found",
        "",
    ),
    (
        WRONG.format(
            "lint",
            "Lint found errors in the project; aborting build.\n  \n"
            "  Lint found 1 errors. First failure:\n  \n"
            "  /w/src/Cam.kt:71: Error: Call requires permission [MissingPermission]",
        ),
        "lint",
        "Call requires permission",
        "",
    ),
    (
        "* What went wrong:\nScript compilation error:\n\n  Line 14:     implementaton(x)\n"
        "               ^ Unresolved reference: implementaton\n\n1 error\n\n* Try:\n",
        "config_error",
        "Unresolved reference: implementaton",
        "",
    ),
    (
        WRONG.format(
            "compileKotlin", "Inconsistent JVM-target compatibility detected for tasks 'a' and 'b'"
        ),
        "config_error",
        "Inconsistent JVM-target",
        "",
    ),
    (
        "    [junit] Testsuite: g.ParserTest\n    [junit] Testcase: testHeader took 0.001 sec\n"
        "    [junit] Testcase: testEscapes took 0.006 sec\n    [junit] \tFAILED\n"
        "    [junit] expected:<a[b]> but was:<a[c]>\n\nBUILD FAILED\n/w/build.xml:61: Some tests failed.",
        "test_failure",
        "ParserTest.testEscapes: expected:<a[b]>",
        "",
    ),
    (
        "Testcase: testEscapes(g.ParserTest):\tFAILED\nexpected:<1> but was:<2>\n\nTest g.ParserTest FAILED",
        "test_failure",
        "ParserTest.testEscapes: expected:<1>",
        "",
    ),
    (
        "JUnit version 4.12\n.E\nTime: 0.01\nThere was 1 failure:\n1) adds(g.SumTest)\n"
        "java.lang.AssertionError: expected:<4> but was:<3>\n\tat g.SumTest.adds(SumTest.java:9)\n\n"
        "FAILURES!!!\nTests run: 2,  Failures: 1",
        "test_failure",
        "SumTest.adds: java.lang.AssertionError: expected:<4>",
        "",
    ),
    (
        "Failures (1):\n  JUnit Jupiter:SumTest:adds()\n    MethodSource [className = 'g.SumTest', "
        "methodName = 'adds', methodParameterTypes = '']\n"
        "    => org.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n\n1 tests failed",
        "test_failure",
        "SumTest.adds: org.opentest4j.AssertionFailedError: expected: <4>",
        "",
    ),
    (
        "PASSED: a\nFAILED: converts\njava.lang.AssertionError: expected [93] but found [100]\n"
        "\tat g.A.b(A.java:5)\n    Default test\n    Tests run: 2, Failures: 1, Skips: 0",
        "test_failure",
        "converts: java.lang.AssertionError: expected [93]",
        "",
    ),
    (
        "FAIL in (parses-dates) (core_test.clj:12)\nexpected: (= 1 (f 2))\n"
        "  actual: (not (= 1 2))\n\n"
        "Ran 2 tests containing 3 assertions.\n1 failures, 0 errors.",
        "test_failure",
        "parses-dates: expected: (= 1 (f 2))",
        "",
    ),
    (
        "[info] ! Codec.roundTrip: Falsified after 21 passed tests.\n[info] > ARG_0: -1\n"
        "[error] Failed tests:\n[error] \tg.Codec",
        "test_failure",
        "Codec.roundTrip",
        "",
    ),
    (
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Time elapsed: 1 s <<< FAILURE! - in g.SumTest\n"
        "[ERROR] adds  Time elapsed: 0.010 s  <<< FAILURE!\n"
        "org.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n\tat g.SumTest.adds(A.java:9)",
        "test_failure",
        "SumTest.adds: org.opentest4j.AssertionFailedError",
        "mvn test -Dtest='SumTest#adds'",
    ),
    (
        "9000 [INFO] Building app\n"
        "14301 [ERROR] Tests run: 9, Failures: 1, Errors: 0 <<< FAILURE! - in g.SumTest\n"
        "14302 [ERROR] adds  Time elapsed: 0.003 s  <<< FAILURE!\n"
        "java.lang.AssertionError: no SLE\n\tat g.A.b(A.java:1)",
        "test_failure",
        "SumTest.adds: java.lang.AssertionError: no SLE",
        "mvn test -Dtest='SumTest#adds'",
    ),
    (
        GOAL.format(
            "javadoc-plugin:2.10:jar (x)", "MavenReportException: Error while generating: "
        ).replace(" -> [Help 1]", "")
        + "\n[ERROR] Exit code: 1 - javadoc: error - The packages are in the unnamed module.\n"
        "[ERROR] Command line was: javadoc @options\n[ERROR] -> [Help 1]",
        "config_error",
        "The packages are in the unnamed module.",
        "",
    ),
    (
        "[ERROR] Failed to execute goal org.flywaydb:flyway-maven-plugin:8.5:migrate (x) on project app: "
        "g.FlywaySqlException: \n[ERROR] Unable to connect: Connection to localhost:5432 refused.\n"
        "[ERROR] -> [Help 1]",
        "network",
        "Connection to localhost:5432 refused",
        "",
    ),
    (
        GOAL.format("surefire-plugin:3.5:test (x)", "").replace(":  -> [Help 1]", ":")
        + "\n[ERROR] \n[ERROR] See target/surefire-reports for the individual test results.\n"
        "[ERROR] There was an error in the forked process\n"
        "[ERROR] TestEngine with ID 'junit-jupiter' failed to discover tests\n[ERROR] -> [Help 1]",
        "test_failure",
        "TestEngine with ID 'junit-jupiter' failed to discover tests",
        "",
    ),
    (
        "[WARNING] Rule 0: org.apache.maven.plugins.enforcer.DependencyConvergence failed with message:\n"
        "Failed while enforcing releasability the error(s) are [\n"
        "Dependency convergence error for g:lib:2.1 paths to dependency are:\n+-g:app:1\n]",
        "config_error",
        "Dependency convergence error for g:lib:2.1",
        "",
    ),
    (
        "Failed tests: \n  testPublish(g.EventTest)\n\nTests run: 4, Failures: 1, Errors: 0, Skipped: 0\n",
        "test_failure",
        "testPublish(g.EventTest)",
        "mvn test -Dtest='EventTest#testPublish'",
    ),
    (
        "* What went wrong:\nConfiguration cache problems found in this build.\n\n1 problem was found.\n"
        "- Task `:stamp`: unsupported.\n\nSee the complete report at file:///w/report.html\n"
        "> Invocation of 'Task.project' by task ':stamp' is unsupported.\n\n* Try:\n> Run with --scan",
        "config_error",
        "Invocation of 'Task.project'",
        "",
    ),
    (
        "e: warnings found and -Werror specified\n"
        + WRONG.format("compileKotlin", "Compilation error. See log for more details"),
        "compile_error",
        "-Werror specified",
        "",
    ),
    (
        "BUILD FAILED\n/w/a.xml:2079: The following error occurred while executing this line:\n"
        "/w/b.xml:48: schema V12 is missing a down migration\n\nTotal time: 21 seconds",
        "config_error",
        "schema V12 is missing a down migration",
        "",
    ),
    (
        'BUILD FAILED\nTarget "dist" does not exist in the project "app". \n\nTotal time: 1 second',
        "config_error",
        'Target "dist"',
        "",
    ),
    (
        "[info] app: found 1 potential binary incompatibilities\n"
        "[error]  * class g.Platform#Enable\n[error]    does not have a correspondent in current version\n"
        '[error]    filter with:\n[error]    ProblemFilters.exclude[MissingClassProblem]("g.Platform")\n'
        "[error] java.lang.RuntimeException: app: Binary compatibility check failed!\n"
        "[error] \tat scala.sys.package$.error(package.scala:30)\n[error] Total time: 11 s",
        "lint",
        "class g.Platform#Enable does not have a correspondent",
        "",
    ),
    (
        "[INFO] Running 'npm run build' in /w/ui\n[INFO] \n"
        "[INFO] src/Login.vue(12,7): error TS2339: Property 'usr' does not exist on type 'Form'.\n"
        "[ERROR] npm ERR! errno 2\n"
        + GOAL.format("frontend:npm (x)", "Failed to run task: 'npm run build' failed."),
        "type_error",
        "TS2339",
        "",
    ),
    (
        "Unrecognized VM option 'MaxPermSize=512m'\nError: Could not create the Java Virtual Machine.\n"
        "Error: A fatal exception has occurred. Program will exit.",
        "config_error",
        "MaxPermSize",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


def test_maven_errors_are_not_those_of_a_bundler(cause: Callable[[str], Failure]) -> None:
    log = (
        "[command]/usr/bin/node --version\n[ERROR] adds  Time elapsed: 0.010 s  <<< FAILURE!\n"
        "java.lang.AssertionError: expected:<4> but was:<3>\n\tat g.SumTest.adds(SumTest.java:9)"
    )
    assert cause(log).failure_class.value == "test_failure"


def test_the_name_of_a_task_is_no_part_of_what_the_compiler_says(
    cause: Callable[[str], Failure],
) -> None:
    failure = cause(":app:compileJava/w/src/App.java:8: error: ';' expected\n1 error\n FAILED")
    assert failure.summary == "/w/src/App.java:8: error: ';' expected"


def test_a_goal_outranks_an_exception_that_was_only_logged(cause: Callable[[str], Failure]) -> None:
    log = (
        "10:01:02 [main] ERROR g.Worker - simulated\njava.lang.IllegalStateException: simulated\n"
        "\tat g.Worker.run(Worker.java:33)\nCaused by: java.io.IOException: Connection reset by peer\n"
        "\tat g.Net.read(Net.java:1)\n\t... 3 more\n"
        + GOAL.format(
            "release-plugin:2.5:prepare (x)", "Cannot prepare: you have local modifications"
        )
    )
    failure = cause(log)
    assert (failure.failure_class.value, "local modifications" in failure.summary) == (
        "git_error",
        True,
    )


def test_what_a_project_depends_on_is_read_without_a_goal(cause: Callable[[str], Failure]) -> None:
    log = (
        "[ERROR] Failed to execute goal on project app: Could not resolve dependencies for project g:app:1: "
        "Could not transfer artifact g:lib:pom:2 from/to mirror (https://e.org): Unknown host example.org"
    )
    assert cause(log).failure_class.value == "network"


def test_esbuild_is_read_with_its_mark_and_with_a_place(cause: Callable[[str], Failure]) -> None:
    for log in (
        '✘ [ERROR] Could not resolve "./shelf.js"',
        '[ERROR] Could not resolve "./shelf.js"\n\n    src/app.js:1:7:\n      1 | import x',
    ):
        assert 'Could not resolve "./shelf.js"' in cause(log).summary


def test_a_goal_that_only_counts_is_not_sure(cause: Callable[[str], Failure]) -> None:
    log = GOAL.format("spotbugs-plugin:4:check (x)", "failed with 1 bugs and 0 errors ")
    assert cause(log).confidence is not Confidence.HIGH


def test_a_lost_connection_that_a_test_logs_is_not_the_cause(
    cause: Callable[[str], Failure],
) -> None:
    log = (
        "java.net.ConnectException: Connection refused (Connection refused)\n\tat g.Noise.a(Noise.java:1)\n"
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE! - in g.SumTest\n"
        "[ERROR] adds(g.SumTest)  Time elapsed: 0 s  <<< FAILURE!\n"
        "java.lang.AssertionError: expected:<4> but was:<3>\n\tat g.SumTest.adds(SumTest.java:9)"
    )
    assert "SumTest.adds" in cause(log).summary
    alone = "java.net.ConnectException: Connection refused\n\tat g.Main.a(Main.java:1)"
    assert cause(alone).failure_class.value == "network"


def test_a_thread_that_dies_beside_the_main_one_is_not_the_cause(
    cause: Callable[[str], Failure],
) -> None:
    log = (
        GOAL.format(
            "release-plugin:2.5:prepare (x)", "Cannot prepare: you have local modifications"
        )
        + '\nException in thread "Thread-13" java.lang.NoClassDefFoundError: g/Hook\n\tat g.A.run(A.java:3)'
    )
    assert "local modifications" in cause(log).summary
    alone = (
        'Exception in thread "main" java.lang.NoClassDefFoundError: g/Hook\n\tat g.A.main(A.java:3)'
    )
    assert "NoClassDefFoundError" in cause(alone).summary


def test_the_rules_a_staged_release_breaks_are_listed(cause: Callable[[str], Failure]) -> None:
    log = (
        '[ERROR]   Rule "javadoc-staging" failures\n'
        "[ERROR]     * Missing: no javadoc jar found in folder '/g/lib/1.0'\n"
        + GOAL.format(
            "nexus-staging-plugin:1.6:deploy (x)", "Remote staging failed: rules failure!"
        )
    )
    assert "no javadoc jar found" in cause(log).summary


def test_a_java_release_the_compiler_lacks_is_configuration(
    cause: Callable[[str], Failure],
) -> None:
    for reason in (
        "Fatal error compiling: invalid target release: 17",
        "Fatal error compiling: error: release version 21 not supported",
    ):
        log = GOAL.format("compiler-plugin:3.8:compile (x)", reason)
        assert cause(log).failure_class.value == "config_error"


def test_a_subproject_tells_why_it_failed_where_the_build_only_ends(
    cause: Callable[[str], Failure],
) -> None:
    sub = (
        "[subant] The following error occurred while executing this line:\n"
        '[subant] /w/java/build.xml:48: copy doesn\'t support the "quiet" attribute\n'
    )
    ended = sub + "BUILD FAILED\n/w/build.xml:12: exit status 1\n"
    assert cause(ended).summary == 'copy doesn\'t support the "quiet" attribute'
    other = sub + "BUILD FAILED\n/w/build.xml:14: Unable to delete file /w/out/a.jar\n"
    assert "Unable to delete file" in cause(other).summary


def test_a_limit_of_the_class_file_is_the_compilers(cause: Callable[[str], Failure]) -> None:
    log = (
        "* What went wrong:\nExecution failed for task ':app:link'.\n"
        "> A failure occurred while executing com.android.Link\n"
        "   > Class too large: org/example/test/R$string\n\n* Try:\n"
    )
    assert cause(log).failure_class.value == "compile_error"


IMAGE = (
    "Error: Unsupported features in 2 methods\nDetailed message:\n"
    "Error: No instances of g.Pool are allowed in the image heap\nTrace: \tobject g.Pool\n"
    "Error: Use -H:+ReportExceptionStackTraces to print stacktrace of underlying exception\n"
)


def test_a_native_image_says_why_above_its_end(cause: Callable[[str], Failure]) -> None:
    ended = "Error: Image build request failed with exit status 1\n"
    goal = GOAL.format(
        "quarkus-plugin:1:build (x)", "Failed to generate native image: Build failure"
    )
    failure = cause(IMAGE + ended + goal)
    assert failure.summary == "Error: No instances of g.Pool are allowed in the image heap"
    assert "native image" in cause(IMAGE + goal).summary


def test_ant_names_the_class_alone_where_no_formatter_prints(
    cause: Callable[[str], Failure],
) -> None:
    end = "BUILD FAILED\n/w/build.xml:3: One or more tests failed. See out/reports for details.\n"
    assert "g.NodeTest" in cause("    [junit] Test g.NodeTest FAILED\n" + end).summary
    detailed = (
        "    [junit] Testcase: adds took 0.1 sec\n    [junit] \tFAILED\n    [junit] expected 4\n"
    )
    told = cause(
        "    [junit] Testsuite: g.NodeTest\n"
        + detailed
        + "    [junit] Test g.NodeTest FAILED\n"
        + end
    )
    assert told.summary == "NodeTest.adds: expected 4"
    assert not any("Test g.NodeTest FAILED" in line for line in told.lines)


def test_a_resolver_of_sbts_is_read_by_its_exception(cause: Callable[[str], Failure]) -> None:
    for log in (
        "[error] (core/*:update) coursier.ResolutionException: 1 not found\n[error]     /h/lib_2.12.jar\n",
        "java.lang.Exception: Encountered 1 error(s) in dependency resolution\n\tat coursier.T.a(T.scala:3)",
    ):
        assert cause(log).failure_class.value == "missing_dependency"


def test_tycho_lists_what_a_bundle_misses(cause: Callable[[str], Failure]) -> None:
    log = (
        "[ERROR] Cannot resolve project dependencies:\n[ERROR]   Software being installed: g.app 1.0\n"
        "[ERROR]   Missing requirement: g.app 1.0 requires 'bundle g.swt 0.0.0' but it could not be found\n"
        "[ERROR] \n[ERROR] Cannot resolve dependencies of MavenProject: g:app:1.0 @ /w/pom.xml: See log\n"
    )
    failure = cause(log)
    assert "requires 'bundle g.swt 0.0.0'" in failure.summary
    assert failure.failure_class.value == "missing_dependency"


def test_gwt_names_the_file_above_the_line(cause: Callable[[str], Failure]) -> None:
    said = "         [ERROR] Line 154: The return type is incompatible with Graph.node(Name)\n"
    file = "      [ERROR] Errors in 'file:/w/src/g/Names.java'\n"
    for level in ("", "[INFO] "):
        goal = GOAL.format("gwt-plugin:1:compile (x)", "GWT exited with status 1")
        failure = cause(f"{level}{file}{level}{said}{goal}")
        assert failure.summary.startswith("/w/src/g/Names.java:154: The return type")
        assert failure.failure_class.value == "compile_error"
    assert "Names" not in cause(said + goal).summary


def test_spring_boot_describes_why_it_did_not_start(cause: Callable[[str], Failure]) -> None:
    stars = "***************************\n"
    banner = f"{stars}APPLICATION FAILED TO START\n{stars}\n"
    said = "Web server failed to start. Port 8080 was already in use."
    goal = GOAL.format("boot-plugin:2:start (x)", "Application failed to start.")
    assert cause(f"{banner}Description:\n\n{said}\n\nAction:\n\nStop it.\n{goal}").summary == said
    assert said not in cause(f"{banner}Action:\n\n{said}\n{goal}").summary


def test_files_that_scalafmt_wants_formatted_are_lint(cause: Callable[[str], Failure]) -> None:
    for where in ("core / Test / scalafmtCheck", "Compile / scalafmtSbtCheck"):
        log = f"[error] ({where}) 3 files must be formatted\n[error] Total time: 11 s\n"
        assert cause(log).failure_class.value == "lint"


def test_maven_is_read_as_githubs_pages_show_it(cause: Callable[[str], Failure]) -> None:
    goal = GOAL.format("jacoco:1:check (x)", "Coverage checks have not been met.")
    asserted = (
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE! - in g.SumTest\n"
        "[ERROR] adds(g.SumTest)  Time elapsed: 0 s  <<< FAILURE!\n"
        "java.lang.AssertionError: expected:<4> but was:<3>\n\tat g.SumTest.adds(SumTest.java:9)\n"
    )
    javac = "[ERROR] COMPILATION ERROR : \n[ERROR] /w/src/A.java:[3,9] cannot find symbol\n"
    for log in (goal, asserted, javac):
        own = cause(log)
        for shown in (
            cause(log.replace("[ERROR]", "Error: ")),
            cause(log.replace("[ERROR]", "[INFO] [ERROR]")),
        ):
            assert (shown.summary, shown.failure_class, shown.fingerprint) == (
                own.summary,
                own.failure_class,
                own.fingerprint,
            )
    assert "Coverage checks" in cause("Error:  Coverage checks have not been met.").summary


def test_gradles_debug_log_is_read_without_level_and_category(
    cause: Callable[[str], Failure],
) -> None:
    reporter = "[ERROR] [org.gradle.internal.buildevents.BuildExceptionReporter] "
    told = ["* What went wrong:", "Execution failed for task ':a'.", "> Port 80 is taken", "* Try:"]
    log = "".join(f"2020-10-04T17:49:55.110+0300 {reporter}{line}\n" for line in told)
    assert cause(log).summary == "Port 80 is taken"


def test_a_branch_of_a_pipeline_stands_before_the_level(cause: Callable[[str], Failure]) -> None:
    said = "/w/src/A.scala:31: value foldLeft is not a member of Unit"
    for branch in ("akka", "Linux / JDK 8"):
        assert cause(f"[{branch}] [error] {said}\n").failure_class.value == "compile_error"
    listed = "[INFO] [ERROR] Line 3: x"
    assert cause(f"{listed}\nboom: error\n").lines[0] != "Line 3: x"


def test_protoc_under_maven_says_where(cause: Callable[[str], Failure]) -> None:
    said = 'PROTOC FAILED: a.proto:12:3: "Foo" is not defined.'
    goal = GOAL.format("protobuf:1:compile (x)", "protoc did not exit cleanly. Review output.")
    failure = cause(f"[ERROR] {said}\n{goal}")
    assert (failure.summary, failure.failure_class.value) == (said, "compile_error")


def test_a_class_that_r8_misses_is_a_dependency(cause: Callable[[str], Failure]) -> None:
    block = (
        "* What went wrong:\nExecution failed for task ':app:minifyReleaseWithR8'.\n"
        "> A failure occurred while executing com.android.R8Task\n   > Compilation failed to complete\n"
    )
    said = "R8: Missing class g.Keep (referenced from: g.Event and 8 other contexts)"
    failure = cause(f"ERROR: {said}\n{block}")
    assert (failure.failure_class.value, "g.Keep" in failure.summary) == (
        "missing_dependency",
        True,
    )
    assert "g.Keep" not in cause(f"WARNING:{said}\n{block}").summary


def test_mutants_and_suites_that_pitest_complains_of(cause: Callable[[str], Failure]) -> None:
    for said, found in (
        ("1 tests did not pass without mutation when calculating line coverage.", "test_failure"),
        ("Mutation score of 96 is below threshold of 100", "lint"),
    ):
        log = GOAL.format("pitest-maven:1:mutationCoverage (x)", said)
        assert cause(log).failure_class.value == found


def test_the_maven_that_a_release_starts_is_read(cause: Callable[[str], Failure]) -> None:
    inner = GOAL.format("javadoc:2:jar (x)", "MavenReportException: Error while creating archive:")
    inner = inner.replace(" -> [Help 1]", "")
    said = "[ERROR] Exit code: 1 - /w/src/A.java:47: error: self-closing element not allowed\n"
    outer = GOAL.format("release:2:perform (x)", "Maven execution failed, exit code: '1'")
    log = "".join(f"[INFO] {line}\n" for line in f"{inner}\n{said}".splitlines() if line) + outer
    assert "self-closing element not allowed" in cause(log).summary


def test_a_baseline_says_which_version_it_asks_for(cause: Callable[[str], Failure]) -> None:
    said = "The bundle version (2.20.1/2.20.0) is too low, the new version must be at least 2.21.0"
    reason = "Execution default of goal bnd:4:baseline failed: 1 baseline error: Baselining failed"
    failure = cause(f"[ERROR] {said}\n" + GOAL.format("bnd:4:baseline (default)", reason))
    assert (failure.summary, failure.failure_class.value) == (said, "lint")


def test_an_artifact_that_leiningen_misses_is_a_dependency(cause: Callable[[str], Failure]) -> None:
    said = "Could not find artifact g:utils:jar:0.1.0 in clojars (https://repo.example.org/)"
    log = f"{said}\nThis could be due to a typo in :dependencies.\nmake: *** [front.test] Error 1\n"
    assert (cause(log).summary, cause(log).failure_class.value) == (said, "missing_dependency")


def test_a_goal_that_only_failed_leaves_the_word_to_what_its_plugin_logged(
    cause: Callable[[str], Failure],
) -> None:
    header = "[INFO] --- widget-maven-plugin:1.0:generate (x) @ app ---\n"
    said = "[ERROR] Widget a.w has no owner\n"
    for vague in (
        "Widget generation failed.",
        "widgetc exited with status 3",
        "widgetc did not exit cleanly. Review output.",
        "App failed to start",
        "g.Oops: Build failed due to errors",
    ):
        goal = GOAL.format("widget:1.0:generate (x)", vague)
        assert cause(f"{header}{said}{goal}").summary == "Widget a.w has no owner"
        assert "no owner" not in cause(f"{said}{header}{goal}").summary
    clear = GOAL.format("widget:1.0:generate (x)", "The owner of b.w is unknown, see b.w line 3")
    assert "b.w is unknown" in cause(f"{header}{said}{clear}").summary


def test_a_failing_test_is_the_cause_whatever_else_its_goal_logged(
    cause: Callable[[str], Failure],
) -> None:
    log = (
        "[INFO] --- maven-surefire-plugin:3.0:test (x) @ app ---\n[ERROR] pool is slow\n"
        "[ERROR] Tests run: 1, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE! - in g.SumTest\n"
        "[ERROR] adds(g.SumTest)  Time elapsed: 0 s  <<< FAILURE!\n"
        "java.lang.AssertionError: expected:<4> but was:<3>\n\tat g.SumTest.adds(SumTest.java:9)\n"
        + GOAL.format("surefire-plugin:3.0:test (x)", "There are test failures.")
    )
    assert "SumTest.adds" in cause(log).summary


def test_that_no_reports_were_found_follows_from_what_failed_before(
    cause: Callable[[str], Failure],
) -> None:
    said = "No test report files were found. Configuration error?\n"
    log = f"+ mvn -B verify\nscript.sh: 1: mvn: not found\n{said}hudson.AbortException: {said}"
    assert "mvn: not found" in cause(log).summary
    assert "No test report files" in cause(f"ERROR: {said}").summary


DIED = (
    GOAL.format("surefire-plugin:{}:test (x)", "").replace(" -> [Help 1]", "") + "\n[ERROR] \n"
    "[ERROR] The forked VM terminated without properly saying goodbye. VM crash or System.exit called?\n"
    "[ERROR] Command was /bin/sh -c cd '/w{}' && '/usr/bin/java' '-jar' '/w{}/surefirebooter.jar'\n"
    "[ERROR] Process Exit Code: 3\n[ERROR] Crashed tests:\n[ERROR] org.example.{}\n"
    "[ERROR] org.apache.maven.surefire.booter.SurefireBooterForkException: The forked VM terminated "
    "without properly saying goodbye. VM crash or System.exit called?\n"
    "[ERROR] \tat org.apache.maven.plugin.surefire.ForkStarter.fork(ForkStarter.java:643)\n"
    "[ERROR] -> [Help 1]\n"
)


def test_the_tests_that_ran_as_the_process_died_tell_one_death_from_another(
    cause: Callable[[str], Failure],
) -> None:
    one = cause(DIED.format("3.2.5", "/a", "/a", "PoolTest"))
    assert "saying goodbye" in one.summary
    assert "(PoolTest)" in one.summary
    assert one.failure_class.value == "signal_crash"
    assert cause(DIED.format("3.5.4", "/b", "/b", "PoolTest")).fingerprint == one.fingerprint
    assert cause(DIED.format("3.2.5", "/a", "/a", "MapTest")).fingerprint != one.fingerprint


def test_a_process_of_tests_that_took_too_long_is_a_hang(cause: Callable[[str], Failure]) -> None:
    for said in (
        "There was a timeout in the fork",
        "There was a timeout or other error in the fork",
    ):
        log = GOAL.format("surefire-plugin:3.5:test (default-test)", said)
        assert cause(log).failure_class.value == "test_timeout"


def test_what_ant_marks_is_what_javac_says(cause: Callable[[str], Failure]) -> None:
    said = "/w/src/App.java:30: error: package javax.annotation does not exist"
    fails = (
        "\nBUILD FAILED\n/w/build.xml:3: Compile failed; see the compiler error output for details."
    )
    assert cause(f"    [javac] {said}\n{fails}").summary == said
    marked = cause(f"    [javac] {said}\n{fails}").fingerprint
    assert marked == cause(f"{said}\n{fails}").fingerprint


def test_checkstyle_counts_at_its_end() -> None:
    assert is_wrapper("checkstyle ends with 1 errors.")


def test_a_test_far_above_mavens_last_words_is_sure(cause: Callable[[str], Failure]) -> None:
    modules = "\n".join(f"[INFO] Building module {n}" for n in range(40))
    log = (
        "[ERROR] g.SumTest.adds -- Time elapsed: 0.1 s <<< FAILURE!\n"
        "org.opentest4j.AssertionFailedError: far ==> expected: <4> but was: <3>\n"
        "\tat g.SumTest.adds(SumTest.java:9)\n\n"
        "[ERROR] g.SumTest.subtracts -- Time elapsed: 0.1 s <<< FAILURE!\n"
        "org.opentest4j.AssertionFailedError: near ==> expected: <1> but was: <2>\n"
        f"\tat g.SumTest.subtracts(SumTest.java:19)\n{modules}\n"
        + GOAL.format("surefire-plugin:3.5.2:test (default-test)", "There are test failures.")
    )
    found = cause(log)
    assert found.confidence is Confidence.HIGH
    assert found.replay == ("mvn test -Dtest='SumTest#adds'",)


@pytest.mark.parametrize(
    ("log", "found", "words"),
    [
        (
            "Syntax error compiling at (shop/core.clj:10:12).\nUnable to resolve symbol: prnt in this",
            "compile_error",
            "Unable to resolve symbol: prnt",
        ),
        (
            "Syntax error (FileNotFoundException) compiling at (shop/main.clj:1:1).\n"
            "Could not locate shop/db__init.class on classpath.",
            "compile_error",
            "Could not locate shop/db",
        ),
        (
            "Execution error (NullPointerException) at shop.core/total (core.clj:7).\n"
            'Cannot invoke "Object.getClass()" because "x" is null',
            "unknown",
            "Cannot invoke",
        ),
    ],
)
def test_clojure_says_where_and_then_what(
    cause: Callable[[str], Failure], log: str, found: str, words: str
) -> None:
    failure = cause(log)
    assert words in failure.summary
    assert failure.failure_class.value == found


BOUND = (
    "[main] INFO  shop.Api - starting\n[main] ERROR shop.Api - shop failed to start\n"
    "java.io.IOException: Failed to bind to 0.0.0.0:18081\n\tat shop.Server.open(Server.java:349)\n"
    "Caused by: java.net.BindException: Address already in use\n\tat shop.Net.bind(Net.java:555)\n"
    "[main] INFO  shop.Api - Shutdown hook: closing 0 connections\n"
)


@pytest.mark.parametrize(
    "after",
    [
        "shop.service: Main process exited, code=exited, status=1/FAILURE\n"
        "shop.service: Failed with result 'exit-code'.\nFailed to start shop.service - The shop.",
        "Running after_script\nRunning after script...\nUploading artifacts for failed job",
    ],
)
def test_who_only_says_that_a_program_ended_tells_of_no_later_error(
    cause: Callable[[str], Failure], after: str
) -> None:
    assert (
        cause(f"{BOUND}{after}").summary
        == "Caused by: java.net.BindException: Address already in use"
    )


def test_another_process_prints_into_a_stack(cause: Callable[[str], Failure]) -> None:
    log = (
        'Exception in thread "main" java.lang.NoClassDefFoundError: shop/Rates\n'
        "\tat shop.App.main(App.java:1)\nLOG:  checkpoint complete\nready for connections\n"
        "Caused by: java.lang.ClassNotFoundException: shop.Rates\n\tat shop.Loader.find(Loader.java:641)\n"
    )
    assert cause(log).summary == "Caused by: java.lang.ClassNotFoundException: shop.Rates"


def test_junit_and_phpunit_count_alike(cause: Callable[[str], Failure]) -> None:
    log = (
        "There was 1 failure:\n1) adds(g.CartTest)\njava.lang.AssertionError: total is 3\n\n"
        "\tat org.junit.Assert.fail(Assert.java:89)\n\nFAILURES!!!\nTests run: 1,  Failures: 1\n"
        "[command]/usr/bin/git config --local --name-only --get-regexp core\\.sshCommand\n"
    )
    assert cause(log).summary.startswith("CartTest.adds: java.lang.AssertionError")


def test_a_processor_that_throws_stops_the_compiler(cause: Callable[[str], Failure]) -> None:
    log = (
        "\n\nAn annotation processor threw an uncaught exception.\n"
        "Consult the following stack trace for details.\n"
        "java.lang.IllegalStateException: no builder for App\n\tat g.Processor.process(Processor.java:1)\n"
    )
    found = cause(log)
    assert found.summary == "java.lang.IllegalStateException: no builder for App"
    assert found.failure_class.value == "compile_error"
