"""Gemini CLI's events and its own text: small logs as it prints them, and what they mean."""

from __future__ import annotations

import pytest

from policies.events import detect
from policies.events.base import EventKind
from policies.failure import FailureClass, StopReason
from tests.policies.events.told import FRAME, json_line, told, verdict, why

K = EventKind
INIT = {"type": "init", "timestamp": "t", "session_id": "s1", "model": "gemini-9"}
ASKED = {"type": "message", "timestamp": "t", "role": "user", "content": "Paint the shed"}
TOOL = {"type": "tool_use", "timestamp": "t", "tool_name": "run_shell_command", "tool_id": "c1"}
YOLO = "YOLO mode is enabled. All tool calls will be automatically approved."
REPORT = "Error when talking to Gemini API Full report available at: /var/tmp/r.json "
CRITICAL = "An unexpected critical error occurred:"
BODY = '{"error":{"code":403,"message":"No such right","status":"PERMISSION_DENIED"}}'


def said(text: str) -> dict[str, object]:
    return {
        "type": "message",
        "timestamp": "t",
        "role": "assistant",
        "content": text,
        "delta": True,
    }


def result(status: str, message: str = "", kind: str = "unknown") -> dict[str, object]:
    row: dict[str, object] = {"type": "result", "timestamp": "t", "status": status, "stats": {}}
    return row | ({"error": {"type": kind, "message": message}} if message else {})


def tool_result(message: str, kind: str) -> dict[str, object]:
    return {
        "type": "tool_result",
        "timestamp": "t",
        "tool_id": "c1",
        "status": "error",
        "error": {"type": kind, "message": message},
    }


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (INIT, K.STARTED),
        (ASKED, K.OTHER),
        (said("Fine."), K.PROGRESS),
        (TOOL, K.TOOL_STARTED),
        ({"type": "error", "severity": "warning", "message": "slow"}, K.OTHER),
        ({"type": "error", "severity": "error", "message": "broken"}, K.ERROR),
        ("Attempt 3 failed: the server is busy", K.RETRY),
        ("Suggested retry after 4s.. Max attempts reached", K.RETRY),
        (YOLO, K.OTHER),
        (FRAME, K.OTHER),
        ("Error executing tool write_file: it has no name", K.OTHER),
        (CRITICAL + "[object Object]", K.OTHER),
        ("The shed is blue now.", K.PROGRESS),
    ],
)
def test_one_line_is_one_event(row: dict[str, object] | str, kind: EventKind) -> None:
    assert [event.kind for event in told("gemini", row)[0]] == [kind]


def test_the_answer_is_put_together_from_its_pieces() -> None:
    _, story, _ = told("gemini", INIT, TOOL, said("The shed "), said("is blue."), result("success"))
    assert story.last_words == "The shed is blue."
    assert story.ended is not None and story.ended.ok


@pytest.mark.parametrize(
    ("message", "text", "status"),
    [
        (f"[API Error: {BODY}]", "No such right", 403),
        ("[API Error: got status: 503 Busy. ]\nPlease wait.", "got status: 503 Busy.", 503),
        ("[API Error: out of breath]", "out of breath", None),
        ("The turns ran out.", "The turns ran out.", None),
    ],
)
def test_a_failed_result_gives_the_innermost_message(
    message: str, text: str, status: int | None
) -> None:
    _, story, _ = told("gemini", INIT, result("error", message))
    assert story.ended is not None and not story.ended.ok
    assert (story.ended.text, story.ended.status) == (text, status)


def test_a_result_without_words_repeats_the_last_error_of_the_text() -> None:
    rows = (INIT, f"{REPORT}_ApiError: {BODY}", FRAME, "}", result("error", "[object Object]"))
    ended = told("gemini", *rows)[1].ended
    assert ended is not None and ended.text == "No such right"


@pytest.mark.parametrize(
    ("rows", "exit_code", "failed"),
    [
        ((INIT, said("Done."), result("success")), 0, False),
        ((INIT, said("Done."), result("error", "[API Error: cut]")), 0, True),
        ((INIT, said("Doing.")), 0, True),
        ((INIT, {"type": "error", "message": "turns spent"}, result("success")), 0, True),
        ((INIT, tool_result("no such name", "invalid"), result("success")), 0, False),
        ((YOLO, "Done."), 0, False),
        ((YOLO, "It now says [API Error: too fast]"), 0, False),
        ((YOLO, "[API Error: too fast]"), 0, True),
        ((YOLO, "Done.", f"{REPORT}Error: no luck", FRAME, "}"), 0, True),
        ((YOLO, "Error counting via API. Full report available at: /r.json Error: x", "Done."), 0,
         False),
        ((YOLO, "Done."), 1, True),
        ((YOLO, f"{REPORT.rstrip()}", ""), 0, True),
        ((YOLO, f"I do it.{REPORT.rstrip()}", ""), 0, True),
    ],
)  # fmt: skip
def test_success_and_failure_are_told_apart(
    rows: tuple[dict[str, object] | str, ...], exit_code: int, failed: bool
) -> None:
    assert verdict("gemini", *rows, exit_code=exit_code) == failed


