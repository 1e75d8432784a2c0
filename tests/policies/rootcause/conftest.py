"""One way to ask for the cause of a small log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure
from tests.policies.conftest import both_ways

NOISE = ["lint docs/errors.md ... ok", "INFO error budget: 8 failures left", ""]
ENDING = ["removed tmp", "ERROR: check failed, see log above (exit code 1)"]


@pytest.fixture(scope="session")
def cause() -> Callable[[str], Failure]:
    """Give what diagnoses a log's text; noise stands around it, and exit 1 is known."""

    def ask(text: str) -> Failure:
        return both_ways([*NOISE, *text.split("\n"), *ENDING])

    return ask


@pytest.fixture(scope="session")
def reads(cause: Callable[[str], Failure]) -> Callable[[str, str, str, str], None]:
    """Give what demands of a log its class, words of its summary, and its replay ("": none)."""

    def read(log: str, found: str, words: str, replay: str) -> None:
        failure = cause(log)
        assert (failure.failure_class.value, words in failure.summary) == (found, True), failure
        assert failure.replay == ((replay,) if replay else ()), failure

    return read
