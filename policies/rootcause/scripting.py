"""The formats of Python, JavaScript, Ruby, PHP, Elixir and R, each tried where its words stand in the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rootcause.bundlers import bundlers
from policies.rootcause.deno import deno_tests
from policies.rootcause.docs import docs_builds
from policies.rootcause.environments import environments
from policies.rootcause.eslint import js_linters, typescript
from policies.rootcause.exunit import exunit
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.formatters import prettier
from policies.rootcause.gatsby import gatsby
from policies.rootcause.javascript import node_errors
from policies.rootcause.jest import jest
from policies.rootcause.layers import layered
from policies.rootcause.lint_runners import (
    commit_messages,
    dart_analysis,
    hook_settings,
    hooks,
    lintrunner,
    shellcheck,
)
from policies.rootcause.mocha import browsers, mocha
from policies.rootcause.npm import npm
from policies.rootcause.npm_scripts import Scripts
from policies.rootcause.php import php, php_checkers
from policies.rootcause.phpunit import pest, phpunit
from policies.rootcause.playwright import playwright
from policies.rootcause.python_family import PYTHON, Family
from policies.rootcause.rspec import minitest, rspec
from policies.rootcause.ruby import rubocop, ruby
from policies.rootcause.rubygems import rubygems
from policies.rootcause.tap import ava, node_spec, tap
from policies.rootcause.testthat import testthat
from policies.rootcause.vitest import vitest
from policies.rootcause.yarn import pnpm, yarn

_FAMILIES: tuple[Family, ...] = (
    (
        "",
        (
            (tap, "not ok"),
            (layered, "Caused by|cause: |─▶ |ERR_PNPM_"),
            (hooks, "...Failed|)Failed"),
            (hook_settings, "An error has occurred: "),
            (lintrunner, ">>> Lint for "),
            (dart_analysis, ".dart:"),
            (shellcheck, "In "),
            (
                docs_builds,
                ": WARNING: |: ERROR: |: SEVERE: |: CRITICAL: |Extension error|"
                "Configuration error|treated as error|strict mode",
            ),
            (
                environments,
                "nox > |: exit |: FAIL |Exception running subprocess|InvocationError|"
                "commands failed|could not find python interpreter",
            ),
        ),
    ),
    PYTHON,
    (
        ".js|.ts|.mjs|.cjs|.jsx|.tsx|.vue|.svelte|npm |yarn|node|● |✕ |Usage Error: |Internal "
        "Error: |✖|×|[warn] |"
        "[error] |[fail]| › | MD0|━━|➤ YN| failing|ERR_PNPM|ESLint|ERROR in|"
        "Failed to compile|error TS|error NG|  Message:|FAILED",
        (
            (node_errors, "    at |  at |--trace-uncaught|triggerUncaughtException(|SyntaxError: "),
            (jest, "● |✕ |coverage threshold|Coverage for|No tests found"),
            (
                vitest,
                "FAIL|Uncaught Exception|Unhandled |Startup Error|Coverage for|No test |"
                "No test files",
            ),
            (mocha, " failing"),
            (browsers, " FAILED|  Message:"),
            (node_spec, "✖ "),
            (ava, "[fail]: |[uncaught exception]: |  ✖ "),
            (playwright, " › "),
            (commit_messages, "\u29d7"),
            (prettier, "[warn] |[error] |Code style issues"),
            (
                js_linters,
                " error  | warning  |[Error|, Error - |): error |✖|×|━━|  Line | MD0|"
                "ESLint|ERROR: |.js:|.ts:|.jsx:|.tsx:|Error: Failed to load|"
                "No files matching|config file",
            ),
            (typescript, "error TS|Type error: |TS|error NG"),
            (
                bundlers,
                "ERROR in|[ERROR] |error: |[!] |error during build|Failed to compile|"
                "Build error|prerendering|Build failed|worker exited|SyntaxError: |"
                "Module build failed|Module parse failed",
            ),
            (gatsby, "ERROR #|error Generating |error There was an error "),
            (deno_tests, " => "),
            (npm, "npm ERR!|npm error"),
            (yarn, "yarn |➤ YN|Usage Error: |Internal Error: "),
            (pnpm, "ERR_PNPM_"),
        ),
    ),
    (
        ".rb|uby|Gem|gem |undle|rake |aborted!|rspec |Failure:|Error:|Failures:|Failure: ",
        (
            (ruby, ":in `|:in '|syntax error|aborted!|Gem::|Error)"),
            (
                rubygems,
                "undle|emfile|Gem::|gem native|gems seem |already activated|Could not find|executing gem|"
                "An error occurred|deployment mode|[!] ",
            ),
            (rubocop, ": [C|: C: |: W: |: E: |: F: |: R: |.rb:"),
            (rspec, "Failures:|An error occurred "),
            (minitest, "Failure:|Error:|Failure: |Error: "),
        ),
    ),
    (
        ".php|PHP|omposer|requirements could|\\|Fatal error|Parse error|FILE: | ✘ |[ERROR] Found ",
        (
            (
                php,
                "Fatal error|Parse error|Compile Error|installable set|compatible set|"
                " line |  [|\\",
            ),
            (php_checkers, ".php|FILE: |[ERROR] Found "),
            (phpunit, "There was |There were | ✘ "),
            (pest, "FAILED  "),
        ),
    ),
    (".exs:|.ex:", ((exunit, ") test |) property |) doctest "),)),
    (".R#|.R:|.r#|.r:", ((testthat, "Failure|Error"),)),
)
"""By ecosystem: words of which one stands in every log of it, then its finders, each with its own.

Most logs are of few tools: so most finders need not read them.
"""


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


FAMILIES = tuple(
    (_split(words), tuple((finder, _split(own)) for finder, own in finders))
    for words, finders in _FAMILIES
)
"""The same, the words split."""


def scripting(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the formats find; where npm names the script that ran, that is how to run it again."""
    read = lines if isinstance(lines, Lines) else Lines(lines)
    scripts = Scripts(read, read.text)
    for family, finders in FAMILIES:
        if not read.hold(family):
            continue
        for finder, words in finders:
            if read.hold(words):
                yield from map(scripts.named, finder(read))
