"""What can be said where no line of the log says why: the exit code, the signal, our own clocks."""

from __future__ import annotations

from policies.failure import TIME_REASONS, FailureClass, StopReason
from policies.rootcause.finding import Finding, Line
from policies.rootcause.hints import Hints

_STOPPED = {
    StopReason.TOTAL: "the time for the whole attempt ran out",
    StopReason.SILENCE: "no output for too long",
    StopReason.PROGRESS: "no progress for too long",
    StopReason.TOOL: "a tool call did not end in time",
    StopReason.CYCLE: "the time for the cycle ran out",
}
_SIGNALS = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE",
            15: "SIGTERM"}  # fmt: skip
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


def by_clock(hints: Hints, last: Line | None) -> Finding | None:
    """Give the finding of an attempt that ran out of time; *last* is what it did before."""
    if hints.stopped_because not in TIME_REASONS or hints.stopped_because is None:
        return None
    said = _STOPPED[hints.stopped_because]
    identity = f"stopped by the {hints.stopped_because} limit"
    return _finding(said, last, FailureClass.TIMEOUT, identity, silent="")


def by_exit(hints: Hints, last: Line | None) -> Finding:
    """Give the finding of a process of which only its exit code tells."""
    code = hints.exit_code
    number = -code if code is not None and code < 0 else (code or 0) - 128
    if number in _SIGNALS and (code or 0) != 0:
        return _finding(
            f"ended by {_SIGNALS[number]}", last, FailureClass.SIGNAL_CRASH, f"signal {number}"
        )
    if code in (_NOT_FOUND, _NOT_EXECUTABLE):
        return _finding(f"exit {code}: a command was not found or cannot be run", last,
                        FailureClass.MISSING_DEPENDENCY, f"exit {code}")  # fmt: skip
    said = hints.why or ("it failed" if code is None else f"exit {code}")
    return _finding(said, last, FailureClass.UNKNOWN, f"exit {code}{_told(hints, last)}")


def _told(hints: Hints, last: Line | None) -> str:
    """Give the last words of a command: what an agent printed last tells nothing of why it ended."""
    return f" {last.text.strip()}" if last and not (hints.agent or hints.named) else ""


def _finding(
    said: str, last: Line | None, found: FailureClass, identity: str, silent: str = " and no output"
) -> Finding:
    ending = f"; last: {last.text.strip()}" if last else silent
    return Finding(
        lines=(last or Line(0, ""),),
        rank=10,
        rule="exit",
        failure_class=found,
        summary=f"{said}{ending}",
        identity=identity,
    )
