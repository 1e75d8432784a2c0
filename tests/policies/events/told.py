"""What a reader makes of a small log: events, story, verdict and cause."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policies.events import reader_for
from policies.events.base import Event, Reader, Story
from policies.failure import AttemptOutcome, Failure
from policies.outcome import Evidence, judge
from policies.rootcause import Hints, diagnose
from policies.signatures import Signatures, parse

CATALOGUE = Path(__file__).resolve().parents[3] / "config" / "signatures.toml"
SIGNATURES = Signatures(parse(tomllib.loads(CATALOGUE.read_text("utf-8"))))
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
FRAME = "    at async paint (file:///opt/shed/paint.js:10:20)"

Row = dict[str, Any] | str


def json_line(row: object) -> str:
    return json.dumps(row, separators=(",", ":"))


def told(agent: str, *rows: Row) -> tuple[list[Event], Story, Reader]:
    reader, story = reader_for(agent), Story()
    events = [event for row in rows for event in reader.feed(_line(row))] + list(reader.finish())
    for event in events:
        story.take(event)
    return events, story, reader


def verdict(agent: str, *rows: Row, exit_code: int) -> bool:
    """Whether the attempt failed."""
    _, story, reader = told(agent, *rows)
    evidence = Evidence(story=story, has_end_event=reader.has_end_event, exit_code=exit_code)
    return judge(evidence).outcome is AttemptOutcome.FAILED


def why(agent: str, *rows: Row, exit_code: int = 1, **more: Any) -> Failure:
    hints = Hints(agent=agent, exit_code=exit_code, now=NOW, **more)
    return diagnose([_line(row) for row in rows], hints, SIGNATURES)


def _line(row: Row) -> str:
    return row if isinstance(row, str) else json_line(row)
