"""Where in a log the failure lies: CI systems run steps one after the other, and the failed one ends them.

What earlier steps printed did not stop them, what later ones print (clean-up, uploads, "always" steps)
comes too late, and the text of a script that a CI system shows before it runs it is no output at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.logged_stacks import survived_stacks
from policies.rootcause.passed_tests import passed_tests
from policies.rootcause.records import hanging_notes
from policies.rootcause.scan import holding, since
from policies.rootcause.steps import answers, failed_step

BEFORE_STEP, AFTER_STEP, IN_PASSED_TEST, SURVIVED, DUMPED = 48, 52, 40, 45, 34
"""What a candidate's rank loses there."""
TRIED_AGAIN, ENDS_TRYING_LINES = 14, 15
WAITS_LINES = 60
"""So far below a refused connection the service that was waited for may answer."""
ECHO_LIMIT = 250
"""Lines of one shown script."""

_SHOWN = expression(r"^##\[group\]Run |^Script contents:$")
_SHOWN_ENDS = expression(r"^##\[endgroup\]|^=+ Starting Command Output =+$")
_AGAIN = expression(
    r"\bretrying\b|\bwill retry\b|\btry(?:ing)? again\b(?! later)|\battempt \d{1,3}(?: of |/)\d"
    r"|\bretry (?:\d|in|after|attempt)|\bretries left\b"
)
_SURELY_AGAIN = expression(r"\bwill retry in \d|\b[1-9]\d{0,3} retries left\b|\bretrying in \d")
_AGAIN_WORDS = ("retr", "Retr", "RETR", "gain", "GAIN", "ttempt", "TTEMPT")
_THROWN_AT = expression(r"^(?:file:/{2,3}|/|[A-Za-z]:\\|node:)[^:]{1,400}\.[cm]?[jt]sx?:\d{1,9}$")
_MARK_BELOW = expression(r"^ *\^* *$")
"""Under very long source the mark itself is cut away."""
_DUMPS = expression(r"^\+ (?:sudo )?(?:docker|podman)(?:[ -]compose)?(?: -\S{1,80}){0,6} logs\b")
_HUNK = expression(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_HUNK_LINE = ("", " ", "+", "-", "\\")


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
    """The lines around each logged exception after which the program went on, in order."""
    dumped: tuple[tuple[int, int], ...] = ()
    """What a script showed of its services' logs, in order: most do so once something has failed."""

    def is_answered(self, number: int) -> bool:
        """Say whether soon after line *number* the service is there that nothing could reach."""
        at = bisect_right(self.answered, number)
        return at < len(self.answered) and self.answered[at] - number <= WAITS_LINES

    def doubt(self, number: int) -> int:
        """Give what speaks against a candidate on line *number*, in points of rank."""
        points = IN_PASSED_TEST if _lies_in(self.passed, number) else 0
        points += SURVIVED if _lies_in(self.survived, number) else 0
        points += DUMPED if _lies_in(self.dumped, number) else 0
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
        shown=_shown(lines),
        passed=passed_tests(lines),
        retried=_retried(lines),
        answered=tuple(at for at in answers(lines) if ends is None or at < ends),
        survived=survived_stacks(lines),
        dumped=tuple(_dumps(lines)),
    )


def _dumps(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    for at, line in holding(lines, "+ "):
        if _DUMPS.match(line.text):
            after = (x.number for x in lines[at + 1 :] if x.text.startswith("+ "))
            yield line.number, next(after, lines[-1].number + 1)


def _lies_in(stretches: Sequence[tuple[int, int]], number: int) -> bool:
    at = bisect_right(stretches, (number, number))
    return at > 0 and stretches[at - 1][0] < number < stretches[at - 1][1]


def _shown(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines of scripts shown before they run, of source, of differences, of warnings."""
    texts = (*_scripts(lines), *_sources(lines), *_differences(lines))
    return frozenset((*texts, *_warning_boxes(lines), *hanging_notes(lines)))


def _scripts(lines: Sequence[Line]) -> list[int]:
    shown: list[int] = []
    block: list[int] = []
    inside = False
    for line in since(lines, "##[group]Run ", "Script contents:"):
        if _SHOWN.match(line.text):
            inside, block = True, []
        elif inside and (_SHOWN_ENDS.match(line.text) or len(block) > ECHO_LIMIT):
            shown += block if len(block) <= ECHO_LIMIT else []
            inside = False
        if inside:
            block.append(line.number)
    return shown


def _sources(lines: Sequence[Line]) -> list[int]:
    """Give the lines of source that Node shows where an error was thrown: minified, they hold any words."""
    places = (at for at, line in holding(lines, "js:", "ts:") if _THROWN_AT.match(line.text))
    return [lines[at + 1].number for at in places if _is_marked_below(lines[at + 2 : at + 3])]


def _is_marked_below(below: Sequence[Line]) -> bool:
    return any(_MARK_BELOW.match(line.text) for line in below)


def _differences(lines: Sequence[Line]) -> list[int]:
    shown: list[int] = []
    inside = False
    for line in since(lines, "@@ -"):
        inside = bool(_HUNK.match(line.text)) or (inside and line.text[:1] in _HUNK_LINE)
        if inside:
            shown.append(line.number)
    return shown


def _warning_boxes(lines: Sequence[Line]) -> list[int]:
    """Give the lines of Terraform's boxes that only warn."""
    shown: list[int] = []
    inside = False
    for line in since(lines, "│ Warning: "):
        inside = line.text.startswith("│ Warning: ") or (inside and line.text.startswith("│"))
        if inside:
            shown.append(line.number)
    return shown


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
