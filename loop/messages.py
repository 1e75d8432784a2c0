"""Commit messages: what was done, by whom, in which cycle, and which checks prove it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.records import CycleRecord
from policies.text import one_line

SUBJECT_LIMIT_CHARS = 72
BODY_LIMIT_CHARS = 2000


def commit_message(
    record: CycleRecord, pass_name: str, said: str = "", checks: Sequence[str] = ()
) -> str:
    """Give the message of a commit that Nightcrew makes of an agent's work."""
    subject = one_line(_first_sentence(said), SUBJECT_LIMIT_CHARS)
    subject = subject or f"Nightcrew: {pass_name} by {record.agent}"
    lines = [one_line(subject, SUBJECT_LIMIT_CHARS), ""]
    if len(said.strip()) > len(subject) + 1:
        lines += [said.strip()[:BODY_LIMIT_CHARS], ""]
    return "\n".join([*lines, *_trailers(record, checks)]) + "\n"


def kept_message(record: CycleRecord) -> str:
    """Give the message of a commit that keeps the work of a cycle that did not succeed."""
    subject = one_line(f"Nightcrew: kept from {record.cycle}", SUBJECT_LIMIT_CHARS)
    why = record.failure.summary if record.failure else record.reason
    body = [f"{record.outcome}: {why}", ""] if why else []
    return "\n".join([subject, "", *body, *_trailers(record, ())]) + "\n"


def _trailers(record: CycleRecord, checks: Sequence[str]) -> list[str]:
    agent = one_line(record.agent, SUBJECT_LIMIT_CHARS)
    rows = [f"Nightcrew-Cycle: {record.cycle}", f"Nightcrew-Agent: {agent}"]
    rows.append(f"Nightcrew-Checks: {', '.join(checks) or 'none'}")
    return rows


def _first_sentence(said: str) -> str:
    """The first sentence of the agent's final message, without Markdown."""
    first = next((line for line in said.splitlines() if line.strip(" #*->`")), "")
    plain = re.sub(r"[*`#>]+", "", first).strip()
    return re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0].rstrip(".")
