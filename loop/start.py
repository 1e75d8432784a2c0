"""Where a cycle starts: at the base, with the work on it that is not merged yet."""

from __future__ import annotations

from dataclasses import dataclass

from loop.errors import LandingRefused
from loop.rolling import carried_over, without_rebase
from loop.settled import FAILED, WORK, Settled
from loop.source import CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where a cycle starts."""

    commit: str
    """The base branch's commit."""
    target_branch: str | None
    """None: HEAD is detached."""
    start: str
    """What the agent sees: the base with the work on it that is not merged yet."""
    notes: tuple[str, ...] = ()
    """What a person should know, one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What an agent is to see."""

    commit: str
    is_made: bool = False
    """Commits were put on the base for it, in the clone's work tree."""
    note: str = ""
    """What a person should know; empty: nothing."""


def find_start(clone: Settled, base: str, tip: str | None) -> Start:
    """Give the start on *base*; *tip* is of the work that is not merged yet, None: there is none."""
    if tip is None or tip == base:
        return Start(commit=base)
    if held := without_rebase(clone.git, base, tip):
        return Start(commit=held)
    clone.clean_at(base)
    try:
        return Start(commit=carried_over(clone.git, base, tip), is_made=True)
    except LandingRefused:
        kept = f"{FAILED}{tip[:12]}{CONFLICT}"
        clone.source.move_branch(kept, clone.git, old=None, new=tip, force=True)
        note = f"{WORK} conflicts with the base: kept as {kept}, started anew"
        return Start(commit=base, is_made=True, note=note)
