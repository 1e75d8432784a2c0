"""What a failure's fingerprint is made of: of one cause always the same, of two never."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import Confidence, FailureClass, StopReason
from policies.fingerprint import fingerprint
from policies.rootcause.finding import Finding
from policies.rootcause.hints import Hints
from policies.signatures import MATCH_LIMIT_CHARS, Signature

_HUNG = "hung"
_MARK = expression(r"^\W{0,6}(?:(?:fatal |api )?error|fatal)(?: ?[:!]| -) {0,4}(?=\S)", re.I)
"""An agent sets it before its words on a terminal, not in its events: the cause is the same."""
_ASIDE = expression(r"\b(?:mcp|tools?|hooks?|commands?|scripts?|plugins?|extensions?)\b", re.I)
"""What an agent waits for beside its model; each is a cause of its own."""


def identity(
    lead: Finding,
    found: FailureClass,
    confidence: Confidence,
    hints: Hints,
    *,
    entry: Signature | None,
    own: bool,
    last_progress: str,
) -> str:
    """Give the fingerprint of the failure of class *found* whose cause is *lead*, known to *entry*.

    A class that is but guessed is no part of it: another night may guess another.
    *own*: the agent speaks of itself, so its name is part of the cause.
    """
    found = FailureClass.UNKNOWN if lead.is_guessed else found
    same = _same(entry, lead.lines[0].text) or _same(entry, lead.words()) if entry else ""
    agent, said = _agent(hints), same or lead.identity or lead.words()
    progress = hints.last_progress or last_progress
    if lead.rule == "exit":
        return _silent(said, found, hints, agent, progress)
    if own and found is FailureClass.TIMEOUT and not _ASIDE.search(said):
        return fingerprint(found, _HUNG, agent)
    if confidence is Confidence.LOW and hints.agent:
        return fingerprint(found, f"{_ended(hints)} {progress}", agent)
    is_own = own or lead.agent_form
    said = _MARK.sub("", said) if is_own else said
    return fingerprint(found, said.replace("file:///", "/"), agent if is_own else None)


def _same(entry: Signature, text: str) -> str:
    """Give what of *text* stands in every failure of the kind: the pattern's group `same`, else nothing."""
    if "(?P<same>" not in entry.expression:
        return ""
    found = entry.pattern.finditer(text[:MATCH_LIMIT_CHARS].replace("’", "'"))
    return next((said for each in found if (said := each["same"])), "")


def _agent(hints: Hints) -> str | None:
    """Give the agent's name; that of the reader of any stream is none."""
    return (hints.agent if hints.agent != "generic" else None) or hints.named


def _silent(said: str, found: FailureClass, hints: Hints, agent: str | None, progress: str) -> str:
    """Give the fingerprint where no line says why: by agent, and by how it ended.

    An agent that hangs hangs for the same cause whichever of its clocks or ours noticed, and whatever
    it looked at last; a tool call that did not end is named, for there the command is the cause. How a
    signal is reported (-11 or 139) and what happened to be printed before it tell nothing either.
    """
    if found is FailureClass.TIMEOUT:
        call = progress if hints.stopped_because is StopReason.TOOL else ""
        return fingerprint(found, f"{_HUNG} {call}", agent)
    if found is FailureClass.SIGNAL_CRASH:
        return fingerprint(found, said, agent)
    return fingerprint(found, f"{_ended(hints)} {said} {progress}", agent)


def _ended(hints: Hints) -> str:
    """A process that we stopped ends with 0, 143 or -15 as it happens (design rule 1)."""
    return hints.stopped_because or f"exit {hints.exit_code}"
