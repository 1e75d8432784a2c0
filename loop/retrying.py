"""Bounded tries, with tenacity behind one door: the caller says what a result means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying

from policies.retry import GiveUp, Wait

T = TypeVar("T")


def until_settled(
    attempt: Callable[[int], T],
    decide: Callable[[int, T], Wait | GiveUp | None],
    sleep: Callable[[float], None],
) -> T:
    """Give the last result of *attempt*, called with 1, 2, … as long as *decide* says Wait.

    *decide* is asked once for each result: None means that there is nothing to retry.
    """
    decisions: dict[int, Wait | GiveUp | None] = {}

    def again(state: RetryCallState) -> bool:
        assert state.outcome is not None
        if state.outcome.failed:
            return False
        decisions[state.attempt_number] = decide(state.attempt_number, state.outcome.result())
        return isinstance(decisions[state.attempt_number], Wait)

    def wait_s(state: RetryCallState) -> float:
        decision = decisions[state.attempt_number]
        return decision.wait_s if isinstance(decision, Wait) else 0.0

    counter = iter(range(1, 1_000_000))
    retrying = Retrying(retry=again, wait=wait_s, sleep=sleep, reraise=True)
    return retrying(lambda: attempt(next(counter)))
