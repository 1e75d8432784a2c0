"""JavaScript's test runners: jest, vitest, mocha, cypress, karma, TAP, node:test, ava, playwright."""

from __future__ import annotations

from typing import Any

import pytest

JEST = """
FAIL test/cart.test.js (5.2 s)
  ● Console

    console.error
      Error: only logged

  ● cart › when empty › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 1

      1 | const total = (a) => a.length;
    > 3 |   expect(total([1])).toBe(3);

      at Object.toBe (test/cart.test.js:3:43)

Test Suites: 1 failed, 1 total"""
JEST_DIFF = """
FAIL unit test/cart.test.ts
  ● eq

    expect(received).toEqual(expected) // deep equality

    - Expected  - 1
    + Received  + 1

      Object {
    -   "a": 2,
    +   "a": 1,
      }

      at Object.toEqual (test/cart.test.ts:5:45)"""
JEST_SNAPSHOT = """
FAIL test/cart.test.js
  ● cart

    expect(received).toMatchSnapshot()

    Snapshot name: `cart 1`

    - Snapshot  - 1
    + Received  + 1

    - <b>crate</b>
    + <b>shelf</b>

      at Object.toMatchSnapshot (test/cart.test.js:4:51)"""
JEST_SLOW = """
FAIL test/cart.test.js
  ● cart › slow

    thrown: "Exceeded timeout of 100 ms for a test.
    Add a timeout value to this test to increase the timeout."

      at it (test/cart.test.js:7:3)"""
JEST_GONE = """
FAIL test/gone.test.js
  ● Test suite failed to run

    Cannot find module './crate' from 'test/gone.test.js'

    > 1 | const x = require('./crate');

      at Resolver._throwModNotFoundError (node_modules/jest-resolve/build/index.js:1031:11)"""
JEST_PARSE = """
FAIL test/syn.test.js
  ● Test suite failed to run

    Jest encountered an unexpected token

    Jest failed to parse a file.

    Details:

    SyntaxError: /srv/shop/test/syn.test.js: Unexpected token (2:0)

      1 | test('x', () => {"""
JEST_TYPES = """
FAIL test/cart.test.ts
  ● Test suite failed to run

    test/cart.test.ts:3:14 - error TS2322: Type 'string' is not assignable to type 'number'."""
JEST_SETTINGS = """
● Validation Error:

  Preset crate-preset not found.

  Configuration Documentation:"""
JEST_LIVE = "  cart\n    ✓ adds (2 ms)\n    ✕ takes away (3 ms)"
VITEST = """
 FAIL  test/cart.test.ts > cart > adds
AssertionError: expected 1 to be 3 // Object.is equality

- Expected
+ Received

- 3
+ 1

 ❯ test/cart.test.ts:4:41

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯"""
VITEST_SUITE = """
 FAIL  test/gone.test.ts [ test/gone.test.ts ]
Error: Failed to resolve import "crate" from "test/gone.test.ts". Does the file exist?
 ❯ test/gone.test.ts:1:1"""
VITEST_SLOW = """
 FAIL  |unit| test/cart.test.ts > slow
Error: Test timed out in 100ms.
If this is a long-running test, pass a timeout value as the last argument"""
VITEST_LATE = """
⎯⎯⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯⎯⎯

Vitest caught 1 unhandled error during the test run.

⎯⎯⎯⎯⎯ Uncaught Exception ⎯⎯⎯⎯⎯
Error: crate fell
 ❯ Timeout._onTimeout test/cart.test.ts:2:46"""
MOCHA = """
  cart
    1) adds
    ✔ is empty

  1 passing (69ms)
  1 failing

  1) cart
       when empty
         adds:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

1 !== 2

      + expected - actual

      -1
      +2

      at Context.<anonymous> (test/cart.js:3:27)"""
MOCHA_SLOW = """
  1 failing

  1) cart slow:
     Error: Timeout of 50ms exceeded. For async tests and hooks, ensure "done()" is called.
      at listOnTimeout (node:internal/timers:581:17)"""
CYPRESS = """
  Running:  cart.cy.js                                                    (1 of 1)

  1 failing

  1) cart
       adds:
     AssertionError: Timed out retrying after 4000ms: Expected to find element: `#crate`
      at Context.eval (webpack:///./cypress/e2e/cart.cy.js:5:7)"""
