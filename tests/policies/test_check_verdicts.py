"""What checks say about a change, by tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.check_end import read_end, tool_of
from policies.check_reading import REASON_LIMIT_CHARS, Ended
from policies.checks import (
    CheckResult,
    CheckState,
    CheckVerdict,
    after_failed_setup,
    compare,
    may_land,
    not_run,
)
from policies.failure import FailureClass, StopReason
from policies.plan import CheckSpec, Landing

P, F, N = CheckState.PASSED, CheckState.FAILED, CheckState.COULD_NOT_RUN


def result(state: CheckState, *, missing: str = "", by_content: bool = False) -> CheckResult:
    names = frozenset(missing.split())
    return CheckResult(
        name="t", state=state, reason="why", missing=names, by_content=by_content or bool(names)
    )


COMPARISONS = [
    (None, result(P), CheckVerdict.PASSED),
    (result(P), result(P), CheckVerdict.PASSED),
    (result(F), result(P), CheckVerdict.FIXED),
    (result(N), result(P), CheckVerdict.PASSED),
    (result(P), result(F), CheckVerdict.BROKEN),
    (result(N), result(F), CheckVerdict.BROKEN),
    (None, result(F), CheckVerdict.BROKEN),
    (result(F), result(F), CheckVerdict.STILL_FAILING),
    (result(P), result(N), CheckVerdict.COULD_NOT_RUN),
    (result(P), result(N, by_content=True), CheckVerdict.BROKEN),
    (result(F), result(N, by_content=True), CheckVerdict.BROKEN),
    (result(P), result(N, missing="a"), CheckVerdict.BROKEN),
    (result(N, missing="a"), result(N, missing="a"), CheckVerdict.COULD_NOT_RUN),
    (result(N, missing="a"), result(N, missing="a b"), CheckVerdict.BROKEN),
    (None, result(N, by_content=True), CheckVerdict.COULD_NOT_RUN),
]


@pytest.mark.parametrize(("base", "after", "verdict"), COMPARISONS)
def test_compare(base: CheckResult | None, after: CheckResult, verdict: CheckVerdict) -> None:
    got = compare(base, after)
    assert got.verdict is verdict
    assert got.is_failure is (verdict is CheckVerdict.BROKEN)
    assert bool(got.why) is (verdict is not CheckVerdict.PASSED)


def test_a_row_says_what_the_base_said() -> None:
    row = compare(result(F), result(F)).to_row()
    assert row["result"] == row["on_base"] == "failed"
    assert row["reason"] == "was already failing on the base: why"


BROKEN, STILL, GOOD = ((result(P), result(F)), (result(F), result(F)), (result(P), result(P)))
NOT = (result(N), result(N))
LANDINGS = [
    ([], False, Landing.BRANCH, True, "unchecked: no check was found"),
    ([], False, Landing.COMMIT, False, "unchecked: no check was found; configure"),
    ([], True, Landing.COMMIT, True, ""),
    ([NOT], False, Landing.BRANCH, True, "unchecked: no check could run"),
    ([NOT], False, Landing.COMMIT, False, "unchecked"),
    ([GOOD], False, Landing.COMMIT, True, ""),
    ([GOOD, NOT], False, Landing.COMMIT, True, ""),
    ([GOOD, STILL], False, Landing.COMMIT, True, ""),
    ([STILL], False, Landing.COMMIT, False, "unchecked: already failing on the base: t; conf"),
    ([STILL, NOT], False, Landing.BRANCH, True, "unchecked: already failing on the base: t"),
    ([GOOD, BROKEN], False, Landing.COMMIT, False, "check failed: t"),
    ([BROKEN], False, Landing.BRANCH, False, "check failed: t"),
]


@pytest.mark.parametrize(("pairs", "none_wanted", "landing", "may", "why"), LANDINGS)
def test_may_land(
    pairs: list[tuple[CheckResult, CheckResult]],
    none_wanted: bool,
    landing: Landing,
    may: bool,
    why: str,
) -> None:
    got, reason = may_land([compare(*pair) for pair in pairs], none_wanted, landing)
    assert got is may
    assert reason.startswith(why) if why else reason == ""


def test_after_a_failed_setup_only_a_pass_counts() -> None:
    assert after_failed_setup(result(P), "x") == result(P)
    failed = after_failed_setup(result(F), "no network")
    assert (failed.state, failed.reason) == (N, "setup failed: no network")


@given(
    st.builds(
        CheckResult,
        name=st.text(),
        state=st.sampled_from(CheckState),
        reason=st.text(),
        exit_code=st.none() | st.integers(-64, 255),
        failure_class=st.none() | st.sampled_from(FailureClass),
        by_content=st.booleans(),
        missing=st.frozensets(st.text()),
    )
)
def test_a_result_survives_the_store(known: CheckResult) -> None:
    assert CheckResult.from_state(known.to_state()) == known


def test_what_was_not_started_could_not_run() -> None:
    spec = CheckSpec(name="t", argv=("t",), source="configured")
    assert not_run(spec, "why").state is N


PYTEST = ("python3", "-m", "pytest")
UNITTEST = ("python3", "-m", "unittest", "discover")
E_REQUESTS = "E   ModuleNotFoundError: No module named 'requests'"
E_OWN = "E   ModuleNotFoundError: No module named 'mine.version'"
IMPORT_FAILED = "ImportError: Failed to import test module: test_a"
M_REQUESTS = "ModuleNotFoundError: No module named 'requests'"

ENDS: list[tuple[tuple[str, ...], int, list[str], CheckState, str]] = [
    (PYTEST, 0, ["1 passed in 0.1s"], P, ""),
    (PYTEST, 1, ["E   assert 1 == 2", "= 1 failed, 3 passed in 0.1s ="], F, "exit 1: 1 failed"),
    (PYTEST, 1, ["/usr/bin/python3: No module named pytest"], N, "pytest is not installed"),
    (PYTEST, 5, ["no tests ran in 0.01s"], N, "pytest found no tests"),
    (PYTEST, 4, ["ERROR: usage: pytest [options]"], N, "pytest did not start"),
    (
        PYTEST,
        4,
        ["ERROR: usage: __main__.py [options]", "__main__.py: error: unrecognized arguments: -x"],
        N,
        "pytest did not start: __main__.py: error: unrecognized arguments: -x",
    ),
    (PYTEST, 4, ["error: unrecognized arguments: --cov"], N, "pytest did not start: error: unrec"),
    (PYTEST, 2, [E_REQUESTS, "1 error in 0.1s"], N, "not installed: requests"),
    (PYTEST, 2, [E_OWN, "1 error in 0.1s"], F, "exit 2: 1 error"),
    (PYTEST, 2, [E_REQUESTS, "E   SyntaxError: invalid syntax", "2 errors"], F, "exit 2: 2 errors"),
    (PYTEST, 1, [E_REQUESTS, "1 failed in 0.1s"], F, "exit 1: 1 failed"),
    (
        PYTEST,
        4,
        ["ImportError while loading conftest '/w/conftest.py'.", E_REQUESTS],
        N,
        "not inst",
    ),
    (PYTEST, -9, [], F, "ended by signal 9"),
    (UNITTEST, 0, ["Ran 2 tests in 0.1s", "OK"], P, ""),
    (UNITTEST, 0, ["Ran 0 tests in 0.0s", "OK"], N, "unittest found no tests"),
    (UNITTEST, 5, ["NO TESTS RAN"], N, "unittest found no tests"),
    (UNITTEST, 1, [IMPORT_FAILED, M_REQUESTS, "FAILED (errors=1)"], N, "not installed: requests"),
    (UNITTEST, 1, [IMPORT_FAILED, M_REQUESTS, "FAILED (errors=2)"], F, "exit 1: FAILED"),
    (UNITTEST, 1, [IMPORT_FAILED, M_REQUESTS, "FAILED (failures=1, errors=1)"], F, "exit 1"),
    (("npm", "test"), 1, ['npm error Missing script: "test"'], N, "package.json has no"),
    (
        ("npm", "test"),
        127,
        ["sh: 1: jest: not found"],
        N,
        "a command is not installed: sh: 1: jest",
    ),
    (("npm", "test"), 1, ["Error: Cannot find module 'chai'"], N, "not installed: chai"),
    (("npm", "test"), 1, ["Error: Cannot find module './lib'"], F, "exit 1"),
    (("npm", "test"), 1, ["Error: No test files found: test"], N, "Error: No test files"),
    (("yarn", "test"), 1, ["No tests found, exiting with code 1"], N, "No tests found"),
    (("pnpm", "test"), 1, ["sees that No tests found, exiting is said"], F, "exit 1"),
    (("npm", "test"), 0, ["Cannot find module 'chai' (expected)"], P, ""),
    (("cargo", "test"), 101, ["error: failed to get `serde` as a dependency"], N, "dependencies"),
    (("cargo", "test"), 101, ["error: could not compile `a`", "failed to load"], F, "exit 101"),
    (("go", "test", "./..."), 0, ["?   a/b [no test files]"], N, "go found no test files"),
    (("go", "test", "./..."), 0, ["ok  a 0.1s", "?   a/b [no test files]"], P, ""),
    (("go", "test", "./..."), 1, ["--- FAIL: TestA", "FAIL a 0.1s"], F, "exit 1: FAIL"),
    (
        ("make", "test"),
        2,
        ["make: *** No rule to make target 'test'.  Stop."],
        N,
        "make: *** No rule",
    ),
    (("make", "test"), 2, ["make: *** [Makefile:2: test] Error 1"], F, "exit 2"),
    (("./check.sh",), 3, [], F, "exit 3"),
]


@pytest.mark.parametrize(("argv", "code", "lines", "state", "reason"), ENDS)
def test_what_an_end_means(
    argv: tuple[str, ...], code: int, lines: list[str], state: CheckState, reason: str
) -> None:
    got = read_end(Ended(argv=argv, exit_code=code, lines=lines, own_modules={"mine"}))
    assert got.state is state, got
    assert got.reason.startswith(reason)
    assert (got.reason == "") is (state is P)


@pytest.mark.parametrize(
    ("why", "state", "known"),
    [
        (StopReason.TOTAL, F, FailureClass.TEST_TIMEOUT),
        (StopReason.CANCELLED, N, None),
        (StopReason.CYCLE, N, None),
        (StopReason.AFTER_END, P, None),
    ],
)
def test_what_a_stop_means(why: StopReason, state: CheckState, known: FailureClass | None) -> None:
    got = read_end(Ended(argv=PYTEST, exit_code=0, lines=(), stopped_because=why, limit_s=5))
    assert (got.state, got.failure_class) == (state, known)


def test_what_cannot_start_could_not_run() -> None:
    ended = Ended(
        argv=("nope",), exit_code=None, lines=(), start_error="cannot start nope: install it"
    )
    got = read_end(ended)
    assert got.state is N
    assert not got.by_content
    assert "nope" in got.reason


@pytest.mark.parametrize(
    ("argv", "tool"),
    [
        (("/w/.venv/bin/python", "-m", "pytest", "-q"), "pytest"),
        (("python3", "-m", "unittest"), "unittest"),
        (("python3", "tests.py"), "python3"),
        (("/usr/bin/npm", "test"), "npm"),
        (("python3", "-m"), "python3"),
    ],
)
def test_tool_of(argv: tuple[str, ...], tool: str) -> None:
    assert tool_of(argv) == tool


@given(
    st.sampled_from([PYTEST, UNITTEST, ("npm", "test"), ("go", "test"), ("x",)]),
    st.none() | st.integers(-64, 255),
    st.lists(st.text()),
)
def test_an_end_is_always_read_in_one_short_line(
    argv: tuple[str, ...], code: int | None, lines: list[str]
) -> None:
    got = read_end(Ended(argv=argv, exit_code=code, lines=lines))
    assert len(got.reason) <= REASON_LIMIT_CHARS
    assert "\n" not in got.reason
    assert got.state is not P or code == 0
