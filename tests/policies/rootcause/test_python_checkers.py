"""ruff, flake8, pylint, mypy, pyright and others; formatters; programs that run them."""

from __future__ import annotations

from typing import Any

import pytest

RUFF_FULL = """
F401 [*] `os` imported but unused
 --> shop/cart.py:1:8
  |
1 | import os
  |        ^^
help: Remove unused import: `os`"""
RUFF_GROUPED = """
shop/cart.py:
   1:8  F401 [*] `os` imported but unused
  13:34 F821 Undefined name `crate`"""
TY = """
error[invalid-assignment]: Object of type `str` is not assignable to `int`
 --> shop/cart.py:3:5
  |"""
PYRIGHT = """
/srv/shop/cart.py
  /srv/shop/cart.py:3:5 - error: "crate" is not defined (reportUndefinedVariable)
1 error, 0 warnings, 0 informations"""
DOCSTYLE = """
shop/cart.py:3 in public function `total`:
        D103: Missing docstring in public function"""
BANDIT = """
>> Issue: [B602:subprocess_popen_with_shell_equals_true] subprocess call with shell=True
   Severity: High   Confidence: High
   Location: shop/cart.py:12:4"""
PYLINT = """
************* Module shop.cart
shop/cart.py:1:0: C0114: Missing module docstring (missing-module-docstring)
shop/cart.py:9:8: E0602: Undefined variable 'crate' (undefined-variable)
Your code has been rated at 3.33/10"""
FORMAT = """
unformatted: File would be reformatted
  --> shop/cart.py:3:1
   |"""
BLACK = """
would reformat /srv/shop/cart.py
Oh no!
1 file would be reformatted, 4 files would be left unchanged."""
GITHUB = (
    "::error title=Ruff (F401),file=/srv/shop/cart.py,line=1::shop/cart.py:1:8: F401 `os` unused"
)
HOOK = """
trim trailing whitespace.................................................Failed
- hook id: trailing-whitespace
- exit code: 1
- files were modified by this hook

Fixing shop/cart.py

check yaml...............................................................Passed"""
SAYING = """
spell check..............................................................Failed
- hook id: spelling
- exit code: 65

shop/cart.py: teh is no word"""
NO_HOOK = """
frobnicate...............................................................Failed
- hook id: frob
- exit code: 1

Executable `frobnicate` not found"""
LINTRUNNER = """
>>> Lint for shop/cart.py:

  Warning (FLAKE8) F401
    'os' imported but unused"""
PRETTIER = """
Checking formatting...
[warn] src/cart.ts
[warn] Code style issues found in the above file. Run Prettier with --write to fix."""
PRETTIER_BROKEN = "[error] src/cart.js: SyntaxError: Unexpected token (1:10)\n[error] > 1 | f("
UNUSED = "'os' imported but unused"

TABLE = [
    ("shop/cart.py:1:8: F401 [*] `os` imported but unused", "lint", "F401", ""),
    ("shop/cart.py:1:1: E302 expected 2 blank lines, found 0", "lint", "E302", ""),
    (
        "##[error]shop/cart.py:1:8: F401 `os` imported but unused",
        "lint",
        "shop/cart.py:1:8: F401",
        "",
    ),
    (GITHUB, "lint", "shop/cart.py:1:8: F401", ""),
    (RUFF_FULL, "lint", "shop/cart.py: F401", ""),
    (RUFF_GROUPED, "lint", "shop/cart.py: 1:8 F401", ""),
    ("shop/cart.py:1:7: invalid-syntax: Expected ')'", "lint", "Expected ')'", ""),
    ("shop/cart.py:1: [F401] `os` imported but unused", "lint", "[F401]", ""),
    (PYLINT, "lint", "E0602: Undefined variable 'crate'", ""),
    ("shop/cart.py:3: [W0611(unused-import), ] Unused import os", "lint", "W0611", ""),
    (f"shop/cart.py:1:1: {UNUSED}", "lint", UNUSED, ""),
    ("shop/cart.py:5: error: Unsupported operand types  [operator]", "type_error", "operand", ""),
    (
        "shop/cart.py:5:1:5:9: error: Name 'x' is not defined  [name-defined]",
        "type_error",
        "'x'",
        "",
    ),
    (
        "shop/cart.py: error: Source file found twice under different names",
        "type_error",
        "twice",
        "",
    ),
    (PYRIGHT, "type_error", '"crate" is not defined', ""),
    (TY, "type_error", "shop/cart.py: error[invalid-assignment]", ""),
    ("shop/cart.py:3:4 Undefined attribute [16]: `int` has no attribute", "type_error", "[16]", ""),
    (DOCSTYLE, "lint", "D103", ""),
    (BANDIT, "lint", "B602", ""),
    ("shop/cart.py:3: unused function 'total' (60% confidence)", "lint", "unused function", ""),
    ("./docs/cart.md:3: teh ==> the", "lint", "teh ==> the", ""),
    ("RESULT: FAILED (minimum: 90.0%, actual: 40.0%)", "lint", "minimum: 90.0%", ""),
    (BLACK, "lint", "would reformat /srv/shop/cart.py", ""),
    ("Would reformat: shop/cart.py\n1 file would be reformatted", "lint", "shop/cart.py", ""),
    (FORMAT, "lint", "shop/cart.py: unformatted: File would be reformatted", ""),
    ("error: cannot format shop/cart.py: Cannot parse: 3:4: f(", "lint", "cannot format", ""),
    ("ERROR: shop/cart.py Imports are incorrectly sorted and/or formatted.", "lint", "sorted", ""),
    (
        HOOK,
        "lint",
        "trim trailing whitespace: files were modified",
        "pre-commit run trailing-whitespace --all-files",
    ),
    (
        "An error has occurred: InvalidConfigError: \n==> File .pre-commit-config.yaml\n==> At Config()\n"
        "==> At key: lamps\n=====> Expected a Lamp map but got a list\n"
        "Check the log at /root/.cache/pre-commit/pre-commit.log",
        "config_error",
        "InvalidConfigError: Expected a Lamp map but got a list",
        "",
    ),
    (SAYING, "lint", "teh is no word", "pre-commit run spelling --all-files"),
    (NO_HOOK, "missing_dependency", "`frobnicate` not found", "pre-commit run frob --all-files"),
    (LINTRUNNER, "lint", "shop/cart.py: Warning (FLAKE8) F401", ""),
    (PRETTIER, "lint", "[warn] src/cart.ts", ""),
    (PRETTIER_BROKEN, "lint", "src/cart.js: SyntaxError", ""),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_complaint_is_named(check: Any, log: str, found: str, words: str, replay: str) -> None:
    check(log, found, words, replay)


def test_the_line_number_is_no_part_of_the_cause_but_the_file_and_the_rule_are(check: Any) -> None:
    def seen(line: str) -> str:
        return str(check(line, "lint", "F4", "").fingerprint)

    one = seen("shop/cart.py:1:8: F401 `os` imported but unused")
    assert one == seen("shop/cart.py:9:8: F401 `re` imported but unused")
    assert one != seen("shop/crate.py:1:8: F401 `os` imported but unused")
    assert one != seen("shop/cart.py:1:8: F403 `from os import *` used")


def test_the_checker_inside_a_hook_speaks_for_it(check: Any) -> None:
    log = SAYING.replace("shop/cart.py: teh is no word", "shop/cart.py:5: error: Bad  [misc]")
    check(log, "type_error", "shop/cart.py:5: error: Bad", "")
