"""What an agent's tools print is its work: it went on after each, and none of it ended the process."""

import pytest

from policies.failure import StopReason
from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES

TESTS = (
    "I run the tests.\n"
    "=================================== FAILURES ===================================\n"
    "__________________________________ test_lamp ___________________________________\n"
    "    def test_lamp():\n"
    ">       assert lamp() == 2\n"
    "E       assert 1 == 2\n"
    "tests/test_lamp.py:5: AssertionError\n"
    "=========================== short test summary info ============================\n"
    "FAILED tests/test_lamp.py::test_lamp - assert 1 == 2\n"
    "1 failed, 3 passed in 0.11s\n"
)
LINT = "I run the linter.\nsrc/lamp.py:3:1: F401 [*] `os` imported but unused\nFound 1 error.\n"
TRACE = (
    "I import it.\nTraceback (most recent call last):\n"
    '  File "<string>", line 1, in <module>\n'
    "ModuleNotFoundError: No module named 'lamp'\n"
)
CLONE = "I fetch it.\nfatal: unable to access 'https://x.example/a.git/': Could not resolve host: x.example\n"
WORK = pytest.mark.parametrize(
    "work", [TESTS, LINT, TRACE, CLONE], ids=["tests", "lint", "trace", "git"]
)


def why(text, agent="crew", **more):
    return diagnose(text.splitlines(), Hints(agent=agent, now=NOW, **more), SIGNATURES)


@WORK
@pytest.mark.parametrize("agent", ["crew", "aider"])
@pytest.mark.parametrize("exit_code", [-15, -9, 143])
def test_an_agent_that_was_killed_while_it_worked_did_not_fail_by_its_work(
    work: str, agent: str, exit_code: int
) -> None:
    failure = why(work, agent, exit_code=exit_code)
    assert (failure.failure_class, failure.confidence) == ("signal_crash", "low")


@WORK
def test_an_agent_whose_time_ran_out_while_it_worked_did_not_fail_by_its_work(work: str) -> None:
    failure = why(work, exit_code=-15, stopped_because=StopReason.TOTAL)
    assert (failure.failure_class, failure.confidence) == ("timeout", "low")


@pytest.mark.parametrize("work", [TESTS, LINT])
def test_an_agent_that_fails_after_its_tests_failed_by_something_else(work: str) -> None:
    failure = why(work + "The worker pool is closed.\n", exit_code=1)
    assert failure.failure_class not in ("test_failure", "lint")
    assert failure.confidence != "high"


def test_a_trace_long_before_the_end_is_of_the_work_and_one_at_the_end_is_not() -> None:
    assert why(TRACE, exit_code=1).failure_class == "missing_dependency"
    later = why(TRACE + "I go on.\n" * 60, exit_code=1)
    assert later.failure_class != "missing_dependency"


@pytest.mark.parametrize("exit_code", [1, -15])
def test_a_check_fails_by_what_its_tools_print(exit_code: int) -> None:
    assert why(TESTS, agent=None, exit_code=exit_code).failure_class == "test_failure"


def test_what_a_provider_answers_ends_an_agent_after_its_work() -> None:
    said = TESTS + "Error code: 401 - {'error': {'message': 'No such key'}}\n"
    assert why(said, exit_code=1).failure_class == "auth"


def test_memory_that_ran_out_ends_an_agent_that_was_killed() -> None:
    said = (
        TESTS
        + "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
    )
    assert why(said, exit_code=-9).failure_class == "out_of_memory"


def test_what_an_agent_tries_again_until_its_time_runs_out_is_not_its_work() -> None:
    said = (
        "mini-swe-agent (step 1, $0.00):\n"
        + "Retrying query in 4.0 seconds as it raised ModuleNotFoundError: No module named 'lamp'.\n"
        * 3
    )
    failure = why(said, "mini", exit_code=-15, stopped_because=StopReason.TOTAL)
    assert failure.failure_class == "missing_dependency"
