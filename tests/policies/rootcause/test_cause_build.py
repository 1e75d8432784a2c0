"""Build generators and runners: make, CMake, Meson, ninja, Autotools, Bazel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, str, str, str]] = [
    (
        "make: *** No rule to make target 'frob', needed by 'all'.  Stop.",
        "config_error",
        "frob",
        "",
    ),
    ("mk/M2:2: *** missing separator.  Stop.", "config_error", "missing separator", ""),
    ("config.mk:9: *** TARGET is not set.  Stop.", "config_error", "TARGET", ""),
    (
        "make: protoc: No such file or directory\nmake: *** [a] Error 127",
        "missing_dependency",
        "protoc",
        "",
    ),
    ("make: *** [Makefile:2: all] Killed", "out_of_memory", "Killed", ""),
    (
        "CMake Error at CMakeLists.txt:3 (find_package):\n"
        '  By not providing "FindFrob.cmake" in CMAKE_MODULE_PATH this project has\n'
        '  asked CMake to find a package configuration file provided by "Frob", but\n'
        "  CMake did not find one.\n\n-- Configuring incomplete, errors occurred!",
        "missing_dependency",
        "FindFrob.cmake",
        "",
    ),
    (
        "CMake Error at lib/CMakeLists.txt:9 (message):\n  Say which board by BOARD\n"
        "Call Stack (most recent call first):\n  CMakeLists.txt:4 (include)",
        "config_error",
        "Say which board by BOARD",
        "",
    ),
    ("CMake Error: Could not create named generator Frob", "config_error", "Frob", ""),
    (
        "CMake Error at CMakeLists.txt:1 (cmake_minimum_required):\n"
        "  CMake 9.10 or higher is required.  You are running version 3.25.1",
        "missing_dependency",
        "9.10",
        "",
    ),
    (
        'The Meson build system\nmeson.build:2:4: ERROR: Dependency "frob" not found, tried pkgconfig',
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "configure: error: C compiler cannot create executables",
        "config_error",
        "C compiler",
        "",
    ),
    (
        "configure: error: Package requirements (frob >= 1.2) were not met:\n\n"
        "No package 'frob' found\n\nConsider adjusting",
        "missing_dependency",
        "No package 'frob' found",
        "",
    ),
    ("ninja: error: 'a.c', needed by 'a.o', missing and no known rule", "config_error", "a.c", ""),
    (
        "[3/9] Generating api\nFAILED: [code=1] api.h\n/usr/bin/apigen --in api.xml\n"
        "apigen: bad element <frob>\n[4/9] Building\nninja: build stopped: subcommand failed.",
        "compile_error",
        "bad element <frob>",
        "",
    ),
    ("ERROR: no such package 'lib': BUILD file not found", "config_error", "lib", ""),
    ("TIMEOUT: //lib:slow_test (Summary)", "test_timeout", "slow_test", ""),
    ("//lib:sum_test            FAILED in 0.2s", "test_failure", "sum_test", ""),
    (
        "frob: the table has 3 columns, wanted 4\nmake: *** [Makefile:7: errors.c] Error 1\n"
        "make: *** Deleting file 'errors.c'",
        "compile_error",
        "3 columns, wanted 4",
        "",
    ),
    (
        "ERROR: /w/lib/BUILD:3:1: Linking of rule '//lib:frob' failed: libtool failed: "
        "error executing command \n  (cd /w/bazel && \\\n  exec env - \\\n  /usr/bin/libtool -o libfrob.a)\n"
        "error: /usr/bin/libtool: no files specified\nUsage: /usr/bin/libtool -static [-] file [...]\n"
        "Target //lib:frob failed to build\nFAILED: Build did NOT complete successfully",
        "config_error",
        "no files specified",
        "",
    ),
    (
        "ERROR: /w/app/BUILD:12:1: Executing genrule //app:table failed (Exit 1): bash failed: "
        "error executing command /bin/bash -c 'tools/gen > table.h'\n\n"
        "Use --sandbox_debug to see verbose messages from the sandbox\n"
        "gen: the table has 3 columns, wanted 4\nTarget //app:main failed to build\n"
        "FAILED: Build did NOT complete successfully",
        "unknown",
        "gen: the table has 3 columns",
        "",
    ),
    (
        "scan.l:14: bad character class\nmake: *** [Makefile:30: scan.c] Error 1\n"
        "make: *** Deleting file 'scan.c'",
        "compile_error",
        "bad character class",
        "",
    ),
    (
        "ERROR: BUILD.bazel:12:1: Linking of rule '//lib:frob' failed (Exit 1)\n"
        'src/process-wrapper.cc:58: "execvp(external/llvm/bin/llvm-ar, ...)": No such file or directory\n'
        "Target //lib:frob failed to build",
        "missing_dependency",
        "llvm-ar",
        "",
    ),
    (
        "> nx run api:check\n\nopen '/w/dist/x.js': no such crate\n\n NX   Ran target check for project a (3)"
        "\n\n   ✖  1/2 targets failed, including the following:\n      - nx run api:check\n",
        "unknown",
        "no such crate",
        "",
    ),
    (
        "> nx run shop:build\n\nframe: the tile map has 3 rows\n\n> nx run lib:build\n\nbuilt lib\n\n"
        f'{"—" * 40}\n\n>  NX   ERROR  Running target "build" failed\n\n  Failed tasks:\n  \n'
        "  - shop:build\n  \n  Hint: run the command with --verbose for more details.",
        "unknown",
        "3 rows",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)
