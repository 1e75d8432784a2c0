"""pytest in its styles: sections, summaries, collection, fixtures, and sessions that broke off."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = "=================================== FAILURES ==================================="
ERRORS = "==================================== ERRORS ===================================="
SUMMARY = "=========================== short test summary info ============================"
LONG = f"""
{HEAD}
_________________________________ test_sum[2] __________________________________

n = 2

    def test_sum(n):
>       assert cart == {{"n": 1}}
E       AssertionError: assert {{'n': 2}} == {{'n': 1}}
E
E         Differing items:
E         {{'n': 2}} != {{'n': 1}}

tests/test_cart.py:7: AssertionError
----------------------------- Captured stdout call -----------------------------
E   NotThis: printed by the program
{SUMMARY}
FAILED tests/test_cart.py::test_sum[2] - AssertionError: assert {{'n': ...
=========================== 1 failed, 3 passed in 0.12s ==========================="""
SHORT = f"""
{HEAD}
____________________________ TestCart.test_load ____________________________
shop/cart.py:9: in load
    open(path)
E   FileNotFoundError: [Errno 2] No such file or directory: 'shop.ini'

The above exception was the direct cause of the following exception:
tests/test_cart.py:10: in test_load
    load()
shop/cart.py:11: in load
    raise Broken("no settings") from e
E   shop.errors.Broken: no settings
{SUMMARY}
FAILED tests/test_cart.py::TestCart::test_load - shop.errors.Broken: no settings
1 failed in 0.10s"""
LINE = f"""
{HEAD}
/srv/shop/tests/test_cart.py:7: assert 2 == 1
=========================== 1 failed in 0.12s ==========================="""
NATIVE = f"""
{HEAD}
__________________________________ test_type ___________________________________
Traceback (most recent call last):
  File "/srv/shop/tests/test_cart.py", line 12, in test_type
    total([1])
TypeError: can only concatenate str (not "int") to str
{SUMMARY}
FAILED tests/test_cart.py::test_type - TypeError: can only concatenat..."""
SETUP = f"""
{ERRORS}
__________________________ ERROR at setup of test_db ___________________________

    @pytest.fixture
    def db():
>       raise LookupError("db is away")
E       LookupError: db is away

tests/test_cart.py:15: LookupError
{SUMMARY}
ERROR tests/test_cart.py::test_db - LookupError: db is away"""
NO_FIXTURE = f"""
{ERRORS}
________________________ ERROR at setup of test_missing ________________________
file /srv/shop/tests/test_cart.py, line 22
  def test_missing(crate): pass
E       fixture 'crate' not found
>       available fixtures: capfd, monkeypatch

/srv/shop/tests/test_cart.py:22
{SUMMARY}
ERROR tests/test_cart.py::test_missing"""
TEARDOWN = f"""
{ERRORS}
________________________ ERROR at teardown of test_gone ________________________
E       ValueError: crate still open
{HEAD}
_________________________________ test_total __________________________________
E       assert 3 == 4
{SUMMARY}
FAILED tests/test_cart.py::test_total - assert 3 == 4
ERROR tests/test_cart.py::test_gone - ValueError: crate still open"""
COLLECT = f"""
{ERRORS}
____________________ ERROR collecting tests/test_import.py _____________________
ImportError while importing test module '/srv/shop/tests/test_import.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
tests/test_import.py:1: in <module>
    import crates
E   ModuleNotFoundError: No module named 'crates'
{SUMMARY}
ERROR tests/test_import.py
!!!!!!!!!!!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!!!!!!!!!!!
=============================== 1 error in 0.09s ==============================="""
COLLECT_SYNTAX = f"""
{ERRORS}
____________________ ERROR collecting tests/test_syntax.py _____________________
/usr/lib/python3.11/ast.py:50: in parse
    return compile(source, filename, mode, flags,
E     File "/srv/shop/tests/test_syntax.py", line 1
E       def f(:
E             ^
E   SyntaxError: invalid syntax
{SUMMARY}
ERROR tests/test_syntax.py"""
GROUPED = f"""
{HEAD}
__________________________________ test_group __________________________________
  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/tests/test_cart.py", line 30, in test_group
  |     raise ExceptionGroup("two", found)
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: no crate
    +---------------- 2 ----------------
    | TypeError: no shelf
    +------------------------------------
{SUMMARY}
FAILED tests/test_cart.py::test_group - ExceptionGroup: two (2 sub-exceptions)"""
CRASHED = f"""
[gw0] node down: Not properly terminated
{HEAD}
_________________________________ tests/test_cart.py _________________________________
[gw0] linux -- Python 3.11.7 /usr/bin/python
worker 'gw0' crashed while running 'tests/test_cart.py::test_die'
{SUMMARY}
FAILED tests/test_cart.py::test_die - worker 'gw0' crashed while running 'tes..."""
STRICT = f"""
{HEAD}
__________________________________ test_later __________________________________
[XPASS(strict)] not yet
{SUMMARY}
FAILED tests/test_cart.py::test_later - [XPASS(strict)] not yet"""
LIMIT = f"""
{HEAD}
____________________________________ test_lock ____________________________________
>       time.sleep(5)
E       Failed: Timeout (>1.0s) from pytest-timeout.

tests/test_cart.py:4: Failed
{SUMMARY}
FAILED tests/test_cart.py::test_lock - Failed: Timeout (>1.0s) from pytest-ti..."""
THREAD = """
+++++++++++++++++++++++++++++++++++ Timeout ++++++++++++++++++++++++++++++++++++
~~~~~~~~~~~~~~~~~~~~~ Stack of MainThread (140230862) ~~~~~~~~~~~~~~~~~~~~~
  File "/usr/lib/python3/site-packages/_pytest/python.py", line 187, in pytest_pyfunc_call
    result = testfunction(**testargs)
  File "/srv/shop/tests/test_cart.py", line 4, in test_lock
    time.sleep(5)
+++++++++++++++++++++++++++++++++++ Timeout ++++++++++++++++++++++++++++++++++++"""
FATAL = """
tests/test_cart.py Fatal Python error: Aborted
Fatal Python error: Aborted

Current thread 0x00007f502aeafb80 (most recent call first):
  File "/srv/shop/tests/test_cart.py", line 2 in test_die
  File "/usr/lib/python3/site-packages/_pytest/python.py", line 187 in pytest_pyfunc_call"""
SUBTEST = f"""
{SUMMARY}
SUBFAIL tests/test_cart.py::TestCart::test_rows - AssertionError: 1 != 2
1 failed in 0.10s"""
DOCTEST = f"""
{HEAD}
_____________________________ [doctest] shop.cart.add _____________________________
003     >>> add(1)
Expected:
    3
Got:
    2

/srv/shop/shop/cart.py:3: DocTestFailure
{SUMMARY}
FAILED shop/cart.py::shop.cart.add"""
CONFTEST = """
ImportError while loading conftest '/srv/shop/tests/conftest.py'.
tests/conftest.py:1: in <module>
    import crates
E   ModuleNotFoundError: No module named 'crates'"""
INTERNAL = """
INTERNALERROR> Traceback (most recent call last):
INTERNALERROR>   File "/srv/shop/tests/conftest.py", line 1, in pytest_collection_modifyitems
INTERNALERROR>     raise LookupError("zone")
INTERNALERROR> LookupError: zone

no tests ran in 0.02s"""
COVERAGE = """
TOTAL                12     12     0%
FAIL Required test coverage of 90% not reached. Total coverage: 12.00%
4 passed in 1.19s"""
CART = "pytest tests/test_cart.py"
LIVE = f"{CART}::test_sum"

TABLE = [
    (
        LONG,
        "test_failure",
        "test_sum[2] - AssertionError: assert {'n': 2}",
        f"pytest '{LIVE[7:]}[2]'",
    ),
    (SHORT, "test_failure", "FileNotFoundError: [Errno 2]", f"{CART}::TestCart::test_load"),
    (LINE, "test_failure", "tests/test_cart.py - assert 2 == 1", f"pytest /srv/shop/{CART[7:]}"),
    (NATIVE, "test_failure", "TypeError: can only concatenate str (not", f"{CART}::test_type"),
    (SETUP, "test_failure", "test_db - LookupError: db is away", f"{CART}::test_db"),
    (NO_FIXTURE, "test_failure", "fixture 'crate' not found", f"{CART}::test_missing"),
    (TEARDOWN, "test_failure", "test_total - assert 3 == 4", f"{CART}::test_total"),
    (COLLECT, "missing_dependency", "No module named 'crates'", "pytest tests/test_import.py"),
    (COLLECT_SYNTAX, "compile_error", "SyntaxError: invalid", "pytest tests/test_syntax.py"),
    (GROUPED, "test_failure", "ValueError: no crate", f"{CART}::test_group"),
    (CRASHED, "signal_crash", "worker 'gw0' crashed while running", f"{CART}::test_die"),
    (STRICT, "test_failure", "[XPASS(strict)] not yet", f"{CART}::test_later"),
    (LIMIT, "test_timeout", "Failed: Timeout (>1.0s)", f"{CART}::test_lock"),
    (THREAD, "test_timeout", "Timeout in test_lock", ""),
    (FATAL, "signal_crash", "Fatal Python error: Aborted in test_die", ""),
    (SUBTEST, "test_failure", "AssertionError: 1 != 2", f"{CART}::TestCart::test_rows"),
    (DOCTEST, "test_failure", "shop.cart.add", "pytest shop/cart.py::shop.cart.add"),
    (CONFTEST, "missing_dependency", "conftest.py: ModuleNotFoundError", ""),
    (INTERNAL, "unknown", "LookupError: zone", ""),
    (COVERAGE, "lint", "Required test coverage of 90% not reached", ""),
    ("tests/test_cart.py::test_sum FAILED     [ 50%]", "test_failure", "::test_sum", LIVE),
    ("[gw1] [ 50%] FAILED tests/test_cart.py::test_sum ", "test_failure", "::test_sum", LIVE),
    ("ERROR: file or directory not found: tests/x.py", "config_error", "tests/x.py", ""),
    ("python -m pytest: error: unrecognized arguments: --x", "config_error", "--x", ""),
    ("======= 2 failed, 4 passed in 1.20s =======", "test_failure", "2 failed", ""),
    ("======= 12 deselected in 0.31s =======", "config_error", "12 deselected", ""),
    ("!!!!!! KeyboardInterrupt !!!!!!", "test_timeout", "KeyboardInterrupt", ""),
    ("!!!!!! _pytest.outcomes.Exit: no crate server !!!!!!", "unknown", "no crate server", ""),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_failing_test_and_its_reason_are_named(
    check: Any, log: str, found: str, words: str, replay: str
) -> None:
    check(log, found, words, replay)


def test_the_reason_stands_first_then_the_test(check: Any) -> None:
    failure = check(LONG, "test_failure", "test_sum[2]", f"pytest '{LIVE[7:]}[2]'")
    assert failure.lines[0].startswith("AssertionError: assert")
    assert failure.lines[1].startswith("FAILED tests/test_cart.py::test_sum[2]")
    assert not any("NotThis" in line for line in failure.lines)


def test_the_traceback_style_does_not_change_the_fingerprint(check: Any) -> None:
    alone = "FAILED tests/test_cart.py::test_type - TypeError: can only concatenat..."
    whole = check(NATIVE, "test_failure", "TypeError", f"{CART}::test_type")
    brief = check(f"{SUMMARY}\n{alone}", "test_failure", "TypeError", f"{CART}::test_type")
    assert whole.fingerprint == brief.fingerprint


def of_worker(name: str, worker: int) -> str:
    head, mark = (
        f"{'_' * 30} {name} {'_' * 30}",
        f"[gw{worker}] linux -- Python 3.13.0 /usr/bin/python3",
    )
    return f"{head}\n{mark}\n\nE   KeyError: '{name}'\n\ntests/test_cart.py:7: KeyError"


def test_in_whatever_order_workers_end_the_cause_is_the_same(check: Any) -> None:
    add, sub = of_worker("test_add", 1), of_worker("test_sub", 0)
    one = check(f"{HEAD}\n{sub}\n{add}\n{SUMMARY}", "test_failure", "test_add", "")
    other = check(f"{HEAD}\n{add}\n{sub}\n{SUMMARY}", "test_failure", "test_add", "")
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("told", ["bringing up nodes...", "Using --randomly-seed=2871"])
def test_in_whatever_order_tests_ran_the_summary_is_the_same(check: Any, told: str) -> None:
    add, sub = (
        f"FAILED tests/test_cart.py::{name} - KeyError" for name in ("test_add", "test_sub")
    )
    check(f"{told}\n{SUMMARY}\n{sub}\n{add}", "test_failure", "test_add", f"{CART}::test_add")
    check(f"{SUMMARY}\n{sub}\n{add}", "test_failure", "test_sub", f"{CART}::test_sub")


def test_without_workers_the_first_test_is_the_cause(check: Any) -> None:
    add, sub = (of_worker(name, 0).replace("[gw0] linux", "") for name in ("test_add", "test_sub"))
    alone = "\n".join(line for line in f"{HEAD}\n{sub}\n{add}".split("\n") if " -- " not in line)
    check(alone, "test_failure", "test_sub", "")
