"""What a Prefect state says of a failure is fit for a page: nothing hides in it or turns it round."""

from __future__ import annotations

from flows.states import of_cycle
from tests.policies.test_pages import FAILURE, a_failed_cycle


def test_a_failures_message_hides_nothing() -> None:
    failure = FAILURE.evolve(summary="error: \u202egnp.exe\x1b[2J\u200b is broken")
    assert of_cycle(a_failed_cycle(failure=failure)).message == "error: gnp.exe is broken"
