"""Tools that nobody knows: the shape of a line says how surely it states the cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

SHAPES = [
    ("W0304 10:00:00.3 1 a.cc:2] cold\nE0304 10:00:00.4 1 r.cc:8] no route named 'x'", "no route"),
    ("checking version\ntag v1.2 does not match package version 1.3\n", "does not match"),
    (
        "✖ 1 of 8 tests failed:\n\n 1) A cart should contain it:\nTypeError: no crate of null\n at x",
        "TypeError: no crate of null",
    ),
    ("error: Wishes not granted:\n\tzork-devel >= 3 wished by a-1\n", "zork-devel >= 3"),
    (
        "lua: a.lua:2: attempt to index a nil value (local 'x')\nstack traceback:",
        "attempt to index",
    ),
    ("at it\nRetries exhausted: the shelf fell\nBye", "the shelf fell"),
    ("at it\nGiving up after 5 attempts: the shelf fell\nBye", "the shelf fell"),
]


@pytest.mark.parametrize(("log", "words"), SHAPES)
def test_an_unknown_tool_s_line_is_told_by_its_shape(
    cause: Callable[[str], Failure], log: str, words: str
) -> None:
    failure = cause(log)
    assert words in failure.summary
    assert failure.confidence is not Confidence.HIGH


def test_a_known_line_is_doubted_where_something_else_fails_later(
    cause: Callable[[str], Failure],
) -> None:
    known = "connect ECONNREFUSED 127.0.0.1:1"
    assert cause(known).confidence is Confidence.HIGH
    assert cause(f"{known}\nstarted\nFatal: no seats left").confidence is not Confidence.HIGH
