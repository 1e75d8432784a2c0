"""How an attempt ended: by end event, last errors, exit code, work tree, and why we stopped it.

Design rule 1: exit 0 proves nothing (a failed login exits 0), exit non-zero is no class, and
nothing overwrites our own reason for stopping the agent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from policies.events.base import Event, Story
from policies.events.refused import is_disk_full
from policies.failure import TIME_REASONS, AttemptOutcome, Failure, FailureClass, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of an attempt when its process is gone."""

    story: Story
    has_end_event: bool
    """The agent's reader says so: without an end event exit 0 is no success."""
    exit_code: int | None
    """As Popen gives it; None: not started."""
    stopped_because: StopReason | None = None
    changed: bool | None = None
    """The work tree or its commits differ from before; None: not looked at."""
    ends_in_doubt: bool = False
    """The last lines of a command that nobody here can read hold words of a failure."""
    start_error: str = ""
    """Why the process could not start; empty: it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the attempt ended, and why in one line."""

    outcome: AttemptOutcome
    why: str
    failure_class: FailureClass | None = None
    """Only where the evidence itself decides it; else the root cause does."""
    is_doubtful: bool = False
    """It ended well, but its log may tell of a failure all the same."""


_NOT_FOUND = re.compile(r"no such file|not found|cannot find", re.IGNORECASE)


def judge(evidence: Evidence) -> Verdict:
    """Give the verdict: the strongest evidence that says anything decides."""
    return (
        _not_started(evidence)
        or _stopped(evidence)
        or (_by_end_event(evidence) if evidence.has_end_event else _by_exit_code(evidence))
        or _by_work_tree(evidence)
    )


def settled(verdict: Verdict, told: Failure | None) -> tuple[Verdict, Failure | None]:
    """Give the verdict once the log was read, and the failure, if it is one; None *told*: it was not read.

    What the log tells overrules a good end, since only a doubtful one has its log read.
    """
    if told is None or verdict.outcome is AttemptOutcome.FAILED:
        return verdict, told
    if told.failure_class is FailureClass.SUCCESS:
        return verdict, None
    return replace(verdict, outcome=AttemptOutcome.FAILED, why=told.summary), told


def _not_started(evidence: Evidence) -> Verdict | None:
    if not evidence.start_error:
        return None
    missing = _NOT_FOUND.search(evidence.start_error)
    found = FailureClass.MISSING_DEPENDENCY if missing else FailureClass.CONFIG_ERROR
    return _failed(_first_line(evidence.start_error), found)


def _stopped(evidence: Evidence) -> Verdict | None:
    reason = evidence.stopped_because
    if reason in TIME_REASONS:
        return _failed(f"stopped by the {reason} limit", FailureClass.TIMEOUT)
    if reason in (StopReason.CANCELLED, StopReason.BUDGET):
        return Verdict(outcome=AttemptOutcome.CANCELLED, why=f"stopped: {reason}")
    return None


def _by_end_event(evidence: Evidence) -> Verdict | None:
    story = evidence.story
    ended = story.ended
    if ended is None:
        return _failed(_without_end(evidence), _signal(evidence.exit_code))
    if not ended.ok:
        return _failed(_first_line(ended.text) or "the agent says that it failed")
    error = _own_error(story)
    return _failed(_first_line(error.text) or "an error after the last progress") if error else None


def _own_error(story: Story) -> Event | None:
    """Lines of text that look like errors do not outweigh an end event that says ok."""
    own = [event for event in story.errors_after_progress if event.structured]
    return own[-1] if own else None


def _without_end(evidence: Evidence) -> str:
    errors = evidence.story.errors_after_progress
    if errors and (said := _first_line(errors[-1].text)):
        return said
    return f"{_exit(evidence.exit_code)} without an end event"


def _by_exit_code(evidence: Evidence) -> Verdict | None:
    if evidence.exit_code == 0:
        return None
    return _failed(_exit(evidence.exit_code), _signal(evidence.exit_code))


def _by_work_tree(evidence: Evidence) -> Verdict:
    denied = evidence.story.denied
    if evidence.changed is not False:
        return Verdict(outcome=AttemptOutcome.SUCCEEDED, why="the agent ended well")
    if not denied:
        return Verdict(
            outcome=AttemptOutcome.NOTHING_TO_DO,
            why="the agent ended well and changed nothing",
            is_doubtful=evidence.ends_in_doubt,
        )
    full = any(is_disk_full(text) for text in denied)
    found = FailureClass.DISK_FULL if full else FailureClass.SANDBOX_PERMISSION
    return _failed(f"changed nothing, after a refusal: {_last_line(denied[-1])}", found)


def _failed(why: str, failure_class: FailureClass | None = None) -> Verdict:
    return Verdict(outcome=AttemptOutcome.FAILED, why=why, failure_class=failure_class)


def _exit(code: int | None) -> str:
    if code is None:
        return "ended without an exit code"
    return f"ended by signal {-code}" if code < 0 else f"exit {code}"


def _signal(code: int | None) -> FailureClass | None:
    return FailureClass.SIGNAL_CRASH if code is not None and code < 0 else None


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
