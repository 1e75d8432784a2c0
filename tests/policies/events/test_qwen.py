"""Qwen Code's events and its own text: small logs as it prints them, and what they mean."""

from __future__ import annotations

import pytest

from policies.events import detect
from policies.events.base import EventKind
from policies.failure import FailureClass, StopReason
from tests.policies.events.told import FRAME, Row, json_line, told, verdict, why

K = EventKind
INIT = {"type": "system", "subtype": "init", "session_id": "s1", "qwen_code_version": "9"}
CUT = "The shed is[API Error: terminated (cause: read ECONNRESET)]"


def said(text: str) -> dict[str, object]:
    return {"type": "assistant", "message": {"content": [{"type": "text", "text": text}]}}


def result(text: str, **more: object) -> dict[str, object]:
    row = {"type": "result", "subtype": "success", "is_error": False, "result": text}
    return row | more


def failed(text: str) -> tuple[dict[str, object], ...]:
    return INIT, said(text), result(text)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (INIT, K.STARTED),
        (said("Painting."), K.PROGRESS),
        (said("[API Error: no]"), K.ERROR),
        (said("It prints [API Error: no]"), K.PROGRESS),
        ("[API Error: no]", K.ERROR),
        ("Reached max session turns for this session.", K.ERROR),
        ("Operation cancelled.", K.OTHER),
        (FRAME, K.OTHER),
        ("Painting.", K.PROGRESS),
    ],
)
def test_one_line_is_one_event(line: Row, kind: EventKind) -> None:
    assert [event.kind for event in told("qwen", line)[0]] == [kind]


@pytest.mark.parametrize(
    ("rows", "exit_code", "is_failure"),
    [
        ((INIT, said("Done."), result("Done.")), 0, False),
        (failed("[API Error: Connection error.]"), 0, True),
        (failed(CUT), 0, True),
        (failed("It prints [API Error: no]"), 0, False),
        ((f"[{json_line(INIT)},{json_line(result('[API Error: no]'))}]",), 0, True),
        ((f"[{json_line(INIT)},{json_line(result('Done.'))}]",), 0, False),
        ((INIT, said("Doing.")), 0, True),
        (("Done.",), 0, False),
        (("[API Error: no]",), 0, True),
        (("[API Error: no]",), 1, True),
    ],
)
def test_success_and_failure_are_told_apart(
    rows: tuple[Row, ...], exit_code: int, is_failure: bool
) -> None:
    assert verdict("qwen", *rows, exit_code=exit_code) == is_failure


@pytest.mark.parametrize(
    ("rows", "found", "line"),
    [
        (failed("[API Error: Connection error. (cause: fetch failed)]"), "network",
         "Connection error. (cause: fetch failed)"),
        (failed(CUT), "network", "terminated (cause: read ECONNRESET)"),
        (failed("[API Error: 401 Who are you?]"), "auth", "401 Who are you?"),
        (failed("[API Error: 429 Too fast]\nPlease wait and try again later."), "rate_limit",
         "429 Too fast"),
        (failed("[API Error: Model stream ended without a finish reason.]"), "model_error",
         "Model stream ended without a finish reason."),
        (failed("[API Error: Unexpected token < in JSON at position 0]"), "model_error",
         "Unexpected token < in JSON at position 0"),
        ((INIT, {"type": "result", "subtype": "error_during_execution", "is_error": True,
                 "error": {"message": "[API Error: 503 Service Unavailable]"}}), "model_error",
         "503 Service Unavailable"),
        (("Painting.", "[API Error: Request timeout after 9s. Ask for less.", "", "Hints:", "- x]"),
         "timeout", "Request timeout after 9s. Ask for less."),
        ((INIT, said("Painting."), "Reached max session turns for this session."),
         "agent_internal", "Reached max session turns for this session."),
        (("An unexpected critical error occurred:", "Error: EISDIR: illegal operation", FRAME),
         "agent_internal", "An unexpected critical error occurred: Error: EISDIR: illegal operation"),
        (("An unexpected critical error occurred:", "Error: [API Error: 400 No such colour]", FRAME),
         "model_error", "400 No such colour"),
        (("No saved session found with ID 7. Run `qwen --resume` to choose.",), "config_error",
         "No saved session found with ID 7. Run `qwen --resume` to choose."),
        (("Unknown arguments: red", "Usage: qwen [options] [command]", "", "Commands:", "  paint"),
         "config_error", "Unknown arguments: red"),
        (("No auth type is selected. Please configure an auth type.",), "auth",
         "No auth type is selected. Please configure an auth type."),
    ],
)  # fmt: skip
def test_the_cause_is_the_agents_own(rows: tuple[Row, ...], found: str, line: str) -> None:
    failure = why("qwen", *rows, exit_code=1)
    assert (failure.failure_class, failure.lines[0]) == (FailureClass(found), line)


def test_silence_that_our_clock_ended_is_a_timeout() -> None:
    stopped = why("qwen", INIT, exit_code=-15, stopped_because=StopReason.TOTAL)
    assert stopped.failure_class is FailureClass.TIMEOUT


def test_the_same_error_is_the_same_cause_in_both_modes() -> None:
    words = "[API Error: Connection error. (cause: fetch failed)]"
    assert why("qwen", *failed(words)).fingerprint == why("qwen", words).fingerprint


@pytest.mark.parametrize(
    "line",
    [INIT, f"[{json_line(INIT)}]", "[API Error: no]", "Usage: qwen [options] [command]",
     "    at async run (file:///opt/node_modules/@qwen-code/qwen-code/cli.js:1:2)"],
)  # fmt: skip
def test_its_logs_are_known_without_our_head_line(line: Row) -> None:
    assert detect(["", line if isinstance(line, str) else json_line(line)]) == "qwen"


def test_the_error_at_the_end_of_a_long_answer_is_not_lost() -> None:
    answer = "Painting the bikeshed. " * 2_000 + "\n[API Error: 503 Service Unavailable]"
    failure = why("qwen", INIT, said(answer), result(answer), exit_code=0)
    assert (failure.failure_class, failure.summary) == (
        FailureClass.MODEL_ERROR,
        "503 Service Unavailable",
    )
