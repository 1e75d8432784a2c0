"""Where in a log the failure lies: CI systems run steps one after the other, and the failed one ends them.

What earlier steps printed did not stop them, what later ones print (clean-up, uploads, "always" steps)
comes too late, and the text of a script that a CI system shows before it runs it is no output at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.expressions import expression
from policies.rootcause.answered import answered
from policies.rootcause.displayed import displayed
from policies.rootcause.finding import Line
from policies.rootcause.logged_stacks import survived_stacks
from policies.rootcause.passed_tests import passed_tests
from policies.rootcause.scan import holding
from policies.rootcause.steps import failed_step
from policies.rootcause.stretches import apart, lies_in
from policies.rootcause.unretrieved import unretrieved

BEFORE_STEP, AFTER_STEP, IN_PASSED_TEST, SURVIVED, DUMPED = 48, 52, 40, 45, 34
"""What a candidate's rank loses there."""
TRIED_AGAIN, ENDS_TRYING_LINES = 14, 15
WAITS_LINES = 60
"""So far below a refused connection the service that was waited for may answer."""
_AGAIN = expression(
    r"\bretrying\b|\bwill retry\b|\btry(?:ing)? again\b(?! later)|\battempt \d{1,3}(?: of |/)\d"
    r"|\bretry (?:\d|in|after|attempt)|\bretries left\b"
)
_SURELY_AGAIN = expression(r"\bwill retry in \d|\b[1-9]\d{0,3} retries left\b|\bretrying in \d")
_AGAIN_WORDS = ("retr", "Retr", "RETR", "gain", "GAIN", "ttempt", "TTEMPT")
_DUMPS = expression(r"^\+ (?:sudo )?(?:docker|podman)(?:[ -]compose)?(?: -\S{1,80}){0,6} logs\b")


@dataclass(frozen=True, slots=True)
class Regions:
    """The parts of one log, as line numbers."""

    begins: int
    """First line of the failed step; 0 where nothing tells."""
    ends: int | None
    """The line that says that it failed; None where nothing does."""
    shown: frozenset[int]
    """Lines that only show a script."""
    passed: tuple[tuple[int, int], ...]
    """First and last line of each stretch printed by tests that passed, in order, none overlapping."""

    retried: frozenset[int]
    """Lines after which the same thing was tried again."""
    answered: tuple[int, ...] = ()
    """Lines that say that a service which was waited for is there, in order."""
    survived: tuple[tuple[int, int], ...] = ()
    """The lines around each printed exception after which the program went on, in order."""
    dumped: tuple[tuple[int, int], ...] = ()
    """What a script showed of its services' logs, in order: most do so once something has failed."""

    def is_answered(self, number: int) -> bool:
        """Say whether soon after line *number* the service is there that nothing could reach."""
        at = bisect_right(self.answered, number)
        return at < len(self.answered) and self.answered[at] - number <= WAITS_LINES

    def doubt(self, number: int) -> int:
        """Give what speaks against a candidate on line *number*, in points of rank."""
        points = IN_PASSED_TEST if lies_in(self.passed, number) else 0
        points += SURVIVED if lies_in(self.survived, number) else 0
        points += DUMPED if lies_in(self.dumped, number) else 0
        points += TRIED_AGAIN if number in self.retried else 0
        if number < self.begins:
            points += BEFORE_STEP
        if self.ends is not None and number > self.ends:
            points += AFTER_STEP
        return points

    def holds(self, number: int) -> bool:
        """Say whether line *number* is of the step that failed."""
        return self.begins <= number and (self.ends is None or number <= self.ends)


def regions_of(lines: Sequence[Line]) -> Regions:
    """Give the regions of the log of which *lines* were kept."""
    begins, ends = failed_step(lines)
    return Regions(
        begins=begins,
        ends=ends,
        shown=displayed(lines),
        passed=passed_tests(lines),
        retried=_retried(lines),
        answered=answered(lines, ends),
        survived=apart((*survived_stacks(lines), *unretrieved(lines))),
        dumped=tuple(_dumps(lines)),
    )


def _dumps(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    for at, line in holding(lines, "+ "):
        if _DUMPS.match(line.text):
            below = (lines[n] for n in range(at + 1, len(lines)))
            after = (one.number for one in below if one.text.startswith("+ "))
            yield line.number, next(after, lines[-1].number + 1)


def _retried(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines right above one that says that it is tried again: the last attempt has none.

    Near the log's end nothing shows that trying again helped, unless the line says that it waits for it.
    """
    retried: list[int] = []
    last = len(lines) - ENDS_TRYING_LINES
    for at, line in holding(lines, *_AGAIN_WORDS):
        if (_AGAIN if at < last else _SURELY_AGAIN).search(line.text[:500].lower()):
            retried += [above.number for above in lines[max(0, at - 2) : at + 1]]
    return frozenset(retried)
