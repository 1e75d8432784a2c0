"""Builds whose failing tool speaks through another: wrappers that had the last word, and lists of tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure
from policies.rootcause.quoted import unquoted
from tests.policies.conftest import both_ways

Reads = Callable[[str, str, str, str], None]

SCRIPT = """error: failed to run custom build command for `lamp-sys v0.3.1`

Caused by:
  process didn't exit successfully: `/b/build/lamp-sys-0a1b/build-script-build` (exit status: 1)
  --- stdout
  running: "cc" "-O2" "-c" "vendor/lamp.c"
  cargo:warning=vendor/lamp.c:3:10: fatal error: wick.h: No such file or directory
  exit status: 1

  --- stderr
  Error: Error { kind: ToolExecError, message: "Command \\"cc\\" did not execute successfully" }
dh_auto_build: error: /usr/share/cargo/bin/cargo build returned exit code 101
dpkg-buildpackage: error: debian/rules binary subprocess returned exit status 2"""
PLAYWRIGHT = """##[error]  1) [web] › e2e/shelf.spec.ts:9:5 › a shelf › holds crates ────────

    Retry #1 ───────────────────────
    Error: expect(received).toEqual(expected) // deep equality

##[error]  1) [web] › e2e/shelf.spec.ts:9:5 › a shelf › holds crates ────────
  1 failed
    [web] › e2e/shelf.spec.ts:9:5 › a shelf › holds crates ─────"""
FORKED = """[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:2.22.1:test \
(default-test) on project lamp: There are test failures.
[ERROR]
[ERROR] Please refer to /b/target/surefire-reports for the individual test results.
[ERROR] Please refer to dump files (if any exist) [date].dump and [date].dumpstream."""
OPAM = """#=== ERROR while compiling lamp.2.0.0 ===#
### output ###
# git describe --always --dirty
# fatal: not a git repository (or any of the parent directories): .git
# cd _b && ocamlopt -c lamp_info.ml
# File "lamp_info.ml", line 1:
# Error: Could not find the .cmi file for interface lamp_info.mli."""
LOGS = [
    (SCRIPT, "missing_dependency", "wick.h: No such file", ""),
    (
        PLAYWRIGHT,
        "test_failure",
        "Error: expect(received).toEqual",
        "npx playwright test e2e/shelf.spec.ts:9 --project=web",
    ),
    (
        f"{FORKED}\n[ERROR] There was an error in the forked process\n[ERROR] null",
        "test_failure",
        "There was an error in the forked process",
        "",
    ),
    (
        f"{FORKED}\n[ERROR] ExecutionException Error occurred in starting fork, check output in log",
        "signal_crash",
        "Error occurred in starting fork",
        "",
    ),
    (
        "[INFO] ----------\n[ERROR] BUILD ERROR\n[INFO] ----------\n[INFO] Shelf 'oak' holds no crates\n"
        "[INFO] \n[INFO] ----------\n[INFO] Total time: 4 seconds\n[INFO] ----------",
        "unknown",
        "Shelf 'oak' holds no crates",
        "",
    ),
    (OPAM, "compile_error", "Could not find the .cmi file", ""),
    (
        "ld: framework 'Lamp' not found\nclang: error: linker command failed with exit code 1",
        "missing_dependency",
        "ld: framework 'Lamp' not found",
        "",
    ),
    (
        "1/1 Test #1: lamp-tests .......***Failed  Required regular expression not found. Regex=[LIT\n"
        "]  0.87 sec\n0% tests passed, 1 tests failed out of 1\n\nThe following tests FAILED:"
        "\n\t  1 - lamp-tests (Failed)",
        "test_failure",
        "Required regular expression not found",
        "ctest -R '^lamp-tests$'",
    ),
    (
        "The following tests FAILED:\n         26 - wick_burns (Failed)\n         30 - oil_lasts (Timeout)\n"
        "Errors while running CTest",
        "test_timeout",
        "oil_lasts (Timeout)",
        "ctest -R '^oil_lasts$'",
    ),
    (
        "configure:5239: error: in `/b/lamp':\nconfigure:5241: error: C compiler cannot create executables\n"
        "See `config.log' for more details",
        "config_error",
        "C compiler cannot create executables",
        "",
    ),
    (
        "CMake Error at /usr/share/cmake/Modules/GoogleTestAddTests.cmake:112 (message):\n"
        "  Error running test executable.\n\n    Path: 'C:/lamp_ft.exe'\n    Result: Exit code 0xc0000135\n",
        "missing_dependency",
        "Error running test executable.",
        "",
    ),
    (
        "panic: \nYour test failed.\nGinkgo panics to end it.\n\ngoroutine 114 [running]:\nlamp.Fail(0xc2)",
        "test_failure",
        "Your test failed.",
        "",
    ),
    (
        "not ok 9 - wick_serial\n# exit code 66\n# ==================\n"
        "# WARNING: ThreadSanitizer: data race (pid=38)\n#   Write of size 1 at 0x7ffe by main thread:",
        "test_failure",
        "ThreadSanitizer: data race",
        "",
    ),
    (
        "Failing Tests (2):\n    Lamp :: Wick/trim.test\n    Lamp :: Oil/fill.test\n\n  Expected Passes: 9",
        "test_failure",
        "Lamp :: Wick/trim.test",
        "",
    ),
    (
        "\n * ERROR: app-misc/lamp-1.2::oak failed (prepare phase):\n *   no patch fits lamp-1.2\n"
        " * \n * Call stack:\n *   ebuild.sh, line  124:  Called src_prepare",
        "unknown",
        "no patch fits lamp-1.2",
        "",
    ),
    (
        "Error: oak/lamp/wick: failed\nundefined method `trim' for #<Lamp:0x007fa2>\n"
        "/lib/lamp.rb:126:in `light'",
        "unknown",
        "undefined method `trim'",
        "",
    ),
    (
        "** BUILD FAILED **\n\nThe following build commands failed:\n\tCompileSwift normal i386 /b/L.swift\n"
        "(1 failure)\nError: Error code 65 for command: xcodebuild with args: -target,lamp",
        "compile_error",
        "CompileSwift normal i386 /b/L.swift",
        "",
    ),
    ("/bin/sh: -c: line 14: syntax error: unexpected end of file", "config_error", "-c: line 14", ""),
    (
        "Summary: 1 package finished [35.0s]\n  1 package had test failures: lamp_arm",
        "test_failure",
        "had test failures: lamp_arm",
        "",
    ),
    (
        "[1.0s] ERROR:colcon.colcon_cmake.task.cmake.test:Failed to find the following files:\n"
        "- /w/lamp/package.sh",
        "missing_dependency",
        "/w/lamp/package.sh",
        "",
    ),
    ("+ npm ci\n\nUsage: npm <command>\n\nwhere <command> is one of:", "config_error", "Usage", "npm ci"),
    (
        'Loading "lamp.js" tasks...ERROR\nWarning: Task "wick" not found. Use --force to continue.\n\n'
        "Aborted due to warnings.",
        "config_error",
        'Task "wick" not found',
        "",
    ),
    (
        "+------------+-----------------+---------------+\n| Dependency | Error Type      | Error Details |\n"
        "+------------+-----------------+---------------+\n| wick       | oil_not_poured  | {}            |\n"
        "+------------+-----------------+---------------+\nError: The updater met one or more errors.",
        "unknown",
        "oil_not_poured",
        "",
    ),
    (
        "fatal: remote error: lamp.example.org is currently unable to handle this request due to load.",
        "network",
        "due to load",
        "",
    ),
    (
        "Running [/opt/golangci-lint run] in [] ...\n##[error]Error return value of `lamp.Light` is not "
        "checked (errcheck)",
        "lint",
        "is not checked (errcheck)",
        "",
    ),
    (
        "ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL  Command \"wick\" not found\nDid you mean \"pnpm exec w\"?",
        "missing_dependency",
        'Command "wick" not found',
        "",
    ),
    (
        "/b/lamp/wick.js\n##[error]   31:1   error  Wicks should be trimmed        lamp/trim-wick\n"
        "##[error]  231:15  error  'oil' is never used           no-unused-vars\nPlease fix the lint errors.",
        "lint",
        "/b/lamp/wick.js: 31:1 error Wicks should be trimmed",
        "",
    ),
    ("BUILDSTDERR: lamp.c:3:1: error: unknown type name 'wick'", "compile_error", "lamp.c:3:1: error", ""),
    (
        "\tlamp.gperf:101:1: error: 'wick' redeclared inline\n\tmake[1]: *** [cp/lamp.o] Error 1",
        "compile_error",
        "redeclared inline",
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("log", "found", "words", "replay"), LOGS)
def test_the_tool_that_failed_speaks_before_what_ran_it(
    reads: Reads, log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


GRADLE = """* What went wrong:
Execution failed for task ':lamp:light'.
> Process 'command '/opt/some/long/path/to/the/tools/of/lamps/light'' finished with non-zero exit value 1

* Try:"""


def test_a_command_that_gradle_ran_has_spoken_above_it(cause: Callable[[str], Failure]) -> None:
    told = "Error: the oil of lamp 'oak' could not be lit"
    assert cause(f"{told}\n{GRADLE}").summary == told
    assert "Process 'command" in cause(GRADLE).summary


def test_a_summary_that_only_repeats_a_failure_is_never_sure(
    cause: Callable[[str], Failure],
) -> None:
    said = "error: failed to run custom build command for `lamp-sys v0.3.1`"
    assert cause(said).confidence is not Confidence.HIGH


def test_lines_that_docker_keeps_as_json_are_read_as_they_were_printed() -> None:
    kept = [
        '{"log":"lighting \\u001b[32mlamp\\u001b[0m\\n","stream":"stdout","time":"2026-01-02T03:04:05.6Z"}',
        '{"log":"lamp.c:3:1: error: unknown type \\"wick\\"\\n","stream":"stderr","time":"2026-01-02"}',
        '{"log":"broken \\x","stream":"stderr","time":"2026-01-02T03:04:05.8Z"}',
    ]
    failure = both_ways(kept)
    assert failure.summary == 'lamp.c:3:1: error: unknown type "wick"'
    assert failure.failure_class.value == "compile_error"
    assert unquoted([]) == []


def test_the_last_words_are_not_that_it_aborts(cause: Callable[[str], Failure]) -> None:
    failure = both_ways(["==> Starting build()...", "the wick of it", "    Aborting..."])
    assert failure.summary.endswith("the wick of it")
    assert (
        "coverage"
        in cause(
            "nox > Command python -m coverage run --context lamp failed with exit code 1"
        ).summary
    )


def test_a_runner_s_own_count_is_no_number_of_a_viewer() -> None:
    names = ("wick", "oil", "glass", "flame", "shade", "stand")
    rows = [
        f"{n}/32 lamp-{name}     FAIL      0.07s   exit status 1"
        for n, name in enumerate(names, 14)
    ]
    failure = both_ways(rows)
    assert failure.summary.startswith("14/32 lamp-wick")
    assert failure.confidence is not Confidence.LOW


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("check", "test_failure"),
        ("lint", "lint"),
        ("all", "compile_error"),
        ("install", "compile_error"),
    ],
)
def test_the_target_that_make_names_tells_what_it_was_for(target: str, found: str) -> None:
    failure = both_ways(
        ["make -C src", f"make[1]: *** [Makefile:290: {target}] Error 1", "make: *** stopped"]
    )
    assert (failure.summary[:9], failure.failure_class.value) == ("make[1]: ", found)
