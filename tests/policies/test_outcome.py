"""The verdict by a table: what decides, and what may not overwrite it."""

from __future__ import annotations

import pytest

from policies.events.base import Event, EventKind, Story
from policies.failure import AttemptOutcome, Confidence, Failure, FailureClass, StopReason
from policies.outcome import Evidence, Verdict, judge, settled

O, C, S = AttemptOutcome, FailureClass, StopReason  # noqa: E741

OK = Event(kind=EventKind.ENDED, ok=True, text="Done.")
BAD = Event(kind=EventKind.ENDED, ok=False, text="401 Unauthorized\nmore")
ERROR = Event(kind=EventKind.ERROR, text="stream broke off")
LINE = Event(kind=EventKind.ERROR, text="Error: noise", structured=False)
WORK = Event(kind=EventKind.PROGRESS, text="working")
DENIED = Event(kind=EventKind.TOOL_ENDED, ok=False, denied=True, text="x: Read-only file system")
FULL = Event(kind=EventKind.TOOL_ENDED, ok=False, denied=True, text="No space left on device")


def told(*events: Event) -> Story:
    story = Story()
    for event in events:
        story.take(event)
    return story


@pytest.mark.parametrize(
    ("events", "exit_code", "stopped", "changed", "outcome", "failure_class"),
    [
        ([WORK, OK], 0, None, True, O.SUCCEEDED, None),
        ([WORK, OK], 0, None, None, O.SUCCEEDED, None),
        ([WORK, OK], 0, None, False, O.NOTHING_TO_DO, None),
        ([WORK, OK], 1, None, True, O.SUCCEEDED, None),
        ([WORK, OK], -9, None, True, O.SUCCEEDED, None),
        ([WORK, OK], -15, S.AFTER_END, True, O.SUCCEEDED, None),
        ([WORK, BAD], 0, S.AFTER_END, True, O.FAILED, None),
        ([ERROR, WORK, OK], 0, None, True, O.SUCCEEDED, None),
        ([WORK, LINE, OK], 0, None, True, O.SUCCEEDED, None),
        ([WORK, ERROR, OK], 0, None, True, O.FAILED, None),
        ([WORK, OK, ERROR], 0, None, True, O.FAILED, None),
        ([BAD], 0, None, False, O.FAILED, None),
        ([BAD], 1, None, False, O.FAILED, None),
        ([WORK], 0, None, True, O.FAILED, None),
        ([], 0, None, False, O.FAILED, None),
        ([WORK], 1, None, True, O.FAILED, None),
        ([WORK], -11, None, True, O.FAILED, C.SIGNAL_CRASH),
        ([DENIED, WORK, OK], 0, None, False, O.FAILED, C.SANDBOX_PERMISSION),
        ([DENIED, WORK, OK], 0, None, True, O.SUCCEEDED, None),
        ([FULL, WORK, OK], 0, None, False, O.FAILED, C.DISK_FULL),
        ([WORK, OK], 0, S.TOTAL, True, O.FAILED, C.TIMEOUT),
        ([], -15, S.SILENCE, None, O.FAILED, C.TIMEOUT),
        ([WORK], 0, S.PROGRESS, None, O.FAILED, C.TIMEOUT),
        ([WORK], 143, S.TOOL, None, O.FAILED, C.TIMEOUT),
        ([WORK], 0, S.CYCLE, None, O.FAILED, C.TIMEOUT),
        ([WORK, OK], 0, S.CANCELLED, True, O.CANCELLED, None),
        ([WORK, BAD], 1, S.BUDGET, False, O.CANCELLED, None),
    ],
)
def test_an_agent_with_end_events(
    events: list[Event],
    exit_code: int,
    stopped: StopReason | None,
    changed: bool | None,
    outcome: AttemptOutcome,
    failure_class: FailureClass | None,
) -> None:
    verdict = judge(
        Evidence(
            story=told(*events),
            has_end_event=True,
            exit_code=exit_code,
            stopped_because=stopped,
            changed=changed,
        )
    )
    assert (verdict.outcome, verdict.failure_class) == (outcome, failure_class)
    assert verdict.why and "\n" not in verdict.why


