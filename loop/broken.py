"""What stops a cycle before or beside its agent, as a failure like any other."""

from __future__ import annotations

from loop.errors import (
    AgentNotReady,
    ContextDiffers,
    GitError,
    LandingRefused,
    NightcrewError,
    RepositoryRefused,
)
from policies.failure import SUMMARY_LIMIT_CHARS, Confidence, Failure, FailureClass
from policies.fingerprint import fingerprint
from policies.text import one_line

CLASSES: dict[type[NightcrewError], FailureClass] = {
    GitError: FailureClass.GIT_ERROR,
    LandingRefused: FailureClass.GIT_ERROR,
    RepositoryRefused: FailureClass.CONFIG_ERROR,
    AgentNotReady: FailureClass.MISSING_DEPENDENCY,
    ContextDiffers: FailureClass.CONFIG_ERROR,
}
"""By kind of error; one that is not listed is a configuration error (exit code 2)."""


def failure_of_error(error: NightcrewError) -> Failure:
    """Give *error* as a failure; its words are our own, so the cause is certain."""
    kind = CLASSES.get(type(error), FailureClass.CONFIG_ERROR)
    said = str(error)
    if isinstance(error, LandingRefused) and "conflict" in said:
        kind = FailureClass.MERGE_CONFLICT
    return Failure(
        failure_class=kind,
        summary=one_line(said, SUMMARY_LIMIT_CHARS),
        fingerprint=fingerprint(kind, said),
        confidence=Confidence.HIGH,
    )


def out_of_time(limit_s: float) -> Failure:
    """Give the failure of a cycle that did not end within *limit_s* (timeouts.cycle_s)."""
    said = f"the cycle did not end within {limit_s:g} s (timeouts.cycle_s)"
    return Failure(
        failure_class=FailureClass.TIMEOUT,
        summary=said,
        fingerprint=fingerprint(FailureClass.TIMEOUT, said),
        confidence=Confidence.HIGH,
    )
