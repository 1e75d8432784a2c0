"""Where in a log the failure lies: CI systems run steps one after the other, and the failed one ends them.

What earlier steps printed did not stop them, what later ones print (clean-up, uploads, "always" steps)
comes too late, and the text of a script that a CI system shows before it runs it is no output at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from policies.rootcause.finding import Line
from policies.rootcause.records import hanging_notes

BEFORE_STEP, AFTER_STEP, IN_PASSED_TEST = 48, 52, 40
"""What a candidate's rank loses there."""
TRIED_AGAIN, ENDS_TRYING_LINES = 14, 15
ECHO_LIMIT = 250
"""Lines of one shown script."""

STEP_FAILED = re.compile(
    r"^(?:##\[error\])?(?:Error: )?Process completed with exit code [1-9]"
    r"|^(?:##\[error\])(?:Bash|Cmd\.exe|PowerShell"
    r"|The process '.{1,200}').{0,40} exited with code"
    r"|^##\[error\].{0,60}failed with exit code"
    r"|^ERROR: Job failed\b|^WARNING: script canceled"
    r"|^The command \".{0,500}\" (?:failed and )?exited with [1-9]"
    r"|^(?:\W{1,4} )?Error: The command exited with status [1-9]"
    r"|^Exited with code (?:exit status )?[1-9]"
    r"|^ERROR: script returned exit code|^Build step '.{1,80}' marked build as failure"
    r"|^Finished: FAILURE"
    r"|^##\[error\]The operation was canceled|^Post job cleanup\.|^##\[section\]Finishing: Post"
    r"|^Running after[_ ]script|^Uploading artifacts for failed job"
    r"|^Saving cache for failed job"
    r"|^Cleaning up (?:project directory|file based variables)"
    r"|^\[Pipeline\] \{ \(Declarative: Post Actions\)"
    r"|^=+ Finished .{1,500} (?:failed|warnings|exception) \(results: [1-9]"
)
"""The first of these ends the failed step."""
_STEP_STARTS = re.compile(
    r"^##\[group\]Run |^##\[section\]Starting: |^Executing \"step_script\""
    r"|^The command \".{0,500}\" exited with 0\."
    r"|^=+ Started .{1,500} \(results: "
)
_SHOWN = re.compile(r"^##\[group\]Run |^Script contents:$")
_SHOWN_ENDS = re.compile(r"^##\[endgroup\]|^=+ Starting Command Output =+$")
_AGAIN = re.compile(
    r"\bretrying\b|\bwill retry\b|\btry(?:ing)? again\b(?! later)|\battempt \d{1,3}(?: of |/)\d"
    r"|\bretry (?:\d|in|after|attempt)|\bretries left\b"
)
_AGAIN_WORDS = ("retr", "again", "attempt")
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_HUNK_LINE = ("", " ", "+", "-", "\\")
_TEST_STARTS = re.compile(
    r"^\s*=== RUN\s+(?P<go>\S+)|^\[ RUN      \] (?P<gtest>\S+)"
    r"|^(?:\[INFO\] )?Running (?P<java>[a-z]\w*(?:\.\w+)+)$"
)
_TEST_PASSED = re.compile(
    r"^\s*--- (?:PASS|SKIP): (?P<go>\S+)|^\[       OK \] (?P<gtest>[\w/.]+)"
    r"|^(?:\[(?:INFO|WARNING)\] )?Tests run: \d+, Failures: 0, Errors: 0,.* (?:-- "
    r"|- )?in (?P<java>[\w.]+)"
)


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

    def doubt(self, number: int) -> int:
        """Give what speaks against a candidate on line *number*, in points of rank."""
        points = IN_PASSED_TEST if self._is_passed(number) else 0
        points += TRIED_AGAIN if number in self.retried else 0
        if number < self.begins:
            points += BEFORE_STEP
        if self.ends is not None and number > self.ends:
            points += AFTER_STEP
        return points

    def holds(self, number: int) -> bool:
        """Say whether line *number* is of the step that failed."""
        return self.begins <= number and (self.ends is None or number <= self.ends)

    def _is_passed(self, number: int) -> bool:
        at = bisect_right(self.passed, (number, number))
        return at > 0 and self.passed[at - 1][0] < number < self.passed[at - 1][1]


def regions_of(lines: Sequence[Line]) -> Regions:
    """Give the regions of the log of which *lines* were kept."""
    begins, ends = 0, None
    for line in lines:
        if _STEP_STARTS.match(line.text):
            begins = line.number
        elif STEP_FAILED.match(line.text):
            ends = line.number
            break
    return Regions(
        begins=begins if ends is not None else 0,
        ends=ends,
        shown=_shown(lines),
        passed=_passed(lines),
        retried=_retried(lines),
    )


def _shown(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines of scripts shown before they run, of differences between files, of warnings."""
    return frozenset(
        (*_scripts(lines), *_differences(lines), *_warning_boxes(lines), *hanging_notes(lines))
    )


def _scripts(lines: Sequence[Line]) -> list[int]:
    shown: list[int] = []
    block: list[int] = []
    inside = False
    for line in lines:
        if _SHOWN.match(line.text):
            inside, block = True, []
        elif inside and (_SHOWN_ENDS.match(line.text) or len(block) > ECHO_LIMIT):
            shown += block if len(block) <= ECHO_LIMIT else []
            inside = False
        if inside:
            block.append(line.number)
    return shown


def _differences(lines: Sequence[Line]) -> list[int]:
    shown: list[int] = []
    inside = False
    for line in lines:
        inside = bool(_HUNK.match(line.text)) or (inside and line.text[:1] in _HUNK_LINE)
        if inside:
            shown.append(line.number)
    return shown


def _warning_boxes(lines: Sequence[Line]) -> list[int]:
    """Give the lines of Terraform's boxes that only warn."""
    shown: list[int] = []
    inside = False
    for line in lines:
        inside = line.text.startswith("│ Warning: ") or (inside and line.text.startswith("│"))
        if inside:
            shown.append(line.number)
    return shown


def _passed(lines: Sequence[Line]) -> tuple[tuple[int, int], ...]:
    """Give the stretches between a test's start and its verdict that it passed; both name the test."""
    passed: list[tuple[int, int]] = []
    started: dict[str, int] = {}
    for line in lines:
        text = line.text
        if (match := _TEST_STARTS.match(text)) is not None:
            started[_name(match)] = line.number
        elif (match := _TEST_PASSED.match(text)) is not None:
            began = started.pop(_name(match), None)
            while began is not None and passed and passed[-1][0] > began:
                passed.pop()  # a test inside this one
            if began is not None:
                passed.append((began, line.number))
    return tuple(sorted(passed))


def _retried(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines right above one that says that it is tried again: the last attempt has none.

    Near the log's end nothing shows that trying again helped.
    """
    retried: list[int] = []
    for at, line in enumerate(lines[:-ENDS_TRYING_LINES]):
        lowered = line.text[:500].lower()
        if any(map(lowered.__contains__, _AGAIN_WORDS)) and _AGAIN.search(lowered):
            retried += [above.number for above in lines[max(0, at - 2) : at + 1]]
    return frozenset(retried)


def _name(match: re.Match[str]) -> str:
    return next(name for name in match.groups() if name)
