"""Reasons that stand where their form looks for none: below a plugin's goal, behind a wrapper."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure
from policies.rootcause import Hints, diagnose
from tests.policies.conftest import NOW, SIGNATURES

Cause = Callable[[str], Failure]
BUILD = """\
  error: subprocess-exited-with-error
  × Building wheel for frob (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [97 lines of output]
      ...
      gcc -fPIC -c frob/_frob.c -o build/temp/frob/_frob.o
      error: command 'gcc' failed: No such file or directory
      [end of output]
"""
PULL = (
    '  Warning  Failed  1s (x2 over 14s)  kubelet  Failed to pull image "ghcr.io/o/frob:latest": rpc error: '
    "code = Unknown desc = denied: unauthenticated: no such user"
)
GOAL = "[ERROR] Failed to execute goal org.frob:maven-compiler-plugin:3.1:compile (default) on project frob:"
LOGS = [
    (BUILD, "missing_dependency", "command 'gcc' failed: No such file"),
    (
        f"{GOAL} Compilation failure\n[ERROR] No compiler is provided in this environment.\n[ERROR] \n",
        "missing_dependency",
        "No compiler is provided",
    ),
    (
        "panic: Log in goroutine after TestFrob has completed: read frob.json\n\ngoroutine 9 [running]:\n",
        "test_failure",
        "after TestFrob has completed",
    ),
    (
        "--- FAIL: TestFrob (0.00s)\n\tError:  Not equal: 1 (expected)\n\t\t!= 2 (actual)\n\n"
        "FAIL\nexit status 1\nFAIL\texample.org/frob\t0.011s\n",
        "test_failure",
        "TestFrob",
    ),
    (
        "Error: ineffectual assignment to err (ineffassign)\nError: issues found\n",
        "lint",
        "ineffectual",
    ),
    (PULL, "auth", "denied: unauthenticated"),
    (
        "error: too many arguments. Expected 0 arguments but got 4.\n",
        "config_error",
        "too many arguments",
    ),
]


@pytest.mark.parametrize(("log", "found", "words"), LOGS)
def test_it_is_the_cause_with_its_class(cause: Cause, log: str, found: str, words: str) -> None:
    failure = cause(log)
    assert words in failure.summary
    assert failure.failure_class.value == found


def test_aider_names_the_error_before_its_librarys_own() -> None:
    said = (
        "BadRequestError: litellm.BadRequestError: OpenAIException - Error code: 400 - {'error': {'message': "
        "\"Unsupported value: 'system' with this model.\", 'code': 'unsupported_value'}}"
    )
    log = ["Aider v0.56.0", "Model: openai/frob with whole edit format", "", said]
    failure = diagnose(log, Hints(exit_code=0, agent="aider", now=NOW), SIGNATURES)
    assert failure.failure_class.value == "model_error"
    assert "Unsupported value" in failure.summary