KARMA = """
Chrome Headless 120.0.0.0 (Linux x86_64) cart adds FAILED
\tExpected 1 to be 2.
\t    at <Jasmine>
Chrome Headless 120.0.0.0 (Linux x86_64): Executed 4 of 4 (1 FAILED) (0.1 secs)"""
JASMINE = """
Failures:
1) cart adds
  Message:
    Expected 1 to be 2.
  Stack:
        at <Jasmine>"""
TAP_NODE = """
# Subtest: cart
    # Subtest: adds
    not ok 1 - adds
      ---
      location: '/srv/shop/test/cart.test.mjs:2:1'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:

        1 !== 2

      code: 'ERR_ASSERTION'
      ...
    1..1
not ok 1 - cart
  ---
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
# fail 1"""
TAPE = """
# adding crates
ok 1 should be truthy
not ok 2 should be equal
  ---
    operator: equal
    expected: 2
    actual:   1
    at: Test.<anonymous> (/srv/shop/test/cart.js:5:5)
  ..."""
PERL = """
ok 1 - loads
not ok 2 - adds
#   Failed test 'adds'
#   at t/cart.t line 4.
#          got: '1'
#     expected: '2'"""
SPEC = """
✖ cart (1.3ms)
ℹ tests 4
ℹ fail 1

✖ failing tests:

test at test/cart.test.mjs:2:1
✖ adds (3.8ms)
  AssertionError [ERR_ASSERTION]: Expected 1 to be 2
      at TestContext.<anonymous> (file:///srv/shop/test/cart.test.mjs:2:29)"""
AVA = """
  ✘ [fail]: throws Error thrown in test
  ─

  throws

  Error thrown in test:

  TypeError: Cannot read properties of null (reading 'length')
      at file:///srv/shop/test/cart.mjs:4:28"""
AVA_DIFF = """
  ✘ [fail]: cart › adds
  ─

  cart › adds

  test/cart.mjs:2

  Difference (- actual, + expected):

  - 1
  + 2"""
PLAYWRIGHT = """
  1) [chromium] › cart.spec.ts:5:5 › cart › adds ─────────────────────────

    Error: expect(locator).toHaveText(expected) failed

    Locator: getByTestId('total')
    Expected string: "3"
    Received string: "1"

  2) [firefox] › cart.spec.ts:9:5 › cart › flickers ────────────────────────

    Error: page closed

  1 failed
    [chromium] › cart.spec.ts:5:5 › cart › adds ──────────────────────────
  1 flaky
    [firefox] › cart.spec.ts:9:5 › cart › flickers ───────────────────────
  3 passed (10.4s)"""
NO_BROWSER = """
  1) cart.spec.ts:5:5 › cart › adds ─────────────────────────────────────────

    Error: browserType.launch: Executable doesn't exist at /root/.cache/chromium-1140/chrome
    ╔═════════════════════════════════════════════════════════════════════════╗
    ║ Looks like Playwright Test or Playwright was just installed or updated. ║
    ║ Please run the following command to download new browsers:              ║
    ╚═════════════════════════════════════════════════════════════════════════╝

  1 failed
    cart.spec.ts:5:5 › cart › adds ──────────────────────────────────────────"""
PLAYWRIGHT_SLOW = """
  1) cart.spec.ts:5:5 › cart › waits

    Test timeout of 30000ms exceeded."""

AVA_OLD = AVA_DIFF.replace("✘ [fail]: ", "✖ ").replace(" (- actual, + expected)", "")

