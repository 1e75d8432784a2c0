"""opencode's events and its own text: small logs as it prints them, and what they mean."""

from __future__ import annotations

import pytest

from policies.events import detect
from policies.events.base import EventKind
from policies.failure import FailureClass, StopReason
from tests.policies.events.told import Row, json_line, told, verdict, why

K = EventKind
RED, OFF = "\x1b[91m\x1b[1m", "\x1b[0m"
HEADER = "> build · m-9"


def row(kind: str, **more: object) -> dict[str, object]:
    return {"type": kind, "timestamp": 1, "sessionID": "ses_1", **more}


def finish(reason: str, made: int = 5) -> dict[str, object]:
    tokens = {"input": 9, "output": made}
    return row("step_finish", part={"reason": reason, "tokens": tokens, "cost": 0.5})


def tool(status: str, exit_code: int | None = None, **more: str) -> dict[str, object]:
    state = {"status": status, "input": {"command": "paint"}, "metadata": {"exit": exit_code}}
    return row("tool_use", part={"tool": "bash", "callID": "c1", "state": state | more})


def error(name: str, **data: object) -> dict[str, object]:
    return row("error", error={"name": name, "data": data})


BEGAN = row("step_start", part={"type": "step-start"})
SAID = row("text", part={"text": "The shed is blue."})
REJECTED = tool("error", error="The user rejected permission to use this specific tool call.")
FORBIDDEN = tool("error", error="A rule which prevents you from using this tool was set.")
ASKED = "\x1b[93m\x1b[1m! \x1b[0mpermission requested: bash (paint); auto-rejecting"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (BEGAN, K.STARTED),
        (SAID, K.PROGRESS),
        (finish("stop"), K.PROGRESS),
        (finish("unknown", 0), K.OTHER),
        (tool("completed", 0), K.TOOL_ENDED),
        (error("APIError", message="x"), K.ERROR),
        ("INFO  2026-01-02T03:04:05 +1ms service=llm stream", K.OTHER),
        ("ERROR 2026-01-02T03:04:05 +1ms service=llm error=x", K.RETRY),
        (ASKED, K.OTHER),
        (f"{RED}Error: {OFF}no such paint", K.ERROR),
        ("The shed is blue.", K.PROGRESS),
    ],
)
def test_one_line_is_one_event(line: Row, kind: EventKind) -> None:
    assert next(iter(told("opencode", line)[0])).kind is kind


def test_steps_add_up_to_the_usage() -> None:
    _, story, _ = told("opencode", BEGAN, finish("tool-calls"), SAID, finish("stop"))
    assert story.usage is not None
    assert (story.usage.output_tokens, story.usage.cost_usd) == (10, 1.0)
    assert (story.session_id, story.last_words) == ("ses_1", "The shed is blue.")


@pytest.mark.parametrize(
    ("rows", "exit_code", "failed"),
    [
        ((BEGAN, SAID, finish("stop")), 0, False),
        ((BEGAN, SAID, row("step_finish", part={})), 0, False),
        ((BEGAN, tool("completed", 1, output="no paint"), SAID, finish("stop")), 0, False),
        ((BEGAN, error("APIError", message="busy"), BEGAN, SAID, finish("stop")), 0, False),
        ((BEGAN, SAID, finish("length")), 0, True),
        ((BEGAN, finish("unknown", 0)), 0, True),
        ((BEGAN, tool("completed", 0), finish("tool-calls")), 0, True),
        ((BEGAN, REJECTED, finish("tool-calls")), 0, True),
        ((BEGAN, FORBIDDEN, finish("tool-calls"), SAID, finish("stop")), 0, False),
        ((error("APIError", message="busy"),), 0, True),
        ((HEADER, "Error: that is what the old shed said.", "Painted."), 0, False),
        ((HEADER, f"{RED}Error: {OFF}no such paint"), 1, True),
        ((HEADER, f"{RED}Error: {OFF}no such paint", ""), 0, True),
        ((HEADER, f"{RED}Error: {OFF}no such paint", "", OFF), 0, True),
        ((HEADER, f"{RED}Error: {OFF}unread: Text: x.", "Error message: cut off"), 0, True),
        ((HEADER, f"{RED}Error: {OFF}no such paint", "The shed is blue."), 0, False),
        ((HEADER, "The shed is blue.", "Error: is what it said."), 0, False),
    ],
)
def test_success_and_failure_are_told_apart(
    rows: tuple[Row, ...], exit_code: int, failed: bool
) -> None:
    assert verdict("opencode", *rows, exit_code=exit_code) == failed


