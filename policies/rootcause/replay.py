"""The shortest command that runs the failing thing again: only where the log itself names it."""

from __future__ import annotations

import shlex

from policies.expressions import expression
from policies.rootcause.finding import Finding

_RUST = expression(r"^thread '(?P<name>[\w:]+)' ")
_GO = expression(r"^--- FAIL: (?P<name>\w+)")


def replay(finding: Finding) -> tuple[str, ...]:
    """Give commands, quoted for a shell; none when the log does not show what failed."""
    if finding.replay:
        return finding.replay
    for line in finding.lines:
        if (match := _RUST.match(line.text)) and match["name"] != "main":
            return (f"cargo test {shlex.quote(match['name'])}",)
        if match := _GO.match(line.text):
            pattern = f"^{match['name']}$"
            return (f"go test -run {shlex.quote(pattern)} ./...",)
    return ()
