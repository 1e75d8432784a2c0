"""What `nightcrew diagnose` does: read each log, answer in order, show the cause in its context."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.shipped import SIGNATURES
from flows.cli.console import note, write
from loop.diagnose import diagnosis_of, load_signatures
from policies.errors import NightcrewError
from policies.failure import Failure, FailureClass, StopReason
from policies.rootcause import Diagnosis, Finding, Hints
from policies.signatures import Signatures
from policies.text import one_line

AROUND_LINES = 2
"""Lines shown before and after a cause line."""
EXPLAINED = 8
"""Candidates that --explain names."""
WIDTH_CHARS = 200


class UnknownReason(NightcrewError):
    """--stopped-because names no reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about every log."""

    hints: Hints
    signatures: Signatures
    passing_log: Path | None
    explain: bool
    as_json: bool


def asked(
    exit_code: int | None,
    stopped_because: str | None,
    passing_log: Path | None,
    *,
    explain: bool,
    as_json: bool,
) -> Question:
    """Give the question that the options ask. Raises UnknownReason, SignaturesRefused."""
    known = [reason.value for reason in StopReason]
    if stopped_because is not None and stopped_because not in known:
        raise UnknownReason(
            f"--stopped-because {stopped_because}: no such reason: use one of {', '.join(known)}"
        )
    now = datetime.now(UTC).astimezone()
    hints = Hints(
        exit_code=exit_code,
        stopped_because=StopReason(stopped_because) if stopped_because else None,
        now=now,
        local_zone=now.tzinfo or UTC,
    )
    return Question(
        hints=hints,
        signatures=load_signatures([SIGNATURES]),
        passing_log=passing_log,
        explain=explain,
        as_json=as_json,
    )


def diagnose_all(files: Sequence[str], question: Question) -> bool:
    """Answer for every file, in order; False when one could not be read (the others are answered)."""
    is_all_read = True
    for name in files:
        try:
            failure, diagnosis = diagnosis_of(
                sys.stdin.buffer if name == "-" else Path(name),
                question.hints,
                question.signatures,
                passing_log=question.passing_log,
            )
        except NightcrewError as error:
            is_all_read = False
            note(f"nightcrew: {one_line(str(error), 2000)}")
            continue
        _answer(name, failure, diagnosis, question)
    return is_all_read


def _answer(name: str, failure: Failure, diagnosis: Diagnosis, question: Question) -> None:
    if question.as_json:
        sys.stdout.write(json.dumps({"file": name} | failure.to_json()) + "\n")
        sys.stdout.flush()
    else:
        for line in page(name, failure, diagnosis):
            write(line)
    if question.explain:
        for line in explanation(diagnosis.considered):
            note(line)


def page(name: str, failure: Failure, diagnosis: Diagnosis) -> list[str]:
    """Give the lines of the page for people."""
    if failure.failure_class is FailureClass.SUCCESS:
        return [f"{name}: success: {failure.summary}"]
    head = [
        f"{name}: {failure.failure_class.value} ({failure.confidence.value} confidence)",
        f"  {failure.summary}",
        "",
    ]
    causes = set(failure.line_numbers)
    shown = [
        f"  {'>' if line.number in causes else ' '} {line.number:>6}  {line.text[:WIDTH_CHARS]}"
        for line in diagnosis.context(failure.line_numbers, AROUND_LINES)
    ]
    todo = [f"  to run it again: {command}" for command in failure.replay]
    todo += [f"  what to do: {advice}" for advice in failure.remediation]
    return [*head, *shown, "", *todo, f"  fingerprint: {failure.fingerprint}"]


def explanation(considered: Sequence[Finding]) -> list[str]:
    """Say which rule won, and which lost against it and by what."""
    return [
        f"{'chosen' if n == 0 else 'lost  '}  rank {finding.rank:>3}  {finding.rule}"
        f"  line {finding.number}: {one_line(finding.words(), WIDTH_CHARS)}"
        for n, finding in enumerate(considered[:EXPLAINED])
    ]