@pytest.mark.parametrize(
    ("exit_code", "changed", "outcome", "failure_class"),
    [
        (0, True, O.SUCCEEDED, None),
        (0, False, O.NOTHING_TO_DO, None),
        (7, True, O.FAILED, None),
        (-9, False, O.FAILED, C.SIGNAL_CRASH),
        (None, None, O.FAILED, None),
    ],
)
def test_a_command_without_end_events_is_judged_by_its_exit_code(
    exit_code: int | None,
    changed: bool | None,
    outcome: AttemptOutcome,
    failure_class: FailureClass | None,
) -> None:
    evidence = Evidence(story=told(WORK), has_end_event=False, exit_code=exit_code, changed=changed)
    verdict = judge(evidence)
    assert (verdict.outcome, verdict.failure_class) == (outcome, failure_class)


@pytest.mark.parametrize(
    ("error", "failure_class"),
    [
        ("[Errno 2] No such file or directory: 'codex'", C.MISSING_DEPENDENCY),
        ("codex: command not found", C.MISSING_DEPENDENCY),
        ("[Errno 13] Permission denied: './agent'", C.CONFIG_ERROR),
        ("[Errno 8] Exec format error", C.CONFIG_ERROR),
    ],
)
def test_a_process_that_did_not_start(error: str, failure_class: FailureClass) -> None:
    evidence = Evidence(story=Story(), has_end_event=True, exit_code=None, start_error=error)
    verdict = judge(evidence)
    assert (verdict.outcome, verdict.failure_class) == (O.FAILED, failure_class)
    assert error in verdict.why


def test_the_reason_is_in_the_agents_own_words() -> None:
    evidence = Evidence(story=told(BAD), has_end_event=True, exit_code=0)
    assert judge(evidence).why == "401 Unauthorized"
    cut_off = Evidence(story=told(LINE), has_end_event=True, exit_code=1)
    assert judge(cut_off).why == "Error: noise"


@pytest.mark.parametrize(
    ("exit_code", "changed", "in_doubt", "is_doubtful"),
    [
        (0, False, True, True),
        (0, False, False, False),
        (0, True, True, False),
        (0, None, True, False),
        (1, False, True, False),
    ],
)
def test_only_a_good_end_without_a_change_can_be_doubtful(
    exit_code: int, changed: bool | None, in_doubt: bool, is_doubtful: bool
) -> None:
    evidence = Evidence(
        story=told(WORK),
        has_end_event=False,
        exit_code=exit_code,
        changed=changed,
        ends_in_doubt=in_doubt,
    )
    assert judge(evidence).is_doubtful is is_doubtful


def read(failure_class: FailureClass) -> Failure:
    return Failure(
        failure_class=failure_class,
        summary="401 Unauthorized",
        fingerprint="f" * 12,
        confidence=Confidence.MEDIUM,
    )


@pytest.mark.parametrize(
    ("outcome", "told_class", "settled_as", "is_kept"),
    [
        (O.NOTHING_TO_DO, None, O.NOTHING_TO_DO, False),
        (O.NOTHING_TO_DO, C.SUCCESS, O.NOTHING_TO_DO, False),
        (O.NOTHING_TO_DO, C.AUTH, O.FAILED, True),
        (O.FAILED, C.AUTH, O.FAILED, True),
        (O.FAILED, C.SUCCESS, O.FAILED, True),
        (O.SUCCEEDED, None, O.SUCCEEDED, False),
    ],
)
def test_what_the_log_tells_overrules_a_good_end(
    outcome: AttemptOutcome,
    told_class: FailureClass | None,
    settled_as: AttemptOutcome,
    is_kept: bool,
) -> None:
    failure = read(told_class) if told_class else None
    verdict, kept = settled(Verdict(outcome=outcome, why="as it ended"), failure)
    assert (verdict.outcome, kept is not None) == (settled_as, is_kept)
    assert verdict.why == ("401 Unauthorized" if settled_as is not outcome else "as it ended")
