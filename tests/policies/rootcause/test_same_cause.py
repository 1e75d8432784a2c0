"""What several people saw of one cause is one, and what looks alike but is another cause is two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

Cause = Callable[[str], Failure]

DYLD = """dyld{}: Library not loaded: /usr/local/opt/frob/lib/libfrob.{}.dylib
  Referenced from: {}
  Reason: {}"""
TWICE = """ambiguous import: found {2}example.org/{0} in multiple modules:
\texample.org v0.1.0 (/{1}/example.org@v0.1.0/{0})"""
PG = """{}FATAL:  database files are incompatible with server
{}DETAIL:  The data directory was initialized by PostgreSQL version {}, which is not compatible with this \
version {}."""
SCRIPT = """error: failed to run custom build command for `frob-sys v0.1.2`

--- stderr
thread 'main' panicked at 'called `Result::unwrap()` on an `Err` value: "{}"', {}:4:5"""
PC = (
    "exit code: 1\\n--- stderr\\nPackage frob was not found in the pkg-config search path."
    "\\nNo package \\'frob\\' found"
)
CRATE = """error: failed to run custom build command for `frob-sys v0.3.1`
  --- stderr

  thread 'main' (39) panicked at /home/a/frob-sys-0.3.1/build.rs:13:18:

  pkg-config exited with status code 1
  The system library `{0}` required by crate `frob-sys` was not found.
  The file `{0}.pc` needs to be installed"""
ESM = """{}/node_modules/{}/index.js:1
    ({{"Object.<anonymous>":function(module,exports){{import frob from './frob.js';
                                                      ^^^^^^

    SyntaxError: Cannot use import statement outside a module{}"""
STACK = "\n\n      at Runtime.create (node_modules/jest-runtime/build/index.js:17:14)"
TSC = "node_modules/@types/frob/index.d.ts:6{}:50 - error TS1005: ']' expected."
CRA = """Failed to compile.

/Users/a/b/node_modules/@types/frob/index.d.ts
TypeScript error in /Users/a/b/node_modules/@types/frob/index.d.ts(68,50):
{}

    66 | }}"""
OUTPUT = """  × {} did not run successfully.
  │ exit code: 1
  ╰─> [9 lines of output]
      running egg_info
      writing frob.egg-info/PKG-INFO
      The 'frob' package has moved, use 'crate'
      rather than 'frob' for pip commands.

      Here is how:
      - use 'pip install crate' rather than 'pip install frob'
      {}
      [end of output]"""
TOOLS = (
    'API Error: 400 {{"type":"error","error":{{"type":"invalid_request_error","message":"messages.{}: '
    "`tool_use` ids{}were found without `tool_result` blocks immediately after: {}. Each `tool_use` block "
    'must"}}}}'
)
RUBY = "uninitialized constant Frob::Logger"
IMPORT = "ImportError: cannot import name 'A' from 'frob.b' ({}/lib/frob/b.py)"
RUSTC = "package `frob v0.7.0` cannot be built because it requires rustc 1.74 or newer"
SDK = "SDK does not contain 'libfrob' at the path '/{}/libfrob_os.a'; try increasing the target"
COLLATION = "Unknown collation: 'utf8mb4_{}_ci'"

ONE = (
    (
        DYLD.format("", 7, "/usr/local/bin/a", "image not found"),
        DYLD.format("[681]", 7, "<6A1F0244> /opt/b", "tried: '/usr/lib/libfrob.7.dylib'"),
    ),
    (
        'main.go:3:2: unknown import path "example.org/paint": ' + TWICE.format("paint", "a", ""),
        "example.org/paint: " + TWICE.format("paint", "b", "package ").replace("0.1", "0.7"),
    ),
    (
        PG.format("2019-03-28 08:17:01.856 EET [26] ", "", 10, "11.2"),
        PG.format("", "", 10, "11.4 (Debian 11.4-1)"),
    ),
    (SCRIPT.format(PC, "libcore/result.rs"), CRATE.format("frob")),
    (
        SCRIPT.format("Failed to run `frob`: no such file", "src/libcore/result.rs"),
        SCRIPT.format("Failed to run `frob`: no such file", "/home/a/frob-sys-0.1.2/build.rs"),
    ),
    (ESM.format("    /app", "frob", ""), ESM.format("/a/node_modules/shelf", "frob", STACK)),
    (TSC.format(8), CRA.format("']' expected.  TS1005")),
    (
        OUTPUT.format("python setup.py egg_info", "https://example.org/frob"),
        OUTPUT.format("Getting requirements to build wheel", "'frob' instead of 'crate'"),
    ),
    (
        TOOLS.format(12, " ", "toolu_0164dj1VZiRHAsW2rXJugiC2, toolu_01HJPPbn2Qen3x7Lbsn9P2fs"),
        TOOLS.format(8, "\n    ", "toolu_01BLPnEsLAX3wVCZiRbuucaK"),
    ),
    (
        "ERROR 1273 (HY000) at line 325: " + COLLATION.format("frob"),
        "[Err] 1273 - " + COLLATION.format("frob"),
    ),
    (f"a/frob.rb:12:in `<module:Frob>': {RUBY} (NameError)", f"NameError: {RUBY}"),
    (IMPORT.format("/usr"), IMPORT.format(".venv")),
    (f"error: {RUSTC}", f"Caused by:   {RUSTC}"),
    (f"clang: error: {SDK.format('a')}", SDK.format("b")),
)


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_cause_seen_by_two_is_one(cause: Cause, one: str, other: str) -> None:
    assert cause(one).fingerprint == cause(other).fingerprint


TWO = (
    (DYLD.format("", 7, "/a", "image not found"), DYLD.format("", 8, "/a", "image not found")),
    ("a: " + TWICE.format("paint", "a", ""), "a: " + TWICE.format("crate", "a", "")),
    (PG.format("", "", 10, "11.2"), PG.format("", "", "9.6", "11.2")),
    (CRATE.format("frob"), CRATE.format("shelf")),
    (ESM.format("/app", "frob", ""), ESM.format("/app", "shelf", "")),
    (TSC.format(8), CRA.format("Type expected.  TS1110")),
    (COLLATION.format("frob"), COLLATION.format("shelf")),
)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_looks_alike_but_is_another_cause_is_two(cause: Cause, one: str, other: str) -> None:
    assert cause(one).fingerprint != cause(other).fingerprint


def test_an_assertion_says_more_than_the_shell_of_the_program_that_died(cause: Cause) -> None:
    said = "Assertion 'a >= 0' failed at src/test-frob.c:40, function test_frob(). Aborting."
    assert cause(f"{said}\nAborted (core dumped)").summary == said
