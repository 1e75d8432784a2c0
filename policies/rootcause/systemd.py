"""How systemd states why a unit ended: its manager's own lines in the journal.

Sources: systemd.exec(5), "Process Exit Codes" (200 to 245 are of the setup before the program runs), and
systemd.service(5), `$SERVICE_RESULT`. What the program itself printed says more than its plain exit code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

SETUP, DIED = 76, 73
"""Rank of a unit that could not even be started, and of one that a signal or a limit ended."""

_ENDED = expression(
    r"^(?P<unit>[\w@.:\\-]{1,200}\.\w{4,9}): (?:Main|Control) process exited, "
    r"code=(?P<how>exited|killed|dumped), status=(?P<code>\d{1,3})/(?P<name>[A-Z_]{2,30})$"
)
_RESULT = expression(
    r"^(?P<unit>[\w@.:\\-]{1,200}\.\w{4,9}): Failed with result '(?P<why>[a-z-]{3,30})'\.?$"
)
_FIRST_OF_SETUP = 200
_STOPPED = ("KILL", "TERM", "INT", "HUP")
_RESULTS = {
    "oom-kill": C.OUT_OF_MEMORY,
    "timeout": C.TIMEOUT,
    "watchdog": C.TIMEOUT,
    "core-dump": C.SIGNAL_CRASH,
}


def systemd(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield how a unit's process ended, where that says why, and the manager's own verdicts of limits."""
    for _, line, match in matching(lines, "process exited, code=", _ENDED):
        if match["how"] == "exited" and int(match["code"]) >= _FIRST_OF_SETUP:
            yield _finding(line, SETUP, C.CONFIG_ERROR, f"{match['unit']} {match['name']}")
        elif match["how"] != "exited" and match["name"] not in _STOPPED:
            yield _finding(line, DIED, C.SIGNAL_CRASH, f"{match['unit']} {match['name']}")
    for _, line, match in matching(lines, "Failed with result '", _RESULT):
        if found := _RESULTS.get(match["why"]):
            yield _finding(line, DIED - 1, found, f"{match['unit']} {match['why']}")


def _finding(line: Line, rank: int, found: C, identity: str) -> Finding:
    return Finding(
        lines=(stripped(line),), rank=rank, rule="systemd", failure_class=found, identity=identity
    )
