"""Everything that can go wrong and that a person must act on: one tree, one line a message.

Expected ends (gave up, breaker open, nothing to do) are values, not exceptions.
"""

from __future__ import annotations

from policies.errors import NightcrewError as NightcrewError


class GitError(NightcrewError):
    """A git call failed or did not end in time."""

    exit_code = 1


class RepositoryRefused(NightcrewError):
    """The repository cannot be worked on as it is (no commit yet, not a repository, …)."""


class LandingRefused(NightcrewError):
    """The work cannot be landed as asked; it stays on its branch."""

    exit_code = 1


class LedgerRefused(NightcrewError):
    """The ledger was left as it was; the entry waits in the store."""

    exit_code = 1


class LedgerMissing(NightcrewError):
    """There is no such ledger file."""


class RepositoryBusy(NightcrewError):
    """Another cycle works on this repository."""

    exit_code = 3


class StoreError(NightcrewError):
    """The store cannot be opened, or is of a newer version."""


class AgentNotReady(NightcrewError):
    """The named agent cannot work: not installed, not logged in, or not allowed."""


class ContextDiffers(NightcrewError):
    """A frozen context cannot be restored as it was."""
