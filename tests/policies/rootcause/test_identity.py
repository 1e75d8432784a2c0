"""One cause has one fingerprint: whoever noticed it, whatever was printed before, however it was told."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.failure import TIME_REASONS, FailureClass, StopReason
from policies.rootcause import Hints, diagnose
from policies.signatures import Signatures, parse

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CATALOGUE = Path(__file__).resolve().parents[3] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
HUNG: dict[str, Any] = {"exit_code": 143, "stopped_because": StopReason.TOTAL}


def seen(*lines: str, **hints: Any) -> str:
    return diagnose(lines, Hints(now=NOW, **hints), SIGNATURES).fingerprint


def codex(*errors: str, call: str = "ls", **hints: Any) -> str:
    began = {"type": "thread.started", "thread_id": "t"}
    item = {"id": "i", "type": "command_execution", "command": call, "status": "in_progress"}
    events = [began, {"type": "item.started", "item": item}]
    events += [{"type": "turn.failed", "error": {"message": text}} for text in errors]
    given = {"agent": "codex", "exit_code": 1} | hints
    return seen(*(json.dumps(event) for event in events), **given)


def test_an_agent_that_hangs_is_one_cause_whatever_it_looked_at_last() -> None:
    assert codex(call="cat a.py", **HUNG) == codex(call="cat b.py", **HUNG)
    assert codex(**HUNG) == codex(**HUNG, last_progress="read c.py")
    assert codex(**HUNG) == codex(**HUNG | {"exit_code": 0})
    assert codex(**HUNG) != codex(exit_code=143)
    assert codex(**HUNG) != seen(agent="pi", **HUNG)


def test_whichever_clock_noticed_it_hangs_for_the_same_cause() -> None:
    ours = {codex(**HUNG | {"stopped_because": why}) for why in TIME_REASONS - {StopReason.TOOL}}
    assert ours == {codex("Request timed out.")} == {codex("The operation timed out.")}


def test_a_tool_call_that_did_not_end_is_named() -> None:
    why = HUNG | {"stopped_because": StopReason.TOOL}
    slow = {codex(call=call, **why) for call in ("npm test", "git push", "npm test")}
    assert len(slow | {codex(**HUNG)}) == 3


def test_what_an_agent_waits_for_beside_its_model_is_a_cause_of_its_own() -> None:
    slow = {codex(f"MCP server {name} timed out") for name in ("docs", "jira")}
    assert len(slow | {codex(**HUNG)}) == 3


@pytest.mark.parametrize(("one", "other"), [(-11, 139), (-9, 137), (-15, 143)])
def test_a_signal_is_one_however_it_is_told(one: int, other: int) -> None:
    first = seen("Model: m", agent="aider", exit_code=one)
    assert first == seen("Detected dumb terminal", agent="aider", exit_code=other)
    assert first != seen("Model: m", agent="mini", exit_code=one)
    assert first != seen("Model: m", agent="aider", exit_code=-6)


def test_a_log_that_says_nothing_is_told_by_its_name_alone() -> None:
    assert seen(named="qwen", **HUNG) == seen(agent="qwen", **HUNG)
    assert len({seen(named=name, **HUNG) for name in ("qwen", "opencode", None)}) == 3
    assert seen(named="qwen", exit_code=7) != seen(named="pi", exit_code=7)
    assert seen("a.c:1:1: error: x", named="pi") == seen("a.c:1:1: error: x")


def test_commands_that_end_without_a_reason_are_told_apart_by_their_last_words() -> None:
    first = seen("12 crates packed in 3.1 s", "the shelf is bent", exit_code=3)
    assert first == seen("9 crates packed in 4.7 s", "the shelf is bent", exit_code=3)
    assert first != seen("12 crates packed in 3.1 s", "the lid is open", exit_code=3)
    assert seen("9 crates in 4 s", exit_code=3) == seen("12 crates in 3 s", exit_code=3)


def test_a_loggers_clock_thread_and_place_are_no_part_of_the_cause() -> None:
    said = "cannot reach the shelf"
    first = seen(f"E0123 12:00:01.000000    1234 pull.go:9] {said}", exit_code=1)
    assert first == seen(f"E0124 03:10:44.123456   98765 pull.go:11] {said}", exit_code=1)


def test_a_log_named_after_an_agent_is_not_judged_as_that_agents() -> None:
    quiet = diagnose([], Hints(now=NOW, named="pi", exit_code=0), SIGNATURES)
    assert quiet.failure_class is FailureClass.SUCCESS


def test_an_agents_own_words_bear_its_name_in_text_mode_too() -> None:
    line = "unexpected status 401 Unauthorized: Incorrect API key provided"
    assert codex(line) == seen(f"ERROR: {line}", named="codex", exit_code=1)


def test_a_full_heap_is_one_cause_wherever_v8_noticed_it() -> None:
    ways = (
        "FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - "
        "JavaScript heap out of memory",
    )
    assert len({seen(line, exit_code=134) for line in ways}) == 1
