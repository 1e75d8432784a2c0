"""Stretches of a log, each as the numbers of the lines around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Stretch = tuple[int, int]


def apart(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Give *stretches* in order, those that lie over each other as one."""
    told: list[Stretch] = []
    for began, ended in sorted(stretches):
        if told and began < told[-1][1]:
            told[-1] = (told[-1][0], max(ended, told[-1][1]))
        else:
            told.append((began, ended))
    return tuple(told)


def lies_in(stretches: Sequence[Stretch], number: int) -> bool:
    """Say whether line *number* lies inside one of *stretches*, which are in order and apart."""
    at = bisect_right(stretches, (number, number))
    return at > 0 and stretches[at - 1][0] < number < stretches[at - 1][1]
