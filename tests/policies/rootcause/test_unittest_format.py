"""unittest, Django's runner and doctest."""

from __future__ import annotations

from typing import Any

import pytest

RULE, THIN, STARS = "=" * 70, "-" * 70, "*" * 70


def block(head: str, raised: str, note: str = "") -> str:
    trace = 'Traceback (most recent call last):\n  File "tests/test_inv.py", line 5, in test_total'
    doc = f"{note}\n" if note else ""
    return f"{RULE}\n{head}\n{doc}{THIN}\n{trace}\n    self.check()\n{raised}\n"


OLD = block("FAIL: test_total (tests.test_inv.Inventory)", "AssertionError: 8 != 7 : sums")
NEW = block("FAIL: test_total (tests.test_inv.Inventory.test_total)", "AssertionError: 8 != 7")
DOC = block("ERROR: test_total (tests.test_inv.Inventory)", "KeyError: 'row'", "Sums add up.")
SUB = block("FAIL: test_total (tests.test_inv.Inventory) (row=1)", "AssertionError: 8 != 7")
CLASS = block("ERROR: setUpClass (tests.test_inv.Inventory)", "OSError: no shelf")
GONE = f"""
{RULE}
ERROR: test_gone (unittest.loader._FailedTest.test_gone)
{THIN}
ImportError: Failed to import test module: test_gone
Traceback (most recent call last):
  File "/usr/lib/python3.11/unittest/loader.py", line 419, in _find_test_path
    module = self._get_module_from_name(name)
ModuleNotFoundError: No module named 'crates'
"""
DJANGO = f"Creating test database for alias 'default'...\n{NEW}"
DOCTEST = f"""
{STARS}
File "/srv/shop/cart.py", line 3, in cart.add
Failed example:
    add(1)
Expected:
    3
Got:
    2
{STARS}
1 items had failures:
   1 of   2 in cart.add
***Test Failed*** 1 failures."""
RAISES = f"""
{STARS}
File "/srv/shop/cart.py", line 5, in cart.add
Failed example:
    add("a")
Exception raised:
    Traceback (most recent call last):
      File "<doctest cart.add[1]>", line 1, in <module>
        add("a")
    TypeError: can only concatenate str
{STARS}"""
RUN = "python -m unittest tests.test_inv.Inventory"

TABLE = [
    (OLD, "test_failure", "AssertionError: 8 != 7 : sums", f"{RUN}.test_total"),
    (NEW, "test_failure", "FAIL: test_total", f"{RUN}.test_total"),
    (DOC, "test_failure", "KeyError: 'row'", f"{RUN}.test_total"),
    (SUB, "test_failure", "(row=1)", f"{RUN}.test_total"),
    (CLASS, "test_failure", "OSError: no shelf", RUN),
    (GONE, "missing_dependency", "No module named 'crates'", ""),
    (DJANGO, "test_failure", "8 != 7", "python manage.py test tests.test_inv.Inventory.test_total"),
    (
        f"{RULE}\nUNEXPECTED SUCCESS: test_x (a.B.test_x)\n{THIN}",
        "test_failure",
        "test_x",
        "python -m unittest a.B.test_x",
    ),
    (DOCTEST, "test_failure", "cart.add: add(1), 2", ""),
    (RAISES, "test_failure", "TypeError: can only concatenate str", ""),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_failing_test_is_named(
    check: Any, log: str, found: str, words: str, replay: str
) -> None:
    check(log, found, words, replay)


def test_an_error_between_equal_rules_is_another_tool_s(cause: Any) -> None:
    box = f"{THIN}\n  3 | >>> RUN frob\n{THIN}\nERROR: failed to build: frob ended with 100\n{THIN}"
    assert cause(f"E: Unable to locate package libfrob\n{box}").failure_class.value == (
        "missing_dependency"
    )


def test_a_case_is_the_same_in_every_python(cause: Any) -> None:
    older = block("FAIL: test_total (tests.test_inv.Inventory)", "AssertionError: 8 != 7")
    assert cause(older).fingerprint == cause(NEW).fingerprint
    assert cause(NEW).fingerprint != cause(NEW.replace("test_total", "test_rows")).fingerprint


WORKER = """
test_total (tests.test_inv.{0}{1}) failed:

    AssertionError('8 != 7')

Unfortunately, tracebacks cannot be pickled, making it impossible for the
parallel test runner to handle this exception cleanly.

In order to see the traceback, you should install tblib:

    python -m pip install tblib
"""
PICKLES = """
multiprocessing.pool.RemoteTraceback:
\"\"\"
Traceback (most recent call last):
  File "multiprocessing/pool.py", line 131, in worker
    put((job, i, result))
TypeError: cannot pickle 'traceback' object
\"\"\""""


def test_what_django_s_workers_cannot_hand_over_is_the_cause(check: Any) -> None:
    shelf, rows = WORKER.format("Shelf", ""), WORKER.format("Rows", ".test_total")
    run = "python manage.py test tests.test_inv.Rows.test_total"
    one = check(f"{shelf}{rows}{PICKLES}", "test_failure", "AssertionError: '8 != 7'", run)
    other = check(f"{rows}{shelf}{PICKLES}", "test_failure", "(tests.test_inv.Rows)", run)
    alone = check(WORKER.format("Rows", "") + PICKLES, "test_failure", "Rows", run)
    assert one.fingerprint == other.fingerprint == alone.fingerprint
