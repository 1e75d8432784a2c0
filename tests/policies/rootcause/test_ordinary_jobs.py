"""What everyday jobs end with: linters, builds, installers, provisioning, git; each with its class."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

Cause = Callable[[str], Failure]

JAVASCRIPT = [
    (
        'ESLint couldn\'t find the config "frob" to extend from. Please check that the name is correct.',
        "missing_dependency",
        'the config "frob"',
    ),
    (
        'ESLint couldn\'t find the config "./frob" to extend from. Please check that the name is correct.',
        "config_error",
        'the config "./frob"',
    ),
    (
        "src/a.ts(1,20): error TS2307: Cannot find module 'frob' or its corresponding type declarations.",
        "missing_dependency",
        "TS2307",
    ),
    (
        "src/a.ts(1,20): error TS2307: Cannot find module './frob' or its corresponding type declarations.",
        "type_error",
        "TS2307",
    ),
    (
        "Error: src/app/a.component.html:3:5 - error NG8001: 'app-frob' is not a known element:",
        "compile_error",
        "NG8001",
    ),
    (
        "Error: bundle initial exceeded maximum budget. Budget 1.00 MB was not met by 24.15 kB.",
        "config_error",
        "exceeded maximum budget",
    ),
    (
        "The cypress npm package is installed, but the Cypress binary is missing.",
        "missing_dependency",
        "binary is missing",
    ),
    ("error: lockfile had changes, but lockfile is frozen", "config_error", "lockfile is frozen"),
    (
        "# npm audit report\n\nfrob  <1.2.3\nSeverity: high\n"
        "Injection in frob - https://github.com/advisories/GHSA-1111-2222-3333\n1 high severity",
        "lint",
        "Injection in frob",
    ),
    (
        "⨯ TypeError: z is not a zork\n"
        'Error occurred prerendering page "/grue". Read more: https://nextjs.org/docs\n'
        "Export encountered an error on /grue/page: /grue, exiting the build.\n"
        "⨯ Next.js build worker exited with code: 1 and signal: null",
        "compile_error",
        "z is not a zork",
    ),
    (
        "> Build error occurred\nError: Turbopack build failed with 1 errors:\n./app/zork.tsx:3:1\n"
        "Module not found: Can't resolve 'grue'",
        "missing_dependency",
        "Can't resolve 'grue'",
    ),
    (
        "npm ERR! registry error parsing json\nnpm ERR! 404 Not Found: zork@1.0.0\nnpm ERR! code E404",
        "missing_dependency",
        "zork@1.0.0",
    ),
]

PYTHON = [
    (
        "py311: skipped because could not find python interpreter with spec(s): py311\n"
        "  py311: SKIP (0.01 seconds)\n  evaluation failed :( (0.05 seconds)",
        "missing_dependency",
        "could not find python interpreter",
    ),
    (
        "      fatal error: Zork.h: No such file or directory\n"
        "      compilation terminated.\n"
        "      error: command '/usr/bin/gcc' failed with exit code 1\n"
        "      [end of output]\n  ERROR: Failed building wheel for grue",
        "missing_dependency",
        "Zork.h",
    ),
    ("[gw0] node down: Not properly terminated", "signal_crash", "node down"),
    (
        "error: Failed to parse metadata from built wheel\n"
        "  Caused by: after parsing `3`, found `.9`, which is no zork",
        "config_error",
        "which is no zork",
    ),
]

GO_RUST_C = [
    (
        "pkg/a_test.go:9:12: Error return value of `w.Write` is not checked (errcheck)",
        "lint",
        "errcheck",
    ),
    (
        "package zork.org/a\n\timports zork.org/b\n\timports zork.org/a: import cycle not allowed",
        "compile_error",
        "import cycle not allowed",
    ),
    (
        'Error response from daemon: Get "https://r.zork.org/v2/": net/http: request canceled while '
        "waiting for connection (Client.Timeout exceeded while awaiting headers)",
        "network",
        "request canceled",
    ),
    ("error: linker `zork-cc` not found", "missing_dependency", "zork-cc"),
    (
        "error[vulnerability]: Potential overflow in the grue crate\n    ┌─ /zork/Cargo.lock:80:1\n"
        "advisories FAILED, bans ok, licenses ok, sources ok",
        "lint",
        "Potential overflow",
    ),
    ("LINK : fatal error LNK1104: cannot open file 'zork.lib'", "missing_dependency", "zork.lib"),
    (
        "terminate called after throwing an instance of 'zork::grue'\n  what():  no light",
        "signal_crash",
        "zork::grue: no light",
    ),
    (
        "ERROR: /w/zork/BUILD:3:10: Compiling zork.cc failed: (Exit 1): gcc failed\n"
        "gcc: error trying to exec 'cc1plus': execvp: No such file or directory",
        "missing_dependency",
        "cc1plus",
    ),
]

OTHERS = [
    (
        "  lib/zork.dart (1)\n   info • Unused import: 'dart:io' • lib/zork.dart:1:8 • unused_import\n\n"
        "1 issue found. (ran in 2.1s)",
        "lint",
        "Unused import",
    ),
    (
        "   info • Unused import: 'dart:io' • lib/zork.dart:1:8 • unused_import\n"
        "  error • Undefined name 'grue' • lib/zork.dart:3:8 • undefined_identifier\n2 issues found.",
        "compile_error",
        "Undefined name 'grue'",
    ),
    (
        "warning - lib/zork.dart:3:5 - The value isn't used. - unused_local_variable\n1 issue found.",
        "lint",
        "The value isn't used",
    ),
    ('** (Mix) The task "zork" could not be found', "missing_dependency", "could not be found"),
    (
        "Unchecked dependencies for environment test:\n* grue (Hex package)\n"
        '  the dependency is not available, run "mix deps.get"\n'
        "** (Mix) Can't continue due to errors on dependencies",
        "missing_dependency",
        "dependencies",
    ),
    (
        "lib/zork.ex:3:no_return\nFunction init/1 has no local return.\nHalting VM with exit status 2",
        "type_error",
        "no_return",
    ),
    (
        "┃ [F] → Function is too complex.\n┃       lib/zork.ex:10:7 #(Zork.grue)",
        "lint",
        "too complex",
    ),
    (
        "Your bundle is locked to zork (1.10.0), but that version can no longer be found in that source.",
        "missing_dependency",
        "zork (1.10.0)",
    ),
    (
        "Migrations are pending. To resolve this issue, run:\n\n  bin/rails db:migrate RAILS_ENV=test",
        "config_error",
        "Migrations are pending",
    ),
    ("error: no such module 'Zork'", "missing_dependency", "Zork"),
    (
        "error: No profiles for 'org.zork' were found: Xcode couldn't find any matching (in target 'Zork')",
        "auth",
        "No profiles",
    ),
    (
        "xcodebuild: error: Unable to find a destination matching { platform:iOS Simulator }:\n"
        "\tAvailable:",
        "config_error",
        "Unable to find a destination",
    ),
    (
        "xcodebuild: error: Unable to find a destination matching the provided one:\n"
        "    Reason: iOS 99.0 is not installed. Please download it.",
        "missing_dependency",
        "iOS 99.0 is not installed",
    ),
    ("Error: No such keg: /opt/homebrew/Cellar/zork", "missing_dependency", "No such keg"),
    (
        "./zork.yml\n  3:1       error    wrong indentation: expected 2 but found 4  (indentation)",
        "lint",
        "3:1",
    ),
    (
        "│ zork │ CVE-2024-1234 │ CRITICAL │ fixed │ 1.2 │",
        "lint",
        "CVE-2024-1234",
    ),
    (
        " -------------------\n  Error\n -------------------\n"
        "  Ignored error pattern #zork# was not matched.\n -------------------\n\n"
        " [ERROR] Found 1 error",
        "lint",
        "#zork# was not matched",
    ),
    (
        "/w/Zork.Tests/GrueTests.cs(12): error TESTERROR:\n"
        "      Zork.Tests.GrueTests.Eats (31ms): Error Message: Assert.True() Failure",
        "test_failure",
        "GrueTests.Eats",
    ),
]

SERVICES = [
    (
        "Error: Unable to process file command 'env' successfully.\nError: Invalid format 'zork'",
        "config_error",
        "Unable to process file command",
    ),
    (
        "TASK [grue : light the lamp] ****\n"
        "fatal: [zork]: FAILED! => \n  changed: false\n  msg: the lamp has no such option\n",
        "config_error",
        "light the lamp: the lamp has no such option",
    ),
    (
        "batch response: This repository is over its data quota. Account responsible should buy more.",
        "usage_limit",
        "over its data quota",
    ),
    ("batch response: Access forbidden. Check your access level.", "auth", "Access forbidden"),
    ("fatal: git fetch-pack: expected shallow list", "git_error", "expected shallow list"),
    (
        "E: Failed to fetch https://zork.org/ubuntu/Packages.gz  Hash Sum mismatch\n"
        "E: Some index files failed to download. They have been ignored, or old ones used instead.",
        "network",
        "Hash Sum mismatch",
    ),
    (
        "##[group]Run npm run build\nnpm run build\necho lit\nshell: bash\n##[endgroup]\nError: no lamp",
        "compile_error",
        "no lamp",
    ),
    (
        "$ tools/check-zork.sh\nError: no lamp is here",
        "lint",
        "no lamp is here",
    ),
    (
        "jinja2.exceptions.TemplateSyntaxError: unexpected 'zork'",
        "config_error",
        "unexpected 'zork'",
    ),
    (
        'java.io.IOException: Cannot run program "zork": error=2, No such file or directory',
        "missing_dependency",
        "Cannot run program",
    ),
]


MESSAGES = [
    ("ESLint found too many warnings (maximum: 0).", "lint"),
    ("No matching package to install: 'zork-devel'", "missing_dependency"),
    (
        "Got permission denied while trying to connect to the Docker daemon socket at unix:///zork.sock",
        "sandbox_permission",
    ),
    (
        "ERROR: InvalidReturnType - src/Z.php:12:5 - No lamp is returned (see https://psalm.dev/011)\n"
        "    public function lamp(): string\n\n------------------------------\n1 errors found",
        "type_error",
    ),
    ("Unable to find your zork.json file. Did you forget it?", "config_error"),
    ("AssertionError: expected response to have status code 200 but got 500", "test_failure"),
    ("dyld[123]: Library not loaded: @rpath/libzork.dylib", "missing_dependency"),
    (
        "./zork: /lib/libc.so.6: version `GLIBC_2.34' not found (required by ./zork)",
        "missing_dependency",
    ),
    ("Module not found: Error: Can't resolve 'zork' in '/w/src'", "missing_dependency"),
    ("[1:00:00 PM] [semantic-release] › ✘  ENOGHTOKEN No GitHub token specified.", "auth"),
    (
        "Could not list: provider registry r.org does not have a provider named r.org/z",
        "missing_dependency",
    ),
    ("dpkg: error: requested operation requires superuser privilege", "sandbox_permission"),
    ("File already exists ('zork-1.0.tar.gz', with hash 'ab').", "config_error"),
    ('error: exportArchive: No signing certificate "Zork" found', "auth"),
    ("Failing tests:\n\tZorkTests.testLamp()\n** TEST FAILED **", "test_failure"),
    ("E           Failed: Timeout >10.0s", "test_timeout"),
    (
        "Error: creating Lamp (zork): AccessDenied: the lamp is not yours\n  with zork_lamp.b,\n"
        '  on main.tf line 4, in resource "zork_lamp" "b":',
        "auth",
    ),
    (
        "src/zork.rb:3: Expected `Integer` but found `String` for `a` https://srb.help/7002",
        "type_error",
    ),
    ("Error ┈┈┈┈┈┈ src/zork.js:3:5\n\nCannot call lamp", "type_error"),
    ("Tested 120 dependencies for known issues, found 3 issues, 3 vulnerable paths.", "lint"),
    ("    src/zork.py\n   ❯❯❱ python.lang.lamp-detected\n          Detected a lamp.", "lint"),
    (
        'Check: CKV_AWS_18: "Ensure the lamp has logging"\n\tFAILED for resource: zork_lamp.b',
        "lint",
    ),
    (
        "fqcn[action-core]: Use FQCN for builtins (copy).\nFailed: 1 failure(s), 0 warning(s) on 3 files.",
        "lint",
    ),
    (
        "* checking package dependencies ... ERROR\nPackage required but not available: 'zork'",
        "missing_dependency",
    ),
    ("src/Zork.hs:3:5-10: Warning: Use camelCase\n1 hint", "lint"),
    ("Mutation score of 60 is below threshold of 80", "lint"),
    ("thresholds on metrics 'lamp_duration' have been crossed", "test_failure"),
    ("Failing scenarios:\ncucumber features/zork.feature:3 # Scenario: Lamp", "test_failure"),
    (
        'zork.proto:3:1:Package name "lamp" should be suffixed with a version, such as "lamp.v1".',
        "lint",
    ),
    (
        "error during build:\nError: Cannot find package '@zork/plugin' imported from /w/vite.config.ts",
        "missing_dependency",
    ),
    ("run_zork.py: error: argument --lamp: invalid choice: 'x' (choose from y)", "config_error"),
    (
        "/w/common.sh: line 13: zorkunit: No such file or directory\nCRITICAL - [Check] test failed",
        "missing_dependency",
    ),
    (
        "C:\\NuGet.targets(128,5): error : Unable to load the service index for source z. [C:\\Z.csproj]",
        "network",
    ),
    (
        "##[error]error: invalid path '10:00-lamp.md'\n##[error]The process 'git' failed with exit code 128",
        "git_error",
    ),
    ("aws: [ERROR]: Your session has expired. Please reauthenticate using 'aws login'.", "auth"),
    ("ZorkError: Your shell has not been properly configured to use 'zork'.", "config_error"),
    ("[error] (zork / scalafixAll) scalafix.sbt.ScalafixFailed: CommandLineError", "lint"),
]


@pytest.mark.parametrize(("log", "found"), MESSAGES)
def test_the_class_of_a_message(cause: Cause, log: str, found: str) -> None:
    failure = cause(log)
    assert failure.failure_class.value == found, failure


@pytest.mark.parametrize(
    ("log", "found", "words"), [*JAVASCRIPT, *PYTHON, *GO_RUST_C, *OTHERS, *SERVICES]
)
def test_the_ordinary_end_of_a_job(cause: Cause, log: str, found: str, words: str) -> None:
    failure = cause(log)
    assert (failure.failure_class.value, words in failure.summary) == (found, True), failure


WRAPPED = [
    (
        "[Pipeline] withCredentials\n[Pipeline] // withCredentials\n"
        "[Pipeline] { (Declarative: Post Actions)\n[Pipeline] sh\n+ zork logout\n"
        "Error when executing always post condition:\nhudson.AbortException: script returned exit code 1\n"
        "[Pipeline] End of Pipeline\nERROR: Could not find credentials entry with ID 'lamp'\n"
        "Finished: FAILURE",
        "with ID 'lamp'",
    ),
    (
        "  1 failed\n    [chromium] › test/zork.spec.ts:23:5 › the lamp is lit ────────\n  5 passed (1.7s)",
        "test/zork.spec.ts › the lamp is lit",
    ),
    (
        "Error: the lamp is out\nnpm error Lifecycle script `light` failed with error:\n"
        "npm error code 1\nnpm error path /w\nnpm error command failed",
        "the lamp is out",
    ),
    (
        "Error: the lamp is out\n✖ 1 error, 1 warnings and 0 suggestions in 1 file.",
        "the lamp is out",
    ),
    (
        "##[error]The title must contain a lamp\n##[error]Example: 'A lamp'",
        "must contain a lamp",
    ),
    (
        "zork.sh: line 1: grue-smi: command not found\n"
        "##[error]Error: failed to run script step: Error: command terminated with non-zero exit code: "
        "command terminated with exit code 1\n"
        "##[error]Executing the custom container implementation failed. Please contact your administrator.",
        "grue-smi",
    ),
    (
        "Error: the lamp is out\n"
        "##[error]Error: failed to run script step: Error: command terminated with non-zero exit code: "
        "command terminated with exit code 1",
        "the lamp is out",
    ),
    (
        "Error: the lamp is out\n> Build error occurred\nError: Failed to collect page data for /zork\n",
        "the lamp is out",
    ),
]


@pytest.mark.parametrize(("log", "words"), WRAPPED)
def test_what_only_wraps_a_step_is_not_the_cause(cause: Cause, log: str, words: str) -> None:
    assert words in cause(log).summary