@pytest.mark.parametrize(
    ("rows", "found", "line"),
    [
        ((error("APIError", message="Go away", statusCode=401),), "auth", "Go away"),
        ((error("APIError", message="Too fast", statusCode=429),), "rate_limit", "Too fast"),
        ((error("APIError", message="Oh no", statusCode=500),), "model_error", "Oh no"),
        ((error("ProviderAuthError", message="no key"),), "auth", "ProviderAuthError: no key"),
        ((error("ContextOverflowError", message="big"),), "context_length",
         "ContextOverflowError: big"),
        ((error("UnknownError", message="JSON parsing failed: Text: {\"a\".\nError message: cut"),),
         "model_error", "JSON parsing failed: cut"),
        ((error("MessageOutputLengthError"),), "model_error", "MessageOutputLengthError"),
        ((BEGAN, SAID, finish("length")), "model_error",
         'the answer stopped at the output-token limit ("reason":"length")'),
        ((BEGAN, REJECTED, finish("tool-calls")), "sandbox_permission",
         "The user rejected permission to use this specific tool call."),
        ((HEADER, f"{RED}Error: {OFF}Model not found: a/b. Did you mean: a/c?"), "model_error",
         "Model not found: a/b. Did you mean: a/c?"),
        ((f"{RED}Error: {OFF}Session not found",), "config_error", "Session not found"),
        ((f"{RED}Error: {OFF}Configuration is invalid at /h/o.json", "↳ no such key"),
         "config_error", "Configuration is invalid at /h/o.json"),
        ((f"{RED}Error: {OFF}Config file at /h/o.json is not valid JSON(C):", "--- Errors ---", "{",
          "--- End ---"), "config_error", "Config file at /h/o.json is not valid JSON(C):"),
        (("ASSERTION FAILED: MemoryExhaustion: memory is exhausted.", "vendor/heap.cpp(1) : f()"),
         "out_of_memory", "ASSERTION FAILED: MemoryExhaustion: memory is exhausted."),
        ((f"{RED}Error: {OFF}Unexpected error", "", "database disk image is malformed"),
         "agent_internal", "database disk image is malformed"),
    ],
)  # fmt: skip
def test_the_cause_is_the_agents_own(rows: tuple[Row, ...], found: str, line: str) -> None:
    failure = why("opencode", *rows, exit_code=1)
    assert (failure.failure_class, failure.lines[0]) == (FailureClass(found), line)


def test_silence_that_our_clock_ended_is_a_timeout_unless_its_printed_log_says_why() -> None:
    silent = why("opencode", BEGAN, exit_code=-15, stopped_because=StopReason.TOTAL)
    logged = 'ERROR 2026-01-02T03:04:05 +9ms service=llm error={"statusCode":429,"message":"Slow!"}'
    limited = why("opencode", BEGAN, logged, exit_code=-15, stopped_because=StopReason.TOTAL)
    assert silent.failure_class is FailureClass.TIMEOUT
    assert (limited.failure_class, limited.summary) == (FailureClass.RATE_LIMIT, "Slow!")


def test_the_same_error_is_the_same_cause_in_both_modes() -> None:
    words = "The model `m-9` does not exist or you do not have access to it."
    in_events = why("opencode", error("APIError", message=words, statusCode=404))
    in_text = why("opencode", HEADER, f"{RED}Error: {OFF}{words}")
    assert in_events.fingerprint == in_text.fingerprint


@pytest.mark.parametrize("line", [BEGAN, SAID, error("APIError", message="x"), HEADER])
def test_its_logs_are_known_without_our_head_line(line: Row) -> None:
    assert detect(["", line if isinstance(line, str) else json_line(line)]) == "opencode"
