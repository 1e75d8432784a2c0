"""An unsure answer shows what else may be the cause, a sure one never does."""

from __future__ import annotations

import pytest

from policies.failure import LINES_LIMIT, Confidence, FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.shown import cause_lines, shown_lines
from tests.policies.conftest import both_ways


def finding(*numbers: int, rank: int, rule: str = "own") -> Finding:
    lines = tuple(Line(number, f"line {number}") for number in numbers)
    return Finding(lines=lines, rank=rank, rule=rule, failure_class=FailureClass.UNKNOWN)


LEAD = finding(10, 11, 12, 13, rank=50)
NEAR, BESIDE, FAR = finding(30, rank=40), finding(14, rank=45), finding(90, rank=29)
MORE = [finding(number, rank=35) for number in (40, 50, 60)]


@pytest.mark.parametrize(
    ("ordered", "confidence", "numbers"),
    [
        ([LEAD, NEAR], Confidence.HIGH, [10, 11, 12, 13]),
        ([LEAD, NEAR], Confidence.MEDIUM, [10, 11, 30, 12, 13]),
        ([LEAD, NEAR], Confidence.LOW, [10, 11, 30, 12, 13]),
        ([LEAD, BESIDE, FAR], Confidence.LOW, [10, 11, 12, 13]),
        ([LEAD, NEAR, *MORE], Confidence.LOW, [10, 30, 40, 11, 12, 13]),
        ([LEAD, finding(31, rank=41), NEAR, *MORE], Confidence.LOW, [10, 31, 40, 11, 12, 13]),
        ([finding(*range(10, 30), rank=50), NEAR], Confidence.LOW, [10, 11, 30, *range(12, 19)]),
        ([LEAD], Confidence.LOW, [10, 11, 12, 13]),
    ],
)
def test_rivals_stand_among_the_first_lines(
    ordered: list[Finding], confidence: Confidence, numbers: list[int]
) -> None:
    shown = shown_lines(ordered, confidence)
    assert [line.number for line in shown] == numbers
    assert len(shown) <= LINES_LIMIT
    assert cause_lines(ordered)[0] == shown[0]


def test_a_log_with_two_words_of_failure_shows_both_when_it_is_unsure() -> None:
    failure = both_ways(
        ["frobnication failed", *["calm"] * 9, "could not knit the shed", *["calm"] * 9]
    )
    assert failure.confidence is not Confidence.HIGH
    assert failure.lines == ("could not knit the shed", "frobnication failed")
