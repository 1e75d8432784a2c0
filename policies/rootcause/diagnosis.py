"""Why a log's process failed: one pass over its lines, then one answer.

The agent's own last words decide first, then what tools print in their known formats, then the words
of failure, and where nothing in the log says why, the exit code: never a guess dressed as a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from policies.failure import (
    TIME_REASONS,
    AttemptOutcome,
    Failure,
    FailureClass,
)
from policies.logmarks import OURS, read_foot
from policies.rootcause.agent import RETRY_RANK, Trail
from policies.rootcause.alarms import Scan, scan_plainly
from policies.rootcause.answer import failure_of, success
from policies.rootcause.choose import best, class_of, entry_for, findings
from policies.rootcause.colons import with_reason
from policies.rootcause.excerpt import Excerpt, shape
from policies.rootcause.finding import HIGH_RANK, Finding, Line
from policies.rootcause.guards import Guards
from policies.rootcause.hints import Hints, with_foot
from policies.rootcause.innermost import with_innermost
from policies.rootcause.issues import with_issues
from policies.rootcause.last_report import at_exit_0
from policies.rootcause.of_work import ending
from policies.rootcause.quoted import unquoted
from policies.rootcause.recovery import last_try
from policies.rootcause.relayed import as_printed
from policies.rootcause.silent import by_clock, by_exit
from policies.rootcause.steps import says_least
from policies.rootcause.unlet import not_let
from policies.signatures import Signatures

_REFUSED = frozenset({FailureClass.SANDBOX_PERMISSION, FailureClass.DISK_FULL})
_CLOSE_TO_END = 40
"""An agent's error form further from the end than this does not outweigh exit 0."""
_UNGUARDED = Guards()


