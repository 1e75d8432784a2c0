"""The formats of Python's tools: words of which one stands in every log of theirs, then each with its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policies.rootcause.finding import Finding, Line
from policies.rootcause.formatters import formatters
from policies.rootcause.ipython import ipython_traces
from policies.rootcause.pip import installers
from policies.rootcause.pylint import python_checkers, python_checkers_in_blocks
from policies.rootcause.pytest import pytest
from policies.rootcause.pytest_session import pytest_session
from policies.rootcause.python import syntax_errors, tracebacks
from policies.rootcause.unittest import doctests, unittest, unpickled

Finder = Callable[[Sequence[Line]], Iterator[Finding]]
Family = tuple[str, tuple[tuple[Finder, str], ...]]
"""Words, then the finders that are asked where one of them stands in the log, each with words of its own."""

PYTHON: Family = (
    "ed in |ran in |error in |errors in |overage|!!! | Timeout +|SUBFAIL|"
    "ersion solving|UNEXPECTED SUCCESS|Cannot install|Call to `|backend returned|[end of "
    "output]|"
    ".py|Traceback (most|FAILED |ERROR|Error: |Error:|error: |pip|uv|poetry|"
    "FAIL: |pytest|SyntaxError| ==> |RESULT: |reformat|Could not |"
    "Failed example|Unfortunately, ",
    (
        (pytest, "FAILED|ERROR|SUBFAIL|= FAILURES =|= ERRORS ="),
        (
            pytest_session,
            "pytest|ran in |ed in |error in |errors in |overage|Fatal Python error|fatal exception|"
            " Timeout +|INTERNALERROR>|!!! |while loading conftest|UsageError|"
            "not found: ",
        ),
        (unittest, "FAIL: |ERROR: |UNEXPECTED SUCCESS: "),
        (unpickled, "Unfortunately, "),
        (doctests, "Failed example:"),
        (tracebacks, "Traceback (most recent call last)"),
        (ipython_traces, "  Traceback (most recent call last)"),
        (syntax_errors, "SyntaxError|IndentationError|TabError"),
        (python_checkers, ".py|.ipynb| ==> |RESULT: FAILED"),
        (python_checkers_in_blocks, ".py|--> |>> Issue"),
        (formatters, "reformat|cannot |Imports are|needs formatting|not formatted"),
        (
            installers,
            "[end of output]|errored out with|Call to `|backend returned|"
            "Cannot install|o matching distribution|Could not |"
            "version solving failed|error: |ERROR: |Error: |Error:|poetry.lock|"
            "InvalidConfig",
        ),
    ),
)
