"""How often a class of failure is tried again, when the breaker opens, and for whom.

The numbers are design section 5. Attempts are what both retry and breaker count.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policies.failure import FailureClass as C


class Scope(StrEnum):
    """Whom an open breaker stops."""

    REPOSITORY = "repository"
    AGENT = "agent"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The bounds of one class of failure."""

    attempts: int = 1
    """Tries in one pass, the first included. At least 1."""
    wait_from_s: float = 0
    """Shortest wait before the second try; doubles with each further one."""
    wait_to_s: float = 0
    opens_after: int = 2
    """Identical failed attempts in a row that open the breaker."""
    scope: Scope = Scope.REPOSITORY


_NETWORK = Bound(attempts=4, wait_from_s=5, wait_to_s=120, opens_after=4, scope=Scope.AGENT)
_ONCE = Bound(attempts=1, opens_after=1)
_TWICE = Bound(attempts=1, opens_after=2)
_UNSURE = Bound(attempts=3, wait_from_s=10, wait_to_s=120, opens_after=3)
_CHECK = Bound(attempts=1, opens_after=3)
_MACHINE = Bound(attempts=1, opens_after=1, scope=Scope.MACHINE)
_ACCOUNT = Bound(attempts=1, opens_after=1, scope=Scope.AGENT)

DEFAULT_BOUNDS: dict[C, Bound] = {
    C.NETWORK: _NETWORK,
    C.MODEL_ERROR: _NETWORK,
    C.RATE_LIMIT: Bound(
        attempts=5, wait_from_s=15, wait_to_s=120, opens_after=5, scope=Scope.AGENT
    ),
    C.USAGE_LIMIT: _ACCOUNT,
    C.AUTH: _ACCOUNT,
    C.CONFIG_ERROR: _ONCE,
    C.MISSING_DEPENDENCY: _ONCE,
    C.CONTEXT_LENGTH: _TWICE,
    C.SANDBOX_PERMISSION: _TWICE,
    C.GIT_ERROR: _TWICE,
    C.MERGE_CONFLICT: _TWICE,
    C.TIMEOUT: Bound(attempts=2, wait_from_s=5, wait_to_s=5, opens_after=2),
    C.DISK_FULL: _MACHINE,
    C.OUT_OF_MEMORY: _MACHINE,
    C.AGENT_INTERNAL: _UNSURE,
    C.SIGNAL_CRASH: _UNSURE,
    C.UNKNOWN: _UNSURE,
    C.COMPILE_ERROR: _CHECK,
    C.TYPE_ERROR: _CHECK,
    C.LINT: _CHECK,
    C.TEST_FAILURE: _CHECK,
    C.TEST_TIMEOUT: _CHECK,
}
"""One bound a class; `success` has none. Settings change single fields: `bounds.<class>.<field>`."""

ANY_CAUSE_OPENS_AFTER = 6
"""Second bound, blind to the cause: failed attempts in a row that open a repository's breaker."""
