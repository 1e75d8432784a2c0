"""C and C++: compilers, linkers, sanitizers, crashes, test frameworks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, str, str, str]] = [
    (
        "m.c: In function 'main':\nm.c:3:30: error: 'struct p' has no member named 'zz'\n"
        "    3 |  q.zz = 1;\nm.c:9:2: error: expected ';'\nmake: *** [Makefile:5: m.o] Error 1",
        "compile_error",
        "no member named 'zz'",
        "",
    ),
    (
        "s.c:1:10: fatal error: frob/frob.h: No such file or directory\n"
        "    1 | #include <frob/frob.h>\ncompilation terminated.",
        "missing_dependency",
        "frob.h",
        "",
    ),
    (
        "s.c:1:10: fatal error: 'own.h' file not found\n#include \"own.h\"\n         ^~~~~~~",
        "compile_error",
        "own.h",
        "",
    ),
    (
        "w.c:1:16: error: unused variable 'u' [-Werror=unused-variable]",
        "compile_error",
        "unused",
        "",
    ),
    (
        "a.cpp:4:1: error: use nullptr [modernize-use-nullptr,-warnings-as-errors]",
        "lint",
        "nullptr",
        "",
    ),
    (
        "a.c:3:5: error: code should be clang-formatted [-Wclang-format-violations]",
        "lint",
        "a.c",
        "",
    ),
    ("x.cpp(12): error C2065: 'frob': undeclared identifier", "compile_error", "C2065", ""),
    ('k.cu(7): error: identifier "frob" is undefined', "compile_error", "frob", ""),
    ("gcc: error: unrecognized command-line option '--frob'", "config_error", "--frob", ""),
    ("a.c:1: internal compiler error: in frob, at x.cc:3", "signal_crash", "internal compiler", ""),
    ("c++: fatal error: Killed signal terminated program cc1plus", "out_of_memory", "cc1plus", ""),
    ("z.s:1: Error: no such instruction: `frob %eax'", "compile_error", "frob %eax", ""),
    (
        "/usr/bin/ld: a.o: in function `main':\na.c:(.text+0xa): undefined reference to `area'\n"
        "collect2: error: ld returned 1 exit status",
        "compile_error",
        "undefined reference to `area'",
        "",
    ),
    ("/usr/bin/ld: cannot find -lfrob: No such file", "missing_dependency", "-lfrob", ""),
    ("ld.lld: error: undefined symbol: area\n>>> referenced by a.c", "compile_error", "area", ""),
    (
        'Undefined symbols for architecture arm64:\n  "_frob", referenced from:\n      _main in a.o\n'
        "ld: symbol(s) not found for architecture arm64\n"
        "clang: error: linker command failed with exit code 1 (use -v to see invocation)",
        "compile_error",
        '"_frob", referenced from:',
        "",
    ),
    ("main.obj : error LNK2019: unresolved external symbol frob", "compile_error", "LNK2019", ""),
    (
        "terminate called after throwing an instance of 'std::runtime_error'\n"
        "  what():  no settings\nAborted (core dumped)",
        "signal_crash",
        "no settings",
        "",
    ),
    ("app: a.c:4: main: Assertion `n == 9' failed.\nAborted", "signal_crash", "n == 9", ""),
    (
        "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x5\n"
        "READ of size 1\nSUMMARY: AddressSanitizer: heap-use-after-free a.c:4 in main\n==7==ABORTING",
        "signal_crash",
        "heap-use-after-free",
        "",
    ),
    ("a.c:4:9: runtime error: signed integer overflow: 1 + 2", "signal_crash", "overflow", ""),
    ("free(): double free detected in tcache 2\nAborted", "signal_crash", "double free", ""),
    (
        "[ RUN      ] Sum.Adds\nsum_test.cc:5: Failure\nExpected equality of these values:\n  4\n  5\n"
        "[  FAILED  ] Sum.Adds (0 ms)\n[  PASSED  ] 1 test.\n[  FAILED  ] Sum.Adds",
        "test_failure",
        "Sum.Adds",
        "",
    ),
    (
        "sum_test.cpp:9: FAILED:\n  REQUIRE( add(1, 2) == 4 )\nwith expansion:\n  3 == 4\n",
        "test_failure",
        "add(1, 2) == 4",
        "",
    ),
    ('t.cpp(8): error: in "sum/adds": check 3 == 4 has failed', "test_failure", "3 == 4", ""),
    (
        "a.swift:9: error: -[M.T testAdd] : XCTAssertEqual failed: (3)",
        "test_failure",
        "testAdd",
        "",
    ),
    (
        "2/3 Test #2: sums .............***Failed    0.01 sec\n\nThe following tests FAILED:\n"
        "\t  2 - sums (Failed)\nErrors while running CTest",
        "test_failure",
        "sums",
        "ctest -R '^sums$'",
    ),
    ("1/1 Test #1: slow ....***Timeout   1.01 sec", "test_timeout", "slow", "ctest -R '^slow$'"),
    (
        "c:/frob/bin/x-elf-ld.exe: app.elf section `.fast' will not fit in region `fast0'\n"
        "c:/frob/bin/x-elf-ld.exe: region `fast0' overflowed by 9 bytes\n"
        "collect2.exe: error: ld returned 1 exit status\nninja: build stopped: subcommand failed.",
        "compile_error",
        "`fast0'",
        "",
    ),
    (
        "/usr/bin/frob-elf-ld: warning: app.elf has a LOAD segment with RWX permissions\n"
        "/usr/bin/frob-elf-ld: The widgets do not fit.\ncollect2: error: ld returned 1 exit status",
        "compile_error",
        "The widgets do not fit",
        "",
    ),
    (
        "[10:03:07]: ▸ Compiling Shelf.swift\n"
        "[10:03:09]: ▸ ❌  /Users/w/app/Shelf.swift:3:8: no such module 'FrobKit'\n"
        "[10:03:09]: ▸ import FrobKit\n[10:03:09]: ▸        ^\n[10:03:10]: ▸ ** ARCHIVE FAILED **\n"
        "[10:03:10]: ▸ The following build commands failed:\n[10:03:10]: ▸ CompileSwift normal arm64",
        "missing_dependency",
        "no such module 'FrobKit'",
        "",
    ),
    (
        "❌  /w/Shelf.m:12:3: use of undeclared identifier 'frob'\n** TEST BUILD FAILED **",
        "compile_error",
        "'frob'",
        "",
    ),
    (
        "Build target Shelf of project Pods with configuration Debug\n"
        "error: FROB_DIR cannot be used here (in target 'Shelf' from project 'Pods')\n** BUILD FAILED **",
        "config_error",
        "FROB_DIR cannot be used here",
        "",
    ),
    (
        "Xcode build done.      5.0s\nFailed to build iOS app\nError (Xcode): FROB_DIR cannot be used here,\n"
        "use CRATE_DIR\n\nEncountered error while building for device.",
        "config_error",
        "FROB_DIR cannot be used here",
        "",
    ),
    (
        "  -- Installing: C:\\w\\frob.vst3\n"
        "  CMake Error at C:/w/cmake/copyDir.cmake:45 (file):\n    file INSTALL cannot copy file\n"
        '    "C:/w/build/frob.vst3" to "C:\\Common Files/frob.vst3": Permission denied.\n  \n  \n'
        "C:\\VS\\Microsoft.CppCommon.targets(166,5): error MSB3073: exit /b %1 [C:\\w\\frob.vcxproj]",
        "sandbox_permission",
        "cannot copy file",
        "",
    ),
    ("collect2: fatal error: cannot find 'ld'", "missing_dependency", "'ld'", ""),
    (
        "t/03-y.t .. 1/? the shelf has no handle at lib/Shelf.pm line 12.\n"
        "# Tests were run but no plan was declared and done_testing() was not seen.\n"
        "# Looks like your test exited with 2 just after 1.\n"
        "t/03-y.t .. Dubious, test returned 2 (wstat 512, 0x200)\nAll 1 subtests passed \n"
        "  Parse errors: No plan found in TAP output\nResult: FAIL",
        "unknown",
        "the shelf has no handle",
        "",
    ),
    (
        "t/07-y.t .......... 1/5 Undefined subroutine &Shelf::open called at lib/Shelf.pm line 108.\n"
        "# Looks like you planned 5 tests but ran 3.\n"
        "t/07-y.t .......... Dubious, test returned 255 (wstat 65280, 0xff00)\nFailed 2/5 subtests \n"
        "  Parse errors: Bad plan.  You planned 5 tests but ran 3.\nResult: FAIL",
        "unknown",
        "Undefined subroutine &Shelf::open",
        "",
    ),
    (
        "the crate is sealed at bin/open.pl line 3.\n"
        "Use of uninitialized value $x in concatenation (.) or string at bin/open.pl line 9.",
        "unknown",
        "the crate is sealed",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)
