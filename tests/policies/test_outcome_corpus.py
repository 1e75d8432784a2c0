"""Real runs: no success is called a failure, and no failure a success."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from policies.events import detect, reader_for
from policies.events.base import Story
from policies.failure import AttemptOutcome, StopReason
from policies.outcome import Evidence, Verdict, judge

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "agents-dev"
AGENTS = ("codex", "claude", "pi", "gemini", "opencode", "qwen")


def rows() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        message = f"no corpus of agent logs at {CORPUS}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return [json.loads(line) for line in (CORPUS / "labels.jsonl").read_text().splitlines()]


def lines_of(row: dict[str, Any]) -> list[str]:
    text = (CORPUS / str(row["file"])).read_text(errors="replace")
    return text.split("\n")


def verdict_of(row: dict[str, Any]) -> Verdict:
    reader, story = reader_for(row["cli"]), Story()
    for line in lines_of(row):
        for event in reader.feed(line):
            story.take(event)
    for event in reader.finish():
        story.take(event)
    return judge(
        Evidence(
            story=story,
            has_end_event=reader.has_end_event,
            exit_code=row["exit_code"],
            stopped_because=StopReason.TOTAL if row["timed_out"] else None,
            changed=row["file_made"],
        )
    )


def test_success_and_failure_are_told_apart_in_every_real_run() -> None:
    wrong = []
    judged = [row for row in rows() if row["cli"] in AGENTS and row["mode"] == "json"]
    for row in judged:
        verdict = verdict_of(row)
        right = {row["class"] == "success"} | {
            name == "success" for name in row.get("also_right", ())
        }
        if (verdict.outcome is not AttemptOutcome.FAILED) not in right:
            wrong.append((row["id"], row["class"], verdict))
    assert judged
    assert wrong == []


def test_a_class_that_the_evidence_decides_is_the_labelled_one() -> None:
    wrong = []
    for row in rows():
        if row["cli"] in AGENTS and row["mode"] == "json" and not row["timed_out"]:
            found = verdict_of(row).failure_class
            if found and found not in {row["class"], *row.get("also_right", ())}:
                wrong.append((row["id"], row["class"], found))
    assert wrong == []


def test_every_log_is_detected_or_read_as_text() -> None:
    for row in rows():
        found = detect(lines_of(row))
        started = row["cli"] in AGENTS and any('{"type":"' in line[:9] for line in lines_of(row))
        in_events = started and row["mode"] == "json"
        assert found in ({row["cli"]} if in_events else {row["cli"], "text"}), row["id"]