@pytest.mark.parametrize(
    ("rows", "found", "line"),
    [
        ((INIT, result("error", f"[API Error: {BODY}]")), "auth", "No such right"),
        ((YOLO, f"{REPORT}_ApiError: {BODY}", FRAME, "  status: 403", "}",
          CRITICAL + "[object Object]"), "auth", "No such right"),
        ((YOLO, f"{REPORT}TerminalQuotaError: You have exhausted your daily quota on this model."),
         "usage_limit", "You have exhausted your daily quota on this model."),
        ((f"{CRITICAL}Error: EISDIR: illegal operation on a directory, read", FRAME),
         "agent_internal", f"{CRITICAL} Error: EISDIR: illegal operation on a directory, read"),
        ((f"{CRITICAL}Error: ENOSPC: no space left on device, write", FRAME), "disk_full",
         f"{CRITICAL} Error: ENOSPC: no space left on device, write"),
        (("When using Gemini API, you must specify the GEMINI_API_KEY environment variable.",
          "Update your environment and try again!"), "auth",
         "When using Gemini API, you must specify the GEMINI_API_KEY environment variable."),
        (("Error in /h/.gemini/settings.json: Unexpected token",
          "Please fix the configuration file(s) and try again."), "config_error",
         "Error in /h/.gemini/settings.json: Unexpected token"),
        (("Usage: gemini [options]", "  --blue  paint", "", "Unknown argument: red"),
         "config_error", "Unknown argument: red"),
        (("Unknown arguments: red", "Usage: gemini [options]"), "config_error",
         "Unknown arguments: red"),
        (("{", '  "error": {', '    "type": "Error",', f'    "message": {json_line(f"[API Error: {BODY}]")},',
          '    "code": 147', "  }", "}"), "auth", "No such right"),
        (("<--- Last few GCs --->", "FATAL ERROR: Reached heap limit - JavaScript heap out of memory",
          "----- Native stack trace -----", " 1: 0x7f [node]"), "out_of_memory",
         "FATAL ERROR: Reached heap limit - JavaScript heap out of memory"),
        ((INIT, TOOL, result("error", "Reached max session turns for this session.")),
         "agent_internal", "Reached max session turns for this session."),
    ],
)  # fmt: skip
def test_the_cause_is_the_agents_own(
    rows: tuple[dict[str, object] | str, ...], found: str, line: str
) -> None:
    failure = why("gemini", *rows, exit_code=1)
    assert (failure.failure_class, failure.lines[0]) == (FailureClass(found), line)
    assert failure.agents_own or found in ("agent_internal", "disk_full", "out_of_memory")


def test_the_last_try_of_a_run_that_our_clock_ended_says_why() -> None:
    rows = (INIT, ASKED, "Attempt 1 failed: Resource has been exhausted. Please retry in 2s.")
    limited = why("gemini", *rows, exit_code=0, stopped_because=StopReason.TOTAL)
    silent = why("gemini", INIT, ASKED, exit_code=0, stopped_because=StopReason.TOTAL)
    assert limited.failure_class is FailureClass.RATE_LIMIT
    assert silent.failure_class is FailureClass.TIMEOUT


def test_the_object_printed_behind_a_try_is_no_progress() -> None:
    tried = "Attempt 1 failed with status 429. Retrying with backoff... ApiError: busy"
    rows = (YOLO, tried, FRAME, "  status: 429", "}")
    stopped = why("gemini", *rows, exit_code=-15, stopped_because=StopReason.TOTAL)
    went_on = why("gemini", *rows, "I look.", exit_code=-15, stopped_because=StopReason.TOTAL)
    assert stopped.failure_class is FailureClass.RATE_LIMIT
    assert went_on.failure_class is FailureClass.TIMEOUT


def test_a_limit_is_the_same_cause_in_both_modes_and_in_a_retry() -> None:
    words = "Resource has been exhausted. Please retry in 2s."
    in_events = why(
        "gemini", INIT, result("error", f"[API Error: {words}\nSuggested retry after 2s.]")
    )
    in_text = why("gemini", YOLO, f"{REPORT}RetryableQuotaError: {words}", FRAME)
    tried = why(
        "gemini", INIT, f"Attempt 1 failed: {words}", stopped_because=StopReason.TOTAL, exit_code=0
    )
    assert in_events.fingerprint == in_text.fingerprint == tried.fingerprint


@pytest.mark.parametrize(("kind", "denied"), [("no_space_left", True), ("invalid_tool", False)])
def test_a_refused_tool_is_marked(kind: str, denied: bool) -> None:
    (event,) = told("gemini", tool_result("it did not go", kind))[0]
    assert (event.ok, event.denied) == (False, denied)


@pytest.mark.parametrize(
    "row",
    [INIT, said("x"), result("success"), YOLO, REPORT + "Error: x",
     "    at async run (file:///opt/node_modules/@google/gemini-cli/bundle/a.js:1:2)"],
)  # fmt: skip
def test_its_logs_are_known_without_our_head_line(row: dict[str, object] | str) -> None:
    assert detect(["", row if isinstance(row, str) else json_line(row)]) == "gemini"
