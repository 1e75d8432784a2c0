"""An error whose message is a printed list: zod's, and what passes such a list on, name each field in it.

`ZodError: [`, then JSON over many lines, then the stack: the first line says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import stripped

LIST_LINES, TOLD = 300, 3
"""Lines of one list that are read, and issues that are told."""

_OPENS = expression(r"(?:Error|Exception): (?P<bracket>\[)$")
_CLOSES = expression(r"^\s{0,60}\]$")
_VARIABLE = expression(r"^[A-Z][A-Z\d]{0,40}(?:_[A-Z\d]{1,40}){1,9}: ")
"""Environment variables are written so (POSIX): what is wrong with one is a setting."""


def with_issues(lead: Finding, lines: Sequence[Line]) -> Finding:
    """Give *lead*, if its words end where a list is opened, with what the list says of each field."""
    match = _OPENS.search(lead.words())
    head = next((line for line in lead.lines if lead.words().endswith(line.text.strip())), None)
    if match is None or head is None:
        return lead
    block = [x for x in lines if head.number < x.number <= head.number + LIST_LINES]
    indent = len(head.text) - len(head.text.lstrip())
    inside = list(takewhile(lambda x: not _closes(x.text, indent), block))
    issues = list(_issues(inside))
    if not issues:
        return lead
    told = [f"{path}: {said}" if path else said for path, said in issues]
    shown = [line for path, said in issues[:TOLD] for line in _lines_of(inside, path, said)]
    is_setting = _VARIABLE.match(told[0]) is not None
    return replace(
        lead,
        lines=(*{line.number: line for line in (*shown, *lead.lines)}.values(),),
        summary=lead.words()[: match.start("bracket")] + "; ".join(told[:TOLD]),
        identity=lead.identity.removesuffix("[") + "; ".join(told),
        failure_class=FailureClass.CONFIG_ERROR if is_setting else lead.failure_class,
    )


def _closes(text: str, indent: int) -> bool:
    return bool(_CLOSES.match(text)) and len(text) - len(text.lstrip()) <= indent


def _issues(inside: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """Yield of each object of the list which field it speaks of, and its message."""
    try:
        listed = json.loads(f"[{' '.join(line.text for line in inside)}]")
    except (ValueError, RecursionError):
        return
    for issue in listed:
        if isinstance(issue, dict) and isinstance(said := issue.get("message"), str):
            yield _path(issue.get("path")), said


def _path(steps: Any) -> str:
    return ".".join(map(str, steps)) if isinstance(steps, list) else ""


def _lines_of(inside: Sequence[Line], path: str, said: str) -> Iterator[Line]:
    """Yield the first line that holds the message, and the one with the field's own name."""
    for value in (said, path.rpartition(".")[2]):
        quoted = json.dumps(value, ensure_ascii=False)
        yield from [stripped(line) for line in inside if value and quoted in line.text][:1]
