"""The formats of Python, JavaScript, Ruby and PHP, each tried where its words stand in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policies.rootcause.bundlers import bundlers
from policies.rootcause.docs import docs_builds
from policies.rootcause.environments import environments
from policies.rootcause.eslint import js_linters, typescript
from policies.rootcause.finding import Finding, Line
from policies.rootcause.formatters import formatters, hooks, prettier
from policies.rootcause.javascript import node_errors
from policies.rootcause.jest import jest
from policies.rootcause.layers import layered
from policies.rootcause.mocha import browsers, mocha
from policies.rootcause.npm import npm
from policies.rootcause.npm_scripts import Scripts
from policies.rootcause.php import php, php_checkers
from policies.rootcause.phpunit import pest, phpunit
from policies.rootcause.pip import installers
from policies.rootcause.playwright import playwright
from policies.rootcause.pylint import python_checkers, python_checkers_in_blocks
from policies.rootcause.pytest import pytest
from policies.rootcause.pytest_session import pytest_session
from policies.rootcause.python import syntax_errors, tracebacks
from policies.rootcause.rspec import minitest, rspec
from policies.rootcause.ruby import rubocop, ruby
from policies.rootcause.tap import ava, node_spec, tap
from policies.rootcause.unittest import doctests, unittest
from policies.rootcause.vitest import vitest
from policies.rootcause.yarn import pnpm, yarn

Finder = Callable[[Sequence[Line]], Iterator[Finding]]

FORMATS: tuple[tuple[Finder, tuple[str, ...]], ...] = (
    (pytest, ("FAILED", "ERROR", "= FAILURES =", "= ERRORS =")),
    (
        pytest_session,
        (
            "pytest",
            "no tests ran",
            " in ",
            "overage",
            "Fatal Python error",
            "fatal exception",
            " Timeout +",
            "INTERNALERROR>",
            "while loading conftest",
            "UsageError",
            "not found: ",
        ),
    ),
    (unittest, ("FAIL: ", "ERROR: ", "UNEXPECTED SUCCESS: ")),
    (doctests, ("Failed example:",)),
    (tracebacks, ("Traceback (most recent call last)",)),
    (syntax_errors, ("SyntaxError", "IndentationError", "TabError")),
    (python_checkers, (".py", ".ipynb", " ==> ", "RESULT: FAILED")),
    (python_checkers_in_blocks, (".py", "--> ", ">> Issue")),
    (formatters, ("reformat", "cannot ", "Imports are", "needs formatting", "not formatted")),
    (prettier, ("[warn] ", "[error] ", "Code style issues")),
    (hooks, ("...Failed", ")Failed")),
    (docs_builds, ("WARNING: ", "ERROR: ", "SEVERE: ", "CRITICAL: ", "error:", "treated as error")),
    (
        installers,
        (
            "did not run successfully",
            "errored out with",
            "Call to `",
            "backend returned",
            "Cannot install",
            "o matching distribution",
            "Could not ",
            "version solving failed",
            "error: ",
            "ERROR: ",
            "Error: ",
            "Error:",
            "poetry.lock",
            "InvalidConfig",
        ),
    ),
    (
        environments,
        (
            "nox > ",
            ": exit ",
            ": FAIL ",
            "Exception running subprocess",
            "InvocationError",
            "commands failed",
        ),
    ),
    (layered, ("Caused by", "cause: ", "─▶ ")),
    (node_errors, ("    at ", "  at ", "--trace-uncaught")),
    (jest, ("● ", "✕ ", "coverage threshold", "Coverage for", "No tests found")),
    (
        vitest,
        (
            "FAIL",
            "Uncaught Exception",
            "Unhandled ",
            "Startup Error",
            "Coverage for",
            "No test ",
            "No test files",
        ),
    ),
    (mocha, (" failing",)),
    (browsers, (" FAILED", "  Message:")),
    (tap, ("not ok",)),
    (node_spec, ("✖ ",)),
    (ava, ("[fail]: ", "[uncaught exception]: ")),
    (playwright, (" › ",)),
    (
        js_linters,
        ("error", "✖", "×", "━━", "Line ", " (", "MD0", "Error", "ESLint", "warning", "ERROR"),
    ),
    (typescript, ("error TS", "Type error: ", "TS")),
    (
        bundlers,
        (
            "ERROR in",
            "[ERROR] ",
            "error: ",
            "[!] ",
            "error during build",
            "Failed to compile",
            "Build error",
            "prerendering",
            "Build failed",
            "SyntaxError: ",
            "Module build failed",
            "Module parse failed",
        ),
    ),
    (npm, ("npm ERR!", "npm error")),
    (yarn, ("yarn ", "➤ YN", "Usage Error: ", "Internal Error: ")),
    (pnpm, ("ERR_PNPM_",)),
    (
        ruby,
        (
            ":in `",
            ":in '",
            "syntax error",
            "rake aborted",
            "undle",
            "Gemfile",
            "Gem::",
            "gem native",
            "already activated",
            "Could not find",
            " (LoadError)",
        ),
    ),
    (rubocop, (": [C", ": C: ", ": W: ", ": E: ", ": F: ", ": R: ", ".rb:")),
    (rspec, ("Failures:", "An error occurred ")),
    (minitest, ("Failure:", "Error:", "Failure: ", "Error: ")),
    (
        php,
        (
            "Fatal error",
            "Parse error",
            "Compile Error",
            "installable set",
            "compatible set",
            " line ",
            "  [",
            "\\",
        ),
    ),
    (php_checkers, (".php", "FILE: ")),
    (phpunit, ("There was ", "There were ", " ✘ ")),
    (pest, ("FAILED  ",)),
)
"""Each with words of which one stands in every log that it can read: most logs are of few tools."""


def scripting(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the formats find; where npm names the script that ran, that is how to run it again."""
    text = "\n".join(line.text for line in lines)
    scripts = Scripts(lines, text)
    for finder, words in FORMATS:
        if any(word in text for word in words):
            for found in finder(lines):
                yield scripts.named(found)
