"""What to do where no catalogue entry knows the cause, but its class says enough."""

from __future__ import annotations

from policies.failure import FailureClass as C

ADVICE: dict[C, tuple[str, ...]] = {
    C.AUTH: ("Log the agent in again, or set its API key, then: nightcrew doctor",),
    C.RATE_LIMIT: ("Wait; fewer jobs at a time",),
    C.USAGE_LIMIT: ("Wait until the limit ends, or use another agent or account",),
    C.MODEL_ERROR: ("Wait: the provider's side is failing",),
    C.SANDBOX_PERMISSION: ("If the agent should be allowed to do this, give it wider permissions",),
    C.TIMEOUT: ("Find what hangs at the end of the pass log, or raise that limit in timeouts",),
}
"""Classes that only an agent or our own clocks bring; a log of tests gets none of these."""
