"""Our own lines in a log: its head, its foot, and notes between them. They are never a cause.

The foot carries how the process ended, so that a log can be diagnosed long after, without its record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policies.failure import StopReason

OURS = "# nightcrew "
"""How each of our lines begins."""

_FOOT = re.compile(
    r"# nightcrew exit=(?P<exit>-?\d{1,10}|None) stopped=(?P<stopped>\w+|-)"
    r" duration_s=[\d.]+(?: error=(?P<error>.*))?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """How the process of a log ended, as the log's last line says."""

    exit_code: int | None
    """As Popen gives it; None: it did not start."""
    stopped_because: StopReason | None = None
    error: str = ""
    """Why it could not start, or be watched to its end."""


def ours(text: str) -> str:
    """Give *text* as one line of ours."""
    return OURS + " ".join(text.split())


def foot_line(foot: Foot, duration_s: float) -> str:
    """Give the last line of a log."""
    error = f" error={foot.error}" if foot.error else ""
    stopped = foot.stopped_because or "-"
    return ours(f"exit={foot.exit_code} stopped={stopped} duration_s={duration_s:.1f}{error}")


def read_foot(line: str) -> Foot | None:
    """Give what the foot *line* says; None when it is none, or names a reason that is not known."""
    found = _FOOT.match(line.rstrip())
    if not found:
        return None
    try:
        stopped = None if found["stopped"] == "-" else StopReason(found["stopped"])
    except ValueError:
        return None
    code = None if found["exit"] == "None" else int(found["exit"])
    return Foot(exit_code=code, stopped_because=stopped, error=found["error"] or "")
