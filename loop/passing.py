"""The last passing log of each repository's checks: what also stands there is not why one fails."""

from __future__ import annotations

from pathlib import Path

from loop.store import Store
from policies.checks import CheckResult, CheckState

KIND = "passing log"
"""The store remembers the log's path under this kind, the repository's name and the check's."""


def remember_passing(store: Store, repo: str, result: CheckResult) -> None:
    """Remember the log of *result*, if it passed."""
    if result.state is CheckState.PASSED and result.log:
        store.remember(KIND, f"{repo}/{result.name}", result.log)


def passing_log(store: Store, repo: str, check: str) -> Path | None:
    """Give the log of the last time that *check* passed in *repo*; it may be gone by now."""
    known = store.recall(KIND, f"{repo}/{check}")
    return Path(known) if isinstance(known, str) else None
