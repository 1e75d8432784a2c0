"""Tenacity behind one door: attempts are counted from 1, waits are the policy's, errors go on."""

import pytest

from loop.retrying import until_settled
from policies.retry import GiveUp, Wait


def test_it_goes_on_as_long_as_the_policy_waits():
    slept = []
    decisions = {1: Wait(wait_s=5), 2: Wait(wait_s=7), 3: None}
    last = until_settled(lambda n: n * 10, lambda n, _: decisions[n], slept.append)
    assert (last, slept) == (30, [5, 7])


def test_giving_up_ends_it_with_the_last_result():
    slept = []
    last = until_settled(lambda n: f"failed {n}", lambda *_: GiveUp(why="enough"), slept.append)
    assert (last, slept) == ("failed 1", [])


def test_each_result_is_judged_once():
    judged = []

    def decide(n, result):
        judged.append((n, result))
        return Wait(wait_s=0) if n < 4 else None

    until_settled(lambda n: n, decide, lambda _: None)
    assert judged == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_an_error_of_an_attempt_is_not_retried():
    calls = []

    def attempt(n):
        calls.append(n)
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        until_settled(attempt, lambda *_: Wait(wait_s=0), lambda _: None)
    assert calls == [1]
