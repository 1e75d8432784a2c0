"""Python's own words: tracebacks in their kinds, and source that it cannot parse."""

from __future__ import annotations

from typing import Any

import pytest

PLAIN = """
Traceback (most recent call last):
  File "/srv/shop/load.py", line 9, in <module>
    main()
  File "/srv/shop/load.py", line 5, in main
    return table[key]
           ~~~~~^^^^^
{}"""
CHAINED = """
Traceback (most recent call last):
  File "a.py", line 2, in load
    open(path)
FileNotFoundError: [Errno 2] No such file or directory: 'shop.ini'

{}

Traceback (most recent call last):
  File "a.py", line 9, in <module>
    load()
{}"""
GROUP = """
  + Exception Group Traceback (most recent call last):
  |   File "a.py", line 3, in <module>
  |     raise ExceptionGroup("two jobs", found)
  | ExceptionGroup: two jobs (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: no such shelf
    +---------------- 2 ----------------
    | KeyError: 'row'
    +------------------------------------"""
PREFIXED = """
[worker-3] Traceback (most recent call last):
[worker-3]   File "a.py", line 3, in <module>
[worker-3]     run()
[worker-3] shop.errors.ShelfMissing: no shelf 4"""
MESSAGE = """
ERROR:root:the job died Traceback (most recent call last):
  File "a.py", line 3, in <module>
    run()
ZeroDivisionError: division by zero"""
RICH = """
╭───────────── Traceback (most recent call last) ─────────────╮
│ /srv/shop/cli.py:12 in main                                 │
│ ❱ 12     raise RuntimeError("shelf is locked")              │
╰─────────────────────────────────────────────────────────────╯
RuntimeError: shelf is locked"""
FRAMES = "".join(f"│   {n:3} │   shelf = {n:<45} │\n" for n in range(600))
LONG_RICH = RICH.replace("│ ❱ 12", f"{FRAMES}│ ❱ 12", 1)
REMOTE = '''
multiprocessing.pool.RemoteTraceback:
"""
Traceback (most recent call last):
  File "/usr/lib/python3.11/multiprocessing/pool.py", line 125, in worker
    result = (True, func(*args, **kwds))
OverflowError: too many crates
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "a.py", line 3, in <module>
    pool.map(f, [1])
OverflowError: too many crates'''
TRIMMED = """
Traceback (most recent call last):
File "a.py", line 3, in <module>
run()
LookupError: no crate"""
SYNTAX = """
Traceback (most recent call last):
  File "a.py", line 1, in <module>
    import shop
  File "/srv/app/shop.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax"""
COMPILED = """
*** Error compiling './shop/cart.py'...
  File "./shop/cart.py", line 7
    x = (1,
        ^
SyntaxError: '(' was never closed"""
DIRECT = "The above exception was the direct cause of the following exception:"
DURING = "During handling of the above exception, another exception occurred:"

TABLE = [
    (PLAIN.format("KeyError: 'crate'"), "unknown", "KeyError: 'crate'"),
    (PLAIN.format("shop.errors.Broken"), "unknown", "shop.errors.Broken"),
    (PLAIN.format("main.<locals>.Broken: at sea"), "unknown", "main.<locals>.Broken: at sea"),
    (PLAIN.format("AssertionError: 3 != 4"), "test_failure", "AssertionError: 3 != 4"),
    (
        CHAINED.format(DIRECT, "RuntimeError: no settings"),
        "unknown",
        "FileNotFoundError: [Errno 2]",
    ),
    (CHAINED.format(DURING, "SystemExit: 1"), "unknown", "FileNotFoundError: [Errno 2]"),
    (GROUP, "unknown", "ValueError: no such shelf"),
    (PREFIXED, "unknown", "shop.errors.ShelfMissing: no shelf 4"),
    (MESSAGE, "unknown", "ZeroDivisionError"),
    (RICH, "unknown", "RuntimeError: shelf is locked"),
    (REMOTE, "unknown", "OverflowError: too many crates"),
    (TRIMMED, "unknown", "LookupError: no crate"),
    (SYNTAX, "compile_error", "SyntaxError: invalid syntax (/srv/app/shop.py, line 3)"),
    (COMPILED, "compile_error", "SyntaxError: '(' was never closed (./shop/cart.py, line 7)"),
]