class Diagnosis:
    """Feed every block of one log's lines, in order, then ask `finish`.

    *passing* holds the shapes of a passing log's lines: such lines are not the cause. *scan* finds the
    words of alarm in a block; an engine made for it is many times faster than the one given here.
    *guards* leave out what cannot find anything; the answer is the same without.
    """

    def __init__(
        self,
        hints: Hints,
        signatures: Signatures,
        passing: Set[str] = frozenset(),
        scan: Scan = scan_plainly,
        guards: Guards = _UNGUARDED,
    ) -> None:
        self._hints, self._signatures, self._passing = hints, signatures, passing
        self._guards = guards
        self._excerpt = Excerpt(scan)
        self._trail = Trail(hints.reader or hints.agent) if hints.agent else None
        self._lines, self._fails_last = list[Line](), False
        self.considered: list[Finding] = []
        """Every candidate, the cause first; filled by `finish`."""

    def feed(self, block: bytes, newlines: int | None = None) -> None:
        """Take the log's next lines, as an Excerpt is fed with them."""
        number = self._excerpt.count
        self._excerpt.feed(block, newlines)
        if self._trail:
            _follow(self._trail, number, block)

    def finish(self) -> Failure:
        """Give the failure; class `success` when the log is of a success."""
        if self._trail:
            self._trail.end(self._excerpt.count)
        self._hints = with_foot(self._hints, read_foot(self._excerpt.last()))
        self._lines = unquoted(as_printed(list(self._excerpt.lines())))
        if (said := self._said(self._lines)) is None:
            return success(is_sure=not self._fails_last)
        self.considered = said = [self._unwrapped(said[0]), *said[1:]]
        knows = (trail := self._trail) is not None and trail.speaks_events
        progress = trail.story.last_progress if trail else ""
        return failure_of(said, self._hints, self._signatures, events=knows, last_progress=progress)

    def _unwrapped(self, lead: Finding) -> Finding:
        """Give *lead*, with what it leaves to the next line, or wraps as a connection that failed."""
        lead = with_issues(with_reason(lead, self._lines), self._lines)
        is_network = class_of(lead, entry_for(lead, self._signatures)) is FailureClass.NETWORK
        return with_innermost(lead, self._lines) if is_network else lead

    def context(self, numbers: Sequence[int], around: int) -> list[Line]:
        """Give the kept lines at *numbers* with *around* lines before and after, in order."""
        wanted = {n + step for n in numbers for step in range(-around, around + 1)}
        return [line for line in self._lines if line.number in wanted]

    def _said(self, lines: Sequence[Line]) -> list[Finding] | None:
        """Give the candidates, the cause first; None for a success."""
        if self._trail and self._trail.speaks_events:
            return self._of_agent(self._trail, lines)
        return self._of_text(lines)

    def _of_agent(self, trail: Trail, lines: Sequence[Line]) -> list[Finding] | None:
        own = trail.findings(self._signatures)
        own = own if trail.told_its_end else self._ending(own)
        refusal = trail.refusal(ever=self._hints.known_class in _REFUSED)
        if self._ended_well(trail):
            return [refusal] if refusal else None
        if own and own[0].rank >= RETRY_RANK:
            return own
        if refusal and self._hints.known_class in _REFUSED:
            return [refusal]
        return self._beside_events(trail, lines)

    def _beside_events(self, trail: Trail, lines: Sequence[Line]) -> list[Finding]:
        """Give what stands after the last progress in plain text, else what exit and clocks say."""
        after = [line for line in lines if _is_plain(line) and line.number > trail.progress_at]
        needed = HIGH_RANK if _timed(self._hints) else 0
        found = [finding for finding in self._text_findings(after) if finding.rank >= needed]
        if found:
            return best(found)
        if clock := by_clock(self._hints, trail.last_progress()):
            return [clock]
        return [by_exit(self._hints, _last(after) or trail.last_progress())]

    def _ended_well(self, trail: Trail) -> bool:
        if self._hints.why or self._hints.known_class:
            return False
        return trail.verdict(self._hints).outcome in (
            AttemptOutcome.SUCCEEDED,
            AttemptOutcome.NOTHING_TO_DO,
        )

    def _of_text(self, lines: Sequence[Line]) -> list[Finding] | None:
        hints, found = self._hints, best(self._text_findings(lines))
        close = self._excerpt.count - _CLOSE_TO_END
        if hints.exit_code == 0 and not hints.why and not _timed(hints):
            near = [f for f in found if f.number > close]
            self._fails_last = any(f.rank >= HIGH_RANK for f in near)
            return at_exit_0(lines, near, self._signatures)
        if hints.known_class in _REFUSED and (refused := not_let(lines)):
            return [refused]
        clock, tried = by_clock(hints, _last(lines)), last_try(lines, self._signatures)
        is_told = bool(found) and found[0].rank >= HIGH_RANK and found[0].number > close
        if clock and (not is_told or (tried and found[0].failure_class is not tried.failure_class)):
            return [tried or clock]
        return found or [tried or by_exit(hints, _last(lines))]

    def _text_findings(self, lines: Sequence[Line]) -> list[Finding]:
        """Lines of the passing log are read with the others, for their surroundings, but are no cause."""
        passing = self._passing
        passed = {line.number for line in lines if passing and shape(line.text) in passing}
        found = findings(lines, self._signatures, self._guards)
        return self._ending([each for each in found if each.number not in passed])

    def _ending(self, found: Sequence[Finding]) -> list[Finding]:
        return ending(found, self._hints, self._excerpt.count, self._signatures)


def diagnose(
    lines: Iterable[str],
    hints: Hints,
    signatures: Signatures,
    passing: Set[str] = frozenset(),
) -> Failure:
    """Give why the process failed whose output is *lines*; class `success` when it did not.

    *passing* holds the shapes of a passing log's lines: such lines are not the cause.
    """
    diagnosis = Diagnosis(hints, signatures, passing)
    for line in lines:
        diagnosis.feed(line.removesuffix("\n").encode("utf-8", "replace") + b"\n")
    return diagnosis.finish()


def _follow(trail: Trail, number: int, block: bytes) -> None:
    """Show *trail* the lines of *block*, the first of which follows line *number*; not our own."""
    text = block.removesuffix(b"\n").decode("utf-8", "replace").removeprefix("\ufeff")
    for n, line in enumerate(text.split("\n"), number + 1):
        if not line.startswith(OURS):
            trail.feed(n, line)


def _is_plain(line: Line) -> bool:
    return not line.text.startswith("{")


def _timed(hints: Hints) -> bool:
    return hints.stopped_because in TIME_REASONS


def _last(lines: Sequence[Line]) -> Line | None:
    """Give the last line that says anything; that a step ended says least."""
    filled = [line for line in lines if line.text.strip()]
    told = (line for line in reversed(filled) if not says_least(line.text))
    return next(told, filled[-1] if filled else None)
