"""Lines that look like a tool's format and are another's, and any mixture of all formats' pieces."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rootcause.finding import Line
from policies.rootcause.scripting import FAMILIES, scripting

LOOKALIKES = [
    "ERROR django.request - Internal things",
    "ERROR Shelf::open - no crate",
    "● crate.service - The crate keeper",
    "  ● crate.service loaded inactive",
    "Checking the shelf.......Failed",
    "  [main]\n  the main branch",
    "shop/cart.py:3:5: note: the shelf is defined here",
    "Fatal error: exception Shelf_missing in shelf.ml",
    "shelf.c:12: expected a crate (Crate)",
    "worker: ERROR: the shelf is slow",
    "1) first\n2) second",
    "[warn] shelf.scala is old",
]
PIECES = [
    "=" * 40,
    "=================== FAILURES ===================",
    "_____________ test_a _____________",
    "E   ",
    "E       assert 1",
    "FAILED a.py::b",
    "Traceback (most recent call last):",
    "  + Exception Group Traceback (most recent call last):",
    '  File "a.py", line 1',
    "ValueError: x (2 sub-exceptions)",
    "  | A: b",
    "ERROR: test (a.B)",
    "-" * 40,
    "*" * 40,
    'File "a.py", line 3, in a',
    "Failed example:",
    "F401 [*] x",
    " --> a.py:1:1",
    "a.py:",
    "hook.........Failed",
    "- hook id: x",
    "  × Building did not run successfully.",
    "  ╰─> [3 lines of output]",
    "      [end of output]",
    "  ╰─▶ Call to `x",
    "Error: ERR_PNPM_X",
    "error: x",
    "  Caused by: y",
    "Caused by:",
    "npm error code 1",
    "npm error command sh -c x",
    "npm error ",
    "➤ YN0009: │ x",
    "Error: x",
    "    at main (/a.js:1:1)",
    "  [cause]: Error: y",
    "(Use `node --trace-uncaught ...` to show where the exception was thrown)",
    "FAIL a.test.js",
    " FAIL  a.test.js > b",
    "  ● a › b",
    "  1 failing",
    "  1) a",
    "       b:",
    "not ok 1 - a",
    "  error: |-",
    "✖ failing tests:",
    "✖ a (1ms)",
    "  ✘ [fail]: a b",
    "  1) [x] › a.ts:1:1 › b ──",
    "  1 flaky",
    "ERROR in ./a.js",
    "Module build failed (from x):",
    "✘ [ERROR] x",
    "error during build:",
    "Failed to compile.",
    "Failures:",
    "     Failure/Error: x",
    "     A::B:",
    "     # --- Caused by: ---",
    "  1) Failure:",
    "A#b [c:1]:",
    "rake aborted!",
    "a.rb:1:in `b': c (D)",
    "There was 1 failure:",
    "1) A::b",
    "Caused by",
    "In A.php line 1:",
    "PHP Fatal error:  Uncaught x",
    "  Line   a.php",
    "  12     x",
    "Your requirements could not be resolved to an installable set of packages.",
    "+++++ Timeout +++++",
    "Fatal Python error: Aborted",
    "ImportError while loading conftest 'a'.",
    "",
]


@pytest.mark.parametrize("line", LOOKALIKES)
def test_another_program_s_line_is_not_taken_for_a_format(line: str) -> None:
    assert not list(scripting([Line(n, text) for n, text in enumerate(line.split("\n"), 1)]))


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_mixture_of_formats_is_read_to_its_end(pieces: list[str]) -> None:
    lines = [Line(n, text) for n, text in enumerate(pieces, 1)]
    numbers = {line.number for line in lines}
    for finding in scripting(lines):
        assert finding.lines
        assert {line.number for line in finding.lines} <= numbers
        assert 0 <= finding.rank <= 100


@pytest.mark.parametrize("piece", [*PIECES, "a", "a.", "/a", ": ", "::", "x: error ", "(", "[a]"])
def test_no_format_is_slow_on_a_long_line(piece: str) -> None:
    long = [
        Line(n, f"{head}{(piece or ' ') * 2_000}"[:2_000]) for n, head in enumerate(("", "E   "), 1)
    ]
    for _, finders in FAMILIES:
        for finder, _ in finders:
            began = time.process_time()
            list(finder(long))
            assert time.process_time() - began < 0.1, finder