@pytest.mark.parametrize(("log", "found", "words"), TABLE)
def test_the_exception_is_named(check: Any, log: str, found: str, words: str) -> None:
    check(log, found, words, "")


def test_a_later_exception_that_repeats_the_first_and_says_more_is_the_cause(check: Any) -> None:
    first = PLAIN.format("KeyError: 'url'")
    second = PLAIN.format("ConfigError: shop.ini: no 'url' under [db]")
    check(f"{first}\n\n{DURING}\n{second}", "config_error", "ConfigError: shop.ini", "")


def test_a_command_that_ended_badly_gives_way_to_what_it_said(check: Any) -> None:
    wrapper = "subprocess.CalledProcessError: Command '['x']' returned non-zero exit status 2."
    check(f"shop: fatal: no crate left\n{PLAIN.format(wrapper)}", "unknown", "no crate left", "")


def test_an_exception_that_only_says_that_something_failed_gives_way(check: Any) -> None:
    inner, outer = PLAIN.format("ValueError: bad crate"), PLAIN.format("Exception: job 3 failed!")
    check(f"{inner}\njob 3 ended\n{outer}", "unknown", "ValueError: bad crate", "")


def test_what_is_raised_while_the_program_is_torn_down_gives_way(check: Any) -> None:
    late = f"Exception ignored in: <function Pool.__del__>{PLAIN.format('OSError: gone')}"
    check(f"{PLAIN.format('ValueError: bad crate')}\n{late}", "unknown", "bad crate", "")


def test_a_file_of_tests_that_raises_is_a_failing_test(check: Any) -> None:
    log = PLAIN.replace("load.py", "test_load.py").format("AttributeError: no 'crate'")
    check(log, "test_failure", "AttributeError", "")


def test_a_box_may_be_long(cause: Any) -> None:
    found = cause(LONG_RICH)
    assert (found.summary, found.confidence) == ("RuntimeError: shelf is locked", "medium")


NEVER = "Task exception was never retrieved"
FUTURE = (
    "future: <Task finished name='Task-2' coro=<send() done> exception=ConnectionResetError(104)>"
)
BEGAN = (
    'source_traceback: Object created at (most recent call last):\n  File "a.py", line 3, in main'
)
RESET = "ConnectionResetError: [Errno 104] Connection reset by peer"


@pytest.mark.parametrize(
    "title",
    [
        f"{NEVER}\n{FUTURE}",
        f"ERROR:asyncio:{NEVER}\n{FUTURE}",
        f"{NEVER}\n{FUTURE}\n{BEGAN}\n    start()",
        "--- Logging error ---",
    ],
)
def test_what_python_printed_in_passing_gives_way_to_what_ended_it(
    check: Any, cause: Any, title: str
) -> None:
    passing = f"{title}{PLAIN.format(RESET)}"
    check(
        f"{passing}\n{passing}\n{PLAIN.format('ValueError: bad crate')}", "unknown", "bad crate", ""
    )
    assert cause(passing).summary == RESET


@pytest.mark.parametrize("name", ["asyncio.exceptions.CancelledError", "CancelledError"])
def test_a_task_is_cancelled_for_what_is_raised_of_it(cause: Any, name: str) -> None:
    chain = f"{PLAIN.format(name)}\n\n{DURING}\n{PLAIN.format('TimeoutError')}"
    assert cause(chain).summary == "TimeoutError"


CELL = """{0}                                  Traceback (most recent call last)
Cell In[2], line 6
      5 print("begin")
----> 6 summary(rows)

Cell In[2], line 2, in summary(rows)
----> 2     return sum(row["total"] for row in rows)

{0}: {1}
"""
CELL_ERROR = PLAIN.format(
    "nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:"
)
PAPERMILL = PLAIN.format("papermill.exceptions.PapermillExecutionError: ")


@pytest.mark.parametrize("passed_on", [CELL_ERROR, PAPERMILL])
def test_what_a_notebook_s_cell_raised_says_more_than_what_ran_it(
    check: Any, cause: Any, passed_on: str
) -> None:
    inner, outer = CELL.format("KeyError", "'crate'"), CELL.format("LookupError", "no shelf")
    check(f"{passed_on}\n{'-' * 40}\n{inner}", "unknown", "KeyError: 'crate'", "")
    chain = f"{passed_on}\n{inner}\n{DURING}\n\n{outer}"
    assert cause(chain).summary == "KeyError: 'crate'"
