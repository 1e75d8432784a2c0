"""The values everybody speaks in: what failed, why an attempt was stopped, how a cycle ended.

These names are contracts (docs/contracts.md): other programs read them in `--json` output.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

SUMMARY_LIMIT_CHARS = 200
"""A failure's summary is one line of at most this many characters."""

LINES_LIMIT = 10
"""A failure names at most this many cause lines, best first."""


class FailureClass(StrEnum):
    """What must be done about a failure; the word that retry and breaker decide by."""

    AUTH = "auth"
    RATE_LIMIT = "rate_limit"
    USAGE_LIMIT = "usage_limit"
    NETWORK = "network"
    CONTEXT_LENGTH = "context_length"
    MODEL_ERROR = "model_error"
    SANDBOX_PERMISSION = "sandbox_permission"
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    SIGNAL_CRASH = "signal_crash"
    CONFIG_ERROR = "config_error"
    MISSING_DEPENDENCY = "missing_dependency"
    COMPILE_ERROR = "compile_error"
    TYPE_ERROR = "type_error"
    LINT = "lint"
    TEST_FAILURE = "test_failure"
    TEST_TIMEOUT = "test_timeout"
    MERGE_CONFLICT = "merge_conflict"
    GIT_ERROR = "git_error"
    AGENT_INTERNAL = "agent_internal"
    UNKNOWN = "unknown"
    SUCCESS = "success"


CHECK_CLASSES = frozenset(
    {
        FailureClass.COMPILE_ERROR,
        FailureClass.TYPE_ERROR,
        FailureClass.LINT,
        FailureClass.TEST_FAILURE,
        FailureClass.TEST_TIMEOUT,
    }
)
"""Classes that a check reports about the agent's work."""


class Confidence(StrEnum):
    """How far a root cause can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class StopReason(StrEnum):
    """Why Nightcrew ended an agent's process; nothing may overwrite it (a kill can exit 0)."""

    TOTAL = "total"
    SILENCE = "silence"
    PROGRESS = "progress"
    TOOL = "tool"
    AFTER_END = "after_end"
    CYCLE = "cycle"
    CANCELLED = "cancelled"
    BUDGET = "budget"


TIME_REASONS = frozenset(
    {StopReason.TOTAL, StopReason.SILENCE, StopReason.PROGRESS, StopReason.TOOL, StopReason.CYCLE}
)
"""Stops that are a failure of class timeout. After its end event an agent is only tidied away."""


class CycleOutcome(StrEnum):
    """How a cycle (or a run) ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    NOTHING_TO_DO = "nothing_to_do"
    FAILED = "failed"
    POSTPONED = "postponed"
    CIRCUIT_OPEN = "circuit_open"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


NOT_STARTED = frozenset({CycleOutcome.POSTPONED, CycleOutcome.CIRCUIT_OPEN})
"""Cycles in which no agent was started."""


class AttemptOutcome(StrEnum):
    """How one attempt ended."""

    SUCCEEDED = "succeeded"
    NOTHING_TO_DO = "nothing_to_do"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong in an attempt, a check or a log."""

    failure_class: FailureClass
    summary: str
    """One line, at most SUMMARY_LIMIT_CHARS, in the log's own words where it can be."""
    fingerprint: str
    """Short stable id of the cause: the same on another night, path or machine."""
    confidence: Confidence
    lines: tuple[str, ...] = ()
    """The cause lines, best first, at most LINES_LIMIT."""
    line_numbers: tuple[int, ...] = ()
    """1-based, in the same order as lines."""
    signature: str | None = None
    """Name of the catalogue entry that spoke, if one did."""
    replay: tuple[str, ...] = ()
    remediation: tuple[str, ...] = ()
    agents_own: bool = False
    """Said by the agent itself (structured error, end event, its known error form), not quoted from
    a tool or test: only then may it open the agent's or the machine's breaker."""
    resets_at: datetime | None = None
    """When a limit ends, if it says so. Aware, UTC."""
    retry_after_s: float | None = None
    """Seconds a server asked to wait (Retry-After), if it said so."""

    def evolve(self, **changes: Any) -> Failure:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object (diagnose's, without `file`)."""
        return {
            "summary": self.summary,
            "lines": list(self.lines),
            "line_numbers": list(self.line_numbers),
            "class": self.failure_class.value,
            "fingerprint": self.fingerprint,
            "confidence": self.confidence.value,
            "signature": self.signature,
            "replay": list(self.replay),
            "remediation": list(self.remediation),
        }

    def to_state(self) -> dict[str, Any]:
        """Give everything, for the store; `from_state` reads it back."""
        return self.to_json() | {
            "agents_own": self.agents_own,
            "resets_at": self.resets_at.isoformat() if self.resets_at else None,
            "retry_after_s": self.retry_after_s,
        }

    @classmethod
    def from_state(cls, data: dict[str, Any]) -> Failure:
        """Read back what `to_state` gave."""
        resets_at = data.get("resets_at")
        return cls(
            failure_class=FailureClass(data["class"]),
            summary=data["summary"],
            fingerprint=data["fingerprint"],
            confidence=Confidence(data["confidence"]),
            lines=tuple(data["lines"]),
            line_numbers=tuple(data["line_numbers"]),
            signature=data["signature"],
            replay=tuple(data["replay"]),
            remediation=tuple(data["remediation"]),
            agents_own=data.get("agents_own", False),
            resets_at=datetime.fromisoformat(resets_at) if resets_at else None,
            retry_after_s=data.get("retry_after_s"),
        )
