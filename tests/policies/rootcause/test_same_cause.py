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
QT = """{}could not {} the Qt platform plugin "xcb" in "".
This application failed to start because no Qt platform plugin could be initialized.

Available platform plugins are: {}.

{}"""
PANIC = """thread 'main' panicked at 'assertion failed: `(left == right)`
  left: `1`,
 right: `2`', {}.rs:2:3"""
HARNESS = """{}t/a.t                (Wstat: 256 Tests: 29 Failed: 1)
  Failed test:  {}
  Non-zero exit status: 1
Result: FAIL"""
KEY = (
    "W: GPG error: https://example.org stable InRelease: The following signatures couldn't be verified "
    "because the public key is not available: NO_PUBKEY {}"
)
JAVAC = """[ERROR] /a/B.java:[{},4] cannot find symbol
[ERROR]   symbol:   class {}
[ERROR]   location: class B"""
PEER = """npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR!
npm ERR! While resolving: shop@0.{}.0
npm ERR! Found: react@18.2.0
npm ERR!
npm ERR! Could not resolve dependency:
npm ERR! peer react@"^15.0.0 || ^16.0.0" from {}@1.4.14"""
PNPM = (
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to '
    "date with {}package.json"
)
PROTOCOL = "The unauthenticated git protocol on port 9418 is no longer supported."
PROTOBUF = (
    "TypeError: Descriptors cannot {}be created directly.{}If this call came from a _pb2.py file,"
)
GHC = "src/A.hs:{}:4: error: [GHC-88464]\n    Variable not in scope: {}"
TS = "src/a.ts({},4): error TS2305: Module '\"x\"' has no exported member '{}'."
SPHINX = "docs/intro.rst:4:{}unknown document: 'usage'{}"
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
    (PNPM.format("<ROOT>/"), PNPM.format("")),
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
    (
        QT.format("qt.qpa.plugin: C", "load", "xcb", ""),
        QT.format(
            "C", "load", "minimal, xcb", "run.sh: line 7: 184 Aborted   (core dumped) ./frob"
        ),
    ),
    (
        PANIC.format("/home/a/.cargo/registry/src/index.crates.io-6f17/frob-0.1.13/src/main"),
        PANIC.format("C:\\c\\registry\\src\\index.crates.io-1949\\frob-0.2.0\\src\\main"),
    ),
    (HARNESS.format("./", 12), HARNESS.format("../", 12)),
    (PEER.format(1, "frob"), PEER.format(2, "frob")),
    (f"fatal: remote error:\n  {PROTOCOL}", f"npm ERR!   {PROTOCOL}"),
    (PROTOBUF.format("not ", "\n"), PROTOBUF.format("", " ")),
    (GHC.format(3, "frob"), GHC.format(9, "frob")),
    (TS.format(3, "Frob"), TS.format(9, "Frob")),
    (
        "Warning, treated as error:\n" + SPHINX.format("", ""),
        SPHINX.format(" WARNING: ", " [ref.doc]")
        + "\nbuild finished with problems, 1 warning (with warnings treated as errors).",
    ),
)


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_cause_seen_by_two_is_one(cause: Cause, one: str, other: str) -> None:
    assert cause(one).fingerprint == cause(other).fingerprint


VERSIONS = (
    "npm ERR! code E404\nnpm ERR! 404 Not Found: frob@{}",
    "npm ERR! code ETARGET\nnpm ERR! notarget No matching version found for frob@{}.",
    "Error response from daemon: manifest for frob:{0} not found: manifest unknown",
    "ERROR: failed to solve: frob:{0}: docker.io/library/frob:{0}: not found",
    "* What went wrong:\nExecution failed for task ':a'.\n> Could not find com.frob:b:{}.",
    "ERROR: No matching distribution found for frob=={}",
    'error: failed to select a version for the requirement `frob = "^{}"`',
    "E: Version '{}' for 'frob' was not found",
    "Could not find gem 'frob (= {})' in rubygems repository",
    "Could not find 'bundler' ({}) required by your Gemfile.lock. (Gem::GemNotFoundException)",
)
TWO = (
    (DYLD.format("", 7, "/a", "image not found"), DYLD.format("", 8, "/a", "image not found")),
    ("a: " + TWICE.format("paint", "a", ""), "a: " + TWICE.format("crate", "a", "")),
    (PG.format("", "", 10, "11.2"), PG.format("", "", "9.6", "11.2")),
    (CRATE.format("frob"), CRATE.format("shelf")),
    (ESM.format("/app", "frob", ""), ESM.format("/app", "shelf", "")),
    (TSC.format(8), CRA.format("Type expected.  TS1110")),
    (COLLATION.format("frob"), COLLATION.format("shelf")),
    (PANIC.format("src/a"), PANIC.format("src/b")),
    (HARNESS.format("", 12), HARNESS.format("", 13)),
    (KEY.format("23E7166788B63E1E"), KEY.format("E074D16EB6FF4DE3")),
    (JAVAC.format(3, "Frob"), JAVAC.format(3, "Shelf")),
    (PEER.format(1, "frob"), PEER.format(1, "shelf")),
    (GHC.format(3, "frob"), GHC.format(3, "shelf")),
    (TS.format(3, "Frob"), TS.format(3, "Shelf")),
    (
        'a.py:3: error: Name "frob" is not defined  [name-defined]',
        'a.py:3: error: Name "shelf" is not defined  [name-defined]',
    ),
    *((text.format("1.2.0"), text.format("1.3.0")) for text in VERSIONS),
    *((text.format("00942"), text.format("01017")) for text in ("sqlplus: ERROR: ORA-{}",)),
    ("Error: Exception from HRESULT: 0x80070005", "Error: Exception from HRESULT: 0x80070020"),
)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_looks_alike_but_is_another_cause_is_two(cause: Cause, one: str, other: str) -> None:
    assert cause(one).fingerprint != cause(other).fingerprint


def test_an_assertion_says_more_than_the_shell_of_the_program_that_died(cause: Cause) -> None:
    said = "Assertion 'a >= 0' failed at src/test-frob.c:40, function test_frob(). Aborting."
    assert cause(f"{said}\nAborted (core dumped)").summary == said
