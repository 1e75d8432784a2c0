"""A diagnosis for people: the cause in its context, what to do, and why other candidates lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from flows.cli.console import printable, write
from policies.failure import Failure, FailureClass
from policies.rootcause import Diagnosis, Finding
from policies.text import one_line

AROUND_LINES = 2
"""Lines shown before and after a cause line."""
EXPLAINED = 8
"""Candidates that --explain names."""
WIDTH_CHARS = 200
NAME_CHARS = 1_000

Styled = tuple[str, str]
"""A line and its style on a terminal."""


def show(page: Sequence[Styled]) -> None:
    """Print *page* on stdout: with colours on a terminal, else as plain text."""
    if not sys.stdout.isatty():
        for line, _ in page:
            write(line)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line, style in page:
        console.print(Text(printable(line, sys.stdout), style=style))


def styled(name: str, failure: Failure, diagnosis: Diagnosis) -> Iterator[Styled]:
    """Yield the page's lines: what failed, the lines around the cause, what to do."""
    name = one_line(name, NAME_CHARS)
    if failure.failure_class is FailureClass.SUCCESS:
        yield f"{name}: success: {failure.summary}", "green"
        return
    found, sure = failure.failure_class.value, failure.confidence.value
    yield f"{name}: {found} ({sure} confidence)", "bold"
    yield f"  {failure.summary}", "bold red"
    yield from _in_context(failure, diagnosis)
    yield "", ""
    for command in failure.replay:
        yield f"  to run it again: {one_line(command, NAME_CHARS)}", "cyan"
    for advice in failure.remediation:
        yield f"  what to do: {one_line(advice, NAME_CHARS)}", ""
    yield f"  fingerprint: {failure.fingerprint}", "dim"


def _in_context(failure: Failure, diagnosis: Diagnosis) -> Iterator[Styled]:
    yield "", ""
    causes, before = set(failure.line_numbers), 0
    for line in diagnosis.context(failure.line_numbers, AROUND_LINES):
        if before and line.number > before + 1:
            yield "       ⋮", "dim"
        before = line.number
        is_cause = line.number in causes
        text = f"  {'>' if is_cause else ' '} {line.number:>6}  {line.text[:WIDTH_CHARS]}"
        yield text, "red" if is_cause else "dim"


def explanation(considered: Sequence[Finding]) -> Iterator[str]:
    """Yield which rule won, and which lost against it and by what; of a success that none spoke."""
    if not considered:
        yield "nothing in it says that it failed: no rule spoke"
    for n, finding in enumerate(considered[:EXPLAINED]):
        said = f"line {finding.number}: {one_line(finding.words(), WIDTH_CHARS)}"
        why = f"  ({_why(finding, considered[0])})" if n else ""
        yield f"{'lost  ' if n else 'chosen'}  rank {finding.rank:>3}  {finding.rule}  {said}{why}"
    if len(considered) > EXPLAINED:
        yield f"and {len(considered) - EXPLAINED} more of lower rank or farther from the cause"


def _why(finding: Finding, chosen: Finding) -> str:
    if finding.rank < chosen.rank:
        return f"its form says {chosen.rank - finding.rank} less surely why a command failed"
    if finding.number == chosen.number:
        return "says the same line"
    return "of equals the first counts" if chosen.first_wins else "of equals the last counts"