DENO = """
running 2 tests from ./cart_test.ts
adds ... ok (4ms)
sums ... FAILED (12ms)

 ERRORS

sums => ./cart_test.ts:7:6
error: Leaks detected:
  - 1 timer was started in this test, but never completed.

 FAILURES

sums => ./cart_test.ts:7:6

FAILED | 1 passed | 1 failed (30ms)"""
TABLE = [
    (
        JEST_GONE.replace(
            "Cannot find module './crate' from 'test/gone.test.js'",
            "A jest worker process (pid=7) was terminated by another process: signal=SIGKILL, exitCode=null.",
        ),
        "signal_crash",
        "test/gone.test.js: A jest worker process",
        "npx jest test/gone.test.js",
    ),
    (DENO, "test_failure", "sums: Leaks detected: - 1 timer was started", ""),
    (
        JEST,
        "test_failure",
        "cart › when empty › adds: expect(received).toBe(expected)",
        "npx jest test/cart.test.js -t 'cart when empty adds'",
    ),
    (
        JEST_DIFF,
        "test_failure",
        "eq: expect(received).toEqual(expected)",
        "npx jest test/cart.test.ts -t eq",
    ),
    (JEST_SLOW, "test_timeout", "cart › slow", "npx jest test/cart.test.js -t 'cart slow'"),
    (
        JEST_GONE,
        "missing_dependency",
        "test/gone.test.js: Cannot find module './crate'",
        "npx jest test/gone.test.js",
    ),
    (JEST_PARSE, "compile_error", "Unexpected token (2:0)", "npx jest test/syn.test.js"),
    (JEST_TYPES, "type_error", "error TS2322", "npx jest test/cart.test.ts"),
    (JEST_SETTINGS, "config_error", "Preset crate-preset not found.", ""),
    (JEST_LIVE, "test_failure", "takes away", ""),
    ('Jest: "global" coverage threshold for lines (80%) not met: 75%', "lint", "75%", ""),
    (
        VITEST,
        "test_failure",
        "AssertionError: expected 1 to be 3",
        "npx vitest run test/cart.test.ts -t 'cart adds'",
    ),
    (
        VITEST_SUITE,
        "missing_dependency",
        'Failed to resolve import "crate"',
        "npx vitest run test/gone.test.ts",
    ),
    (
        VITEST_SLOW,
        "test_timeout",
        "Test timed out in 100ms",
        "npx vitest run test/cart.test.ts -t slow",
    ),
    (VITEST_LATE, "test_failure", "Error: crate fell", ""),
    ("ERROR: Coverage for lines (50%) does not meet global threshold (80%)", "lint", "50%", ""),
    (
        MOCHA,
        "test_failure",
        "cart when empty adds: AssertionError [ERR_ASSERTION]: Expected values to be strictly "
        "equal: 1 !== 2",
        "npx mocha --grep 'cart when empty adds'",
    ),
    (MOCHA_SLOW, "test_timeout", "Timeout of 50ms exceeded", "npx mocha --grep 'cart slow'"),
    (CYPRESS, "test_failure", "Expected to find element: `#crate`", ""),
    (KARMA, "test_failure", "cart adds: Expected 1 to be 2.", ""),
    (JASMINE, "test_failure", "cart adds: Expected 1 to be 2.", ""),
    (TAP_NODE, "test_failure", "adds: Expected values to be strictly equal: 1 !== 2", ""),
    (
        TAP_NODE.replace("# Subtest: cart\n", "# Error: a test's own words\n# Subtest: cart\n"),
        "test_failure",
        "cart > adds: Expected values",
        "",
    ),
    (
        NO_BROWSER,
        "missing_dependency",
        "Error: browserType.launch: Executable doesn't exist",
        "npx playwright test cart.spec.ts:5",
    ),
    (
        JEST_SNAPSHOT,
        "test_failure",
        "cart: expect(received).toMatchSnapshot() - <b>crate</b> + <b>shelf</b>",
        "npx jest test/cart.test.js -t cart",
    ),
    (TAPE, "test_failure", "should be equal: expected: 2 actual:   1", ""),
    (PERL, "test_failure", "adds: Failed test 'adds'", ""),
    (
        SPEC,
        "test_failure",
        "adds: AssertionError [ERR_ASSERTION]: Expected 1 to be 2",
        "node --test --test-name-pattern=adds test/cart.test.mjs",
    ),
    (AVA, "test_failure", "throws: TypeError: Cannot read properties of null", ""),
    (
        AVA_DIFF,
        "test_failure",
        "cart › adds: Difference (- actual, + expected): - 1 + 2",
        "npx ava test/cart.mjs --match 'cart › adds'",
    ),
    (
        AVA_OLD,
        "test_failure",
        "cart › adds: Difference: - 1 + 2",
        "npx ava test/cart.mjs --match 'cart › adds'",
    ),
    (
        PLAYWRIGHT,
        "test_failure",
        'expect(locator).toHaveText(expected) failed Expected string: "3"',
        "npx playwright test cart.spec.ts:5 --project=chromium",
    ),
    (
        PLAYWRIGHT_SLOW,
        "test_timeout",
        "Test timeout of 30000ms exceeded",
        "npx playwright test cart.spec.ts:5",
    ),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_failing_test_is_named(
    check: Any, log: str, found: str, words: str, replay: str
) -> None:
    check(log, found, " ".join(words.split()), replay)


@pytest.mark.parametrize("log", ["not ok 3 - later # TODO not yet", "not ok 3 - x # SKIP no crate"])
def test_what_is_to_do_or_skipped_does_not_fail(check: Any, log: str) -> None:
    check(f"{log}\nerror: no shelf left", "unknown", "no shelf left", "")
