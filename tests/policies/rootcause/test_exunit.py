"""Elixir's test runner."""

from __future__ import annotations

from collections.abc import Callable

import pytest

ASSERTED = """...

  1) test weights add up (Shop.CrateTest)
     test/shop/crate_test.exs:8
     Assertion with == failed
     code:  assert Crate.total(crate) == 9
     left:  7
     right: 9
     stacktrace:
       test/shop/crate_test.exs:10: (test)

Finished in 0.08 seconds (0.00s async, 0.08s sync)
9 tests, 1 failure"""
RAISED = """
  1) test opens (Shop.CrateTest)
     test/shop/crate_test.exs:20
     ** (KeyError) key :lid not found in: %{side: 1}
     code: Crate.open(crate)
     stacktrace:
       (shop 0.1.0) lib/shop/crate.ex:4: Shop.Crate.open/1

9 tests, 1 failure"""


@pytest.mark.parametrize(
    ("log", "words", "replay"),
    [
        (
            ASSERTED,
            "test weights add up: Assertion with == failed code: assert Crate.total(crate) == 9",
            "mix test test/shop/crate_test.exs:8",
        ),
        (
            RAISED,
            "test opens: ** (KeyError) key :lid not found in: %{side: 1}",
            "mix test test/shop/crate_test.exs:20",
        ),
    ],
)
def test_a_failing_test_is_named_with_its_message_and_replay(
    reads: Callable[[str, str, str, str], None], log: str, words: str, replay: str
) -> None:
    reads(log, "test_failure", words, replay)
