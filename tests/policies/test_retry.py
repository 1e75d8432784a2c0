"""Retry: bounded by attempts, waits within their bounds, a server's own wish kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.bounds import DEFAULT_BOUNDS, Bound
from policies.failure import Confidence, Failure, FailureClass
from policies.retry import GiveUp, Wait, next_try

BOUND = Bound(attempts=5, wait_from_s=10, wait_to_s=120, opens_after=3)


def a_failure(retry_after_s: float | None = None) -> Failure:
    return Failure(
        failure_class=FailureClass.RATE_LIMIT,
        summary="slow down",
        fingerprint="f",
        confidence=Confidence.HIGH,
        retry_after_s=retry_after_s,
    )


def decide(tried: int, spread: float = 1.0, retry_after_s: float | None = None) -> Wait | GiveUp:
    return next_try(BOUND, tried, a_failure(retry_after_s), spread=spread, longest_wait_s=120)


@pytest.mark.parametrize(("tried", "wait_s"), [(1, 10), (2, 20), (3, 40), (4, 80)])
def test_the_longest_wait_doubles(tried, wait_s):
    assert decide(tried) == Wait(wait_s=wait_s)


def test_attempts_are_bounded():
    assert isinstance(decide(5), GiveUp)


def test_a_server_is_taken_at_its_word():
    assert decide(1, retry_after_s=7) == Wait(wait_s=7)


def test_a_long_wait_is_never_slept():
    assert isinstance(decide(1, retry_after_s=121), GiveUp)


@given(st.sampled_from(sorted(DEFAULT_BOUNDS)), st.integers(1, 10_000), st.floats(0, 1))
def test_every_wait_of_every_class_is_within_its_bounds(kind, tried, spread):
    bound = DEFAULT_BOUNDS[kind]
    decision = next_try(bound, tried, a_failure(), spread=spread, longest_wait_s=120)
    if isinstance(decision, Wait):
        assert tried < bound.attempts
        assert bound.wait_from_s <= decision.wait_s <= max(bound.wait_from_s, bound.wait_to_s)
    else:
        assert tried >= bound.attempts
