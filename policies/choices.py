"""The words that a setting may be, where there are a few: each a value of its own."""

from __future__ import annotations

from enum import StrEnum


class Permissions(StrEnum):
    """How much an agent may do; mapped to each agent's own flags."""

    EDITS = "edits"
    WORKSPACE = "workspace"
    FULL = "full"


class Landing(StrEnum):
    """Where checked work goes: the rolling branch only, or on to the target branch."""

    BRANCH = "branch"
    COMMIT = "commit"


class LedgerPlace(StrEnum):
    """Where incidents are written for people: the checkout's file, or the store alone."""

    CHECKOUT = "checkout"
    STATE = "state"
