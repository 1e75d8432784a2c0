"""Builds of compiled packages: what distributions, CI systems and tools wrap around the cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure
from policies.rootcause.clean import clean
from policies.rootcause.noise import is_bare

Cause = Callable[[str], Failure]

WRAPPERS = [
    "dpkg-buildpackage: error: debian/rules build subprocess returned exit status 2",
    "dh_auto_test: error: make -j4 check returned exit code 2",
    "E: Build failure (dpkg-buildpackage died with exit status 2)",
    "E: pybuild pybuild:389: test: plugin pyproject failed with: exit code=1: cd /b; python3 -m unittest",
    "E: Sub-process /usr/bin/dpkg returned an error code (1)",
    "debuild: fatal error at line 1184:",
    "dpkg-buildpackage -us -uc -ui --build=any -aarm64 failed",
    "error: Bad exit status from /var/tmp/rpm-tmp.DWGHE (%check)",
    "    Bad exit status from /var/tmp/rpm-tmp.DWGHE (%check)",
    "RPM build errors:",
    "Child return code was: 1",
    "EXCEPTION: [Error('Command failed: rpmbuild -bb zork.spec', 1)]",
    "mockbuild.exception.Error: Command failed:",
    "==> ERROR: Build failed, check /var/lib/archbuild/extra-x86_64/build",
    " *   ninja -v -j8 -l0 failed",
    ">>> Failed to emerge dev-libs/zork-1.2, Log file:",
    "make -r world: build failed. Please re-run make with -j1 V=s to see what's going on",
    "    ERROR: tools/zork failed to build.",
    "===> Compilation failed unexpectedly.",
    "=>> Error: Build failed in phase: build",
    "BuildError: Failed executing: make",
    "tar (child): Error is not recoverable: exiting now",
    "Build step 'Execute shell' marked build as failure",
    "[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful",
    "[error] (Compile / compileIncremental) Compilation failed",
    "cabal: Failed to build zork-1.0. See the build log above for details.",
    "ERROR: Build did NOT complete successfully",
    "Command CompileSwift failed with a nonzero exit code",
    "make: *** [Makefile:95: all] Fehler 2",
    "make[3]: *** [build.make:58：check] 错误 8",
    "kmk: *** [/obj/zork.o] Error 1",
    "NMAKE : fatal error U1077: 'cl.EXE' : return code '0x2'",
    '12>Done building project "zork.vcxproj" -- FAILED.',
    " -> error making: zork-git",
    "Compilation error: exit status 1",
    "Error: execution of an external program failed: '/b/testrunner .'",
    "Output from these tests are in: /b/Testing/Temporary/LastTest.log",
    'Use "--rerun-failed --output-on-failure" to re-run the failed cases verbosely.',
    "cabal: Error: some packages failed to install:",
    "zork-0.1 failed during the building phase. The exception was:",
    "user error ('/usr/bin/ghc' exited with an error:",
    "  >> 12    make: *** [<builtin>: zork.o] Error 127",
    "ninja: build stopped: subcommand failed.",
]

CASES = [
    (
        "ninja: build stopped: multiple rules generate grue.mod.",
        "config_error",
        "multiple rules generate grue.mod",
    ),
    (
        "Makefile:13: *** zorkc not found -- install base-zork.  Stop.",
        "missing_dependency",
        "zorkc not found",
    ),
    (
        ":zork-rpmerror: Failed build dependencies:\n\tgrue-devel is needed by zork-3.7-1.el9.x86_64",
        "missing_dependency",
        "grue-devel is needed by",
    ),
    (
        "+ tar -xf /src/zork.tar.xz\ntar (child): /src/zork.tar.xz: Cannot open: No such file or directory\n"
        "tar (child): Error is not recoverable: exiting now\ntar: Child returned status 2\n"
        "error: Bad exit status from /var/tmp/rpm-tmp.abc (%prep)",
        "config_error",
        "/src/zork.tar.xz: Cannot open",
    ),
    (
        "src/Zork.hs:5:8: error:\n    Could not find module ‘Grue’\n    Use -v to see a list of the files.",
        "missing_dependency",
        "Could not find module ‘Grue’",
    ),
    (
        "[1 of 3] Compiling Grue ( src/Grue.hs, dist/Grue.o )\n\nsrc/Grue.hs:3:1: Warning:\n"
        "    Defined but not used\n\nsrc/Grue.hs:65:14:\n    Couldn't match type `Int' with `Bool'\n"
        "    Expected type: Int\nFailed to install grue-0.1\ncabal: Error: some packages failed to install:",
        "compile_error",
        "src/Grue.hs:65:14: Couldn't match type",
    ),
    (
        "src/Grue.hs:5:8:\n    Could not find module `Zork'\n    Use -v to see a list of the files.",
        "missing_dependency",
        "Could not find module `Zork'",
    ),
    (
        "[1 of 3] Compiling Grue ( Grue.hs, Grue.o )\nghc.exe: could not execute: C:/inplace/bin/ld.exe",
        "missing_dependency",
        "could not execute: C:/inplace",
    ),
    (
        "ninja: fatal: ninja version (1.5.1) incompatible with build file ninja_required_version (1.7.2).",
        "missing_dependency",
        "ninja version (1.5.1) incompatible",
    ),
    (
        "10>Generating styles\n10>'gen\\zork.exe' is not recognized as an internal or external command,\n"
        "10>operable program or batch file.\n10>C:\\VC\\Microsoft.CppCommon.targets(241,5): error MSB8066: "
        "Custom build for 'C:\\b\\styles.rule' exited with code 9009.\n"
        '10>Done building project "styles.vcxproj" -- FAILED.',
        "missing_dependency",
        "is not recognized as an internal",
    ),
    (
        "Build started.\nC:\\VC\\Microsoft.CppCommon.targets(241,5): error MSB3073: "
        'The command "zork x" exited with code 3. [C:\\w\\a.vcxproj]\n'
        'Done Building Project "C:\\w\\a.vcxproj" (default targets) -- FAILED.',
        "",
        'The command "zork x" exited with code 3',
    ),
    (
        "The following build commands failed:\n\tSwiftEmitModule normal x86_64 Emitting\\ module "
        "(in target 'Zork' from project 'Zork')\n(1 failure)\nnote: Run script build phase will be run.",
        "compile_error",
        "SwiftEmitModule normal x86_64",
    ),
    (
        "The following build commands failed:\n\tPhaseScriptExecution Embed\\ Grue /b/Script-1.sh\n"
        "(1 failure)",
        "",
        "PhaseScriptExecution Embed",
    ),
    (
        "e: Daemon compilation failed: null\njava.lang.Exception\n"
        "\tat org.zork.CompileService$Error.get(CompileService.kt:69)\n\tat org.zork.Work.run(Work.kt:3)",
        "",
        "Daemon compilation failed",
    ),
    (
        "  1) Failure:\nGrueTest#test_bottle [/b/test/grue_test.rb:308]:\nExpected /Grue\\ here/\n"
        ' to match "Error: /b/zork.rb:482: syntax error, unexpected end-of-input\\n".\n',
        "test_failure",
        "Expected /Grue",
    ),
    (
        "[ALL  ]    checking for gcc... gcc\n[ALL  ]    no\n[ERROR]    configure: error: in `/b/zork':\n"
        "[ERROR]    configure: error: C compiler cannot create executables\n"
        "[ALL  ]    See `config.log' for more details\n[ERROR]    make[2]: *** [Makefile:13: all] Error 1",
        "config_error",
        "configure: error: C compiler cannot create",
    ),
    (
        "Test Case 'ZorkTests.testGrue' started at 2019-05-31 07:16:34.843\nExited with signal code 11\n"
        "The command '/bin/sh -c swift test' returned a non-zero code: 1",
        "signal_crash",
        "Exited with signal code 11",
    ),
    ("FileCheck error: '<stdin>' is empty.\n\n--", "test_failure", "'<stdin>' is empty"),
    (
        "al error C1083: Cannot open include file: 'zork.h': No such file or directory\n"
        "NMAKE : fatal error U1077: 'cl.EXE' : return code '0x2'\nStop.",
        "missing_dependency",
        "zork.h",
    ),
    (
        "- [ 256 ] ADD wall = 0.ZORK_ASSERT: /b/tests/grue.c:85: is_close(x, 10.0f)\n"
        "The following tests FAILED:\n\t  9 - grue (Failed)",
        "signal_crash",
        "ZORK_ASSERT: /b/tests/grue.c:85: is_close",
    ),
    ("/b/zork.c:85: ZORK_ASSERT(a == b) failed", "signal_crash", "ZORK_ASSERT(a == b) failed"),
    (
        "    #29 0x55e8 in zork() zork.cpp:61\n\n"
        "SUMMARY: AddressSanitizer: heap-use-after-free zork.h:551 in grue\nShadow bytes around it:",
        "signal_crash",
        "heap-use-after-free zork.h:551",
    ),
    (
        "1: SUMMARY: ThreadSanitizer: data race ../src/zork.c:417 in grue\n1: ThreadSanitizer: reported 8",
        "test_failure",
        "data race ../src/zork.c:417",
    ),
    (
        "CMake Error at /m/CMakeTestCCompiler.cmake:67 (message):\n  The C compiler\n\n"
        '    "/usr/bin/zcc"\n\n  is not able to compile a simple test program.\n\n'
        "  It fails with the following output:\n\n    Change Dir: /b\n    [1/2] Building C object a.o\n"
        "    /usr/bin/ld: cannot find -lgrue: No such file or directory\n"
        "    collect2: error: ld returned 1 exit status\n    ninja: build stopped: subcommand failed.\n\n\n"
        "  CMake will not be able to correctly generate this project.\nCall Stack (most recent call first):\n"
        "  CMakeLists.txt:6 (project)",
        "missing_dependency",
        "cannot find -lgrue",
    ),
    (
        "---- [ui] ui/zork.rs stdout ----\n\nerror: test compilation failed although it shouldn't!\n"
        "status: exit status: 1\n\nthread '[ui] ui/zork.rs' panicked at 'explicit panic', src/r.rs:3:9",
        "test_failure",
        "compilation failed although",
    ),
    (
        "Traceback (most recent call last):\nInstalling grue 1.0...OK\n"
        '  File "/p/zork.py", line 3, in f\nInstalling grue-cli 1.0...OK\n    thin(x)\nRunning: a\n'
        '  File "/p/thin.py", line 9, in thin\n    raise OSError("no lipo here")\nOSError: no lipo here\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/p/main.py", line 6, in <module>\n    main()\nRuntimeError: grue was not packed: /p/so',
        "",
        "no lipo here",
    ),
]


@pytest.mark.parametrize("line", WRAPPERS)
def test_a_builder_that_only_says_that_it_failed(line: str) -> None:
    assert is_bare(clean(line).lower())


@pytest.mark.parametrize(("log", "found", "words"), CASES)
def test_the_cause_inside(cause: Cause, log: str, found: str, words: str) -> None:
    failure = cause(log)
    assert words in failure.summary, failure
    assert failure.failure_class.value == (found or failure.failure_class.value), failure


def test_the_number_of_a_test_is_taken_off_what_it_prints() -> None:
    assert clean("12: [  FAILED  ] Zork.grue (3 ms)") == "[  FAILED  ] Zork.grue (3 ms)"
    assert clean("1: ==================") == "1: =================="
    assert clean("12: all is well") == "12: all is well"
