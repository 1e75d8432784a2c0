"""An agent's own last words decide; what it quotes, repairs or tries again does not."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.failure import Confidence, Failure, FailureClass, StopReason
from policies.rootcause import Hints, diagnose
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[2] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
HEAD = "# nightcrew agent=codex error: this head line is never a cause"
BEGAN = {"type": "thread.started", "thread_id": "t1"}
DONE = {"type": "turn.completed", "usage": {"input_tokens": 1, "output_tokens": 1}}


def command(output: str, code: int, status: str) -> dict[str, Any]:
    item = {"id": "i2", "type": "command_execution", "command": "pytest", "status": status}
    return {
        "type": "item.completed",
        "item": item | {"aggregated_output": output, "exit_code": code},
    }


def words(text: str) -> dict[str, Any]:
    return {"type": "item.completed", "item": {"id": "i3", "type": "agent_message", "text": text}}


def failed(message: str) -> list[dict[str, Any]]:
    return [
        {"type": "error", "message": message},
        {"type": "turn.failed", "error": {"message": message}},
    ]


def codex(*events: dict[str, Any], **more: Any) -> Failure:
    lines = [HEAD, *(json.dumps(event) for event in (BEGAN, *events))]
    given: dict[str, Any] = {"agent": "codex", "exit_code": 1, "now": NOW} | more
    return diagnose(lines, Hints(**given), SIGNATURES)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("You’ve hit your usage limit. Try again in 3 days 4 hours.", "usage_limit"),
        ("unexpected status 401 Unauthorized: Incorrect API key provided", "auth"),
        ("exceeded retry limit, last status: 429 Too Many Requests", "rate_limit"),
        ("Codex ran out of room in the model's context window.", "context_length"),
        ("unexpected status 503 Service Unavailable", "model_error"),
        ("stream disconnected before completion: error sending request", "network"),
        ("the frobnicator is out of tune", "unknown"),
    ],
)
def test_the_end_event_is_the_cause(message: str, found: str) -> None:
    failure = codex(
        command("E   ModuleNotFoundError: No module named 'x'", 1, "failed"), *failed(message)
    )
    assert failure.failure_class.value == found
    assert failure.summary == message
    assert failure.agents_own
    assert failure.line_numbers == (5, 4)
    assert failure.lines == (message, message)


def test_a_limit_says_when_it_ends() -> None:
    failure = codex(*failed("You've hit your usage limit. Try again in 3 days 4 hours."))
    assert failure.resets_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert failure.confidence is Confidence.HIGH


def test_a_retry_after_is_kept() -> None:
    failure = codex(*failed("429 Too Many Requests, Retry-After: 17"))
    assert failure.retry_after_s == 17


def test_what_the_agent_repaired_is_no_failure() -> None:
    failure = codex(
        command("FAILED tests/test_a.py::test_x - assert 1 == 2", 1, "failed"),
        command("2 passed", 0, "completed"),
        words("Done, error: fixed."),
        DONE,
        exit_code=0,
    )
    assert failure.failure_class is FailureClass.SUCCESS


def test_a_refusal_after_which_nothing_worked_is_the_cause() -> None:
    refused = command("bash: hello.txt: Read-only file system", 1, "failed")
    failure = codex(refused, words("Done."), DONE, exit_code=0)
    assert failure.failure_class is FailureClass.SANDBOX_PERMISSION
    assert "Read-only file system" in failure.summary
    assert codex(refused, command("", 0, "completed"), DONE, exit_code=0).failure_class is (
        FailureClass.SUCCESS
    )


def test_retries_are_the_cause_only_when_time_ran_out_and_they_say_one() -> None:
    retry = {
        "type": "error",
        "message": "Reconnecting... 2/5 (unexpected status 503 Service Unavailable)",
    }
    stopped = codex(retry, exit_code=143, stopped_because=StopReason.TOTAL)
    assert stopped.failure_class is FailureClass.MODEL_ERROR
    mute = codex(words("Reading the code."), exit_code=143, stopped_because=StopReason.SILENCE)
    assert mute.failure_class is FailureClass.TIMEOUT
    assert mute.summary == "no output for too long; last: Reading the code."


def test_a_crash_without_words_is_the_signals() -> None:
    failure = codex(exit_code=-11)
    assert failure.failure_class is FailureClass.SIGNAL_CRASH
    assert not failure.agents_own


def test_an_unknown_command_never_speaks_for_an_agents_account() -> None:
    lines = ["ERROR: You've hit your usage limit. Try again in 3 days 4 hours."]
    failure = diagnose(lines, Hints(agent="sh", exit_code=1, now=NOW), SIGNATURES)
    assert failure.failure_class is FailureClass.USAGE_LIMIT
    assert not failure.agents_own


def test_another_agents_same_words_are_another_cause() -> None:
    said = "Credit balance is too low"
    claude = json.dumps({"type": "result", "subtype": "success", "is_error": True, "result": said})
    other = diagnose([claude], Hints(agent="claude", exit_code=1, now=NOW), SIGNATURES)
    assert other.failure_class is FailureClass.USAGE_LIMIT
    assert other.agents_own
    assert other.fingerprint != codex(*failed(said)).fingerprint


def test_an_agent_of_a_persons_own_name_speaks_the_events_of_its_adapter() -> None:
    said = "You've hit your usage limit. Try again in 3 days 4 hours."
    line = json.dumps({"type": "turn.failed", "error": {"message": said}})
    named = Hints(agent="night-codex", reader="codex", exit_code=1, now=NOW)
    failure = diagnose([line], named, SIGNATURES)
    assert (failure.failure_class, failure.agents_own) == (FailureClass.USAGE_LIMIT, True)
    assert (
        failure.fingerprint
        != diagnose([line], replace(named, agent="codex"), SIGNATURES).fingerprint
    )


def test_the_foot_of_a_log_says_how_it_ended() -> None:
    def told(foot: str, **known: Any) -> Any:
        lines = ["# nightcrew cwd=~ argv=x", "working", foot]
        return diagnose(lines, Hints(now=NOW, **known), SIGNATURES)

    assert told("# nightcrew exit=0 stopped=- duration_s=1.0").failure_class is FailureClass.SUCCESS
    assert told("# nightcrew exit=7 stopped=- duration_s=1.0").summary == "exit 7; last: working"
    late = told("# nightcrew exit=0 stopped=total duration_s=9.0")
    assert late.failure_class is FailureClass.TIMEOUT
    gone = told("# nightcrew exit=None stopped=- duration_s=0.0 error=cannot start x: not found")
    assert gone.failure_class is FailureClass.MISSING_DEPENDENCY
    assert "cannot start x" in gone.summary
    mine = told("# nightcrew exit=0 stopped=- duration_s=1.0", exit_code=-11)
    assert mine.failure_class is FailureClass.SIGNAL_CRASH
    assert (
        told("# nightcrew exit=0 stopped=never duration_s=1.0").failure_class
        is not FailureClass.SUCCESS
    )


def test_what_the_provider_refuses_to_answer_stops_one_repository_only() -> None:
    said = "API Error: unable to respond to this request, which appears to violate our Usage Policy"
    line = json.dumps({"type": "result", "subtype": "success", "is_error": True, "result": said})
    failure = diagnose([line], Hints(agent="claude", exit_code=1, now=NOW), SIGNATURES)
    assert (failure.failure_class, failure.agents_own) == (FailureClass.MODEL_ERROR, False)
    assert failure.signature == "content-refused"
