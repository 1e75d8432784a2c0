"""Rust: rustc, clippy, rustfmt, cargo, tests, nextest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

CASES: list[tuple[str, str, str, str]] = [
    (
        "error[E0308]: mismatched types\n --> src/lib.rs:4:5\n  |\n"
        "error: could not compile `inv` (lib) due to 1 previous error",
        "compile_error",
        "mismatched types",
        "",
    ),
    (
        "error: unneeded `return` statement\n --> src/lib.rs:1:42\n  |\n"
        "  = note: `-D clippy::needless-return` implied by `-D warnings`",
        "lint",
        "unneeded",
        "",
    ),
    ("error: expected literal string\n --> Cargo.toml:7:8\n  |", "config_error", "literal", ""),
    ("Diff in /w/src/lib.rs:1:\n-fn  a\n+fn a", "lint", "src/lib.rs", ""),
    ("error: no matching package named `frob` found", "missing_dependency", "frob", ""),
    ("error: failed to parse manifest at `/w/Cargo.toml`", "config_error", "manifest", ""),
    (
        "error: the lock file /w/Cargo.lock needs to be updated but --locked was passed to prevent this",
        "config_error",
        "lock",
        "",
    ),
    (
        "error: package `frob v2` cannot be built because it requires rustc 1.99",
        "missing_dependency",
        "frob",
        "",
    ),
    ("error: failed to download from `https://example.org/frob`", "network", "download", ""),
    (
        "error: failed to run custom build command for `frob-sys v0.9`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/build-script-build` (exit status: 101)\n  --- stderr\n"
        "  thread 'main' panicked at build.rs:1:13:\n  could not find frob; set FROB_DIR\n",
        "missing_dependency",
        "set FROB_DIR",
        "",
    ),
    (
        'error: linking with `cc` failed: exit status: 1\n  |\n  = note:  "cc" "-m64"\n'
        "  = note: /usr/bin/ld: cannot find -lfrob: No such file\n"
        "          collect2: error: ld returned 1 exit status",
        "missing_dependency",
        "-lfrob",
        "",
    ),
    (
        "test t::adds ... FAILED\n\nfailures:\n\n---- t::adds stdout ----\n"
        "thread 't::adds' (4242) panicked at src/lib.rs:9:25:\nassertion `left == right` failed\n"
        "  left: 3\n right: 4\n\nfailures:\n    t::adds\n\ntest result: FAILED. 0 passed; 1 failed",
        "test_failure",
        "t::adds: assertion `left == right` failed",
        "cargo test t::adds",
    ),
    (
        "thread 't::old' panicked at 'no such widget', src/lib.rs:9:5\nnote: run with",
        "test_failure",
        "no such widget",
        "cargo test t::old",
    ),
    (
        'test t::reads ... FAILED\n---- t::reads stdout ----\nError: "cannot parse it"\n',
        "test_failure",
        "cannot parse it",
        "cargo test t::reads",
    ),
    (
        "test src/lib.rs - add (line 2) ... FAILED",
        "test_failure",
        "add (line 2)",
        "cargo test --doc",
    ),
    (
        "        FAIL [   0.005s] inv t::adds",
        "test_failure",
        "t::adds",
        "cargo nextest run t::adds",
    ),
    (
        "     TIMEOUT [  60.005s] inv t::waits",
        "test_timeout",
        "t::waits",
        "cargo nextest run t::waits",
    ),
    (
        "thread 'main' has overflowed its stack\nfatal runtime error",
        "signal_crash",
        "overflowed",
        "",
    ),
    (
        "process didn't exit successfully: `rustc a.rs` (signal: 9, SIGKILL: kill)",
        "out_of_memory",
        "rustc",
        "",
    ),
    (
        "error: unable to get packages from source\n\nCaused by:\n  failed to fetch `frob`\n\n"
        "Caused by:\n  failed to get 200 response from `https://example.org/frob`, got 503",
        "network",
        "got 503",
        "",
    ),
    (
        "error: failed to parse manifest at `/w/Cargo.toml`\n\nCaused by:\n  no targets specified",
        "config_error",
        "no targets specified",
        "",
    ),
    (
        "Error: cannot start\n\nCaused by:\n    0: cannot read the settings\n    1: no such key: frob\n",
        "config_error",
        "no such key: frob",
        "",
    ),
    (
        "error: failed to run custom build command for `frob-sys v0.9`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/target/build/frob-sys/build-script-main` (exit code: 101)\n"
        "--- stderr\nthread 'main' panicked at 'called `Result::unwrap()` on an `Err` value: "
        'Os { code: 1, kind: PermissionDenied, message: "Operation not permitted" }\', build.rs:9:1',
        "sandbox_permission",
        "PermissionDenied",
        "",
    ),
    (
        "[frob-sys 0.9.1] cargo:rerun-if-env-changed=FROB_DIR\n"
        "[frob-sys 0.9.1] thread 'main' panicked at build.rs:190:5:\n"
        "[frob-sys 0.9.1] could not find a frob installation\n"
        "error: failed to run custom build command for `frob-sys v0.9.1`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/build-script-build` (exit status: 101)\n"
        "warning: build failed, waiting for other jobs to finish...",
        "missing_dependency",
        "could not find a frob installation",
        "",
    ),
    (
        "[frob-sys 0.9.1] cargo:warning=c/a.c:3:10: fatal error: frob.h: No such file or directory\n"
        "[frob-sys 0.9.1] exit status: 1\n"
        "error: failed to run custom build command for `frob-sys v0.9.1`",
        "missing_dependency",
        "frob.h",
        "",
    ),
    (
        "[frob-sys 0.9.1] thread 'main' panicked at 'no `frobc` anywhere', /c/frob-sys/build.rs:358:10\n"
        "[frob-sys 0.9.1] stack backtrace:\n[frob-sys 0.9.1]    0: rust_begin_unwind\n"
        "error: failed to run custom build command for `frob-sys v0.9.1`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/build-script-build` (exit status: 101)",
        "missing_dependency",
        "no `frobc` anywhere",
        "",
    ),
    (
        '[frob-sys 0.9.1] Error: Os { code: 2, kind: NotFound, message: "No such file or directory" }\n'
        "error: failed to run custom build command for `frob-sys v0.9.1`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/build-script-build` (exit status: 1)",
        "config_error",
        "kind: NotFound",
        "",
    ),
    (
        "[frob-sys 0.9.1] cargo:warning=cc1: error: unrecognized command-line option '-mfrob'\n"
        "[frob-sys 0.9.1] exit status: 1\n"
        "error: failed to run custom build command for `frob-sys v0.9.1`",
        "config_error",
        "unrecognized command-line option '-mfrob'",
        "",
    ),
    (
        "warning: frob-sys@0.9.1: c/a.c:3:10: error: expected ';' before 'return'\n"
        "error: failed to run custom build command for `frob-sys v0.9.1`",
        "compile_error",
        "expected ';'",
        "",
    ),
    (
        "test src/pair.rs - Pair::first (line 12) ... FAILED\n\nfailures:\n\n"
        "---- src/pair.rs - Pair::first (line 12) stdout ----\n"
        "Test executable failed (exit status: 101).\n\nstderr:\n\n"
        "thread 'main' (71) panicked at src/pair.rs:5:1:\nassertion `left == right` failed\n"
        "  left: 3\n right: 4\n",
        "test_failure",
        "Pair::first (line 12): assertion `left == right` failed",
        "cargo test --doc",
    ),
    (
        "error: failed to select a version for `widget`.\n"
        "    ... required by package `shop v0.1.0 (/w/shop)`\n"
        "versions that meet the requirements `^1.0` are: 1.0.9\n\n"
        "package `shop` depends on `widget` with feature `blu` but `widget` does not have that feature.\n"
        " package `widget` does have feature `blue`\n\n\n"
        "failed to select a version for `widget` which could resolve this conflict",
        "config_error",
        "with feature `blu`",
        "",
    ),
    (
        'error: failed to select a version for the requirement `widget = "^2"`\n'
        "candidate versions found which didn't match: 1.9.0\nlocation searched: crates.io index",
        "missing_dependency",
        "didn't match: 1.9.0",
        "",
    ),
    (
        "test tests::rejects - should panic ... FAILED\n\nfailures:\n\n---- tests::rejects stdout ----\n\n"
        "thread 'tests::rejects' (33) panicked at src/lib.rs:5:20:\ntoo small\n"
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
        'note: panic did not contain expected string\n      panic message: "too small"\n'
        ' expected substring: "too big"\n',
        "test_failure",
        'expected substring: "too big"',
        "cargo test tests::rejects",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


def test_what_a_build_script_printed_is_no_layer_of_its_end(
    cause: Callable[[str], Failure],
) -> None:
    log = (
        "error: failed to run custom build command for `geo-sys v0.9.1 (/w/geo-sys)`\n\nCaused by:\n"
        "  process didn't exit successfully: `/w/target/build-script-build` (exit status: 1)\n"
        "  --- stdout\n  HOST_CC = None\n  CC = None\n"
        "  cargo:warning=geo.c:1:10: fatal error: geo.h: No such file or directory\n"
    )
    found = cause(log)
    assert "geo.h" in found.summary
    assert not any("CC = None" in line for line in found.lines)
