"""What tox and nox say themselves: which environment fails, and why if no tool in it said so."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line

_SESSION = expression(
    r"^nox > (?:Session (?P<name>\S{1,100}) (?:aborted|raised exception .{1,300}?): "
    r"?(?P<why>.{0,500})|Program (?P<program>\S{1,200}) not found)"
)
_NOX_LACKS = expression(
    r"^(?P<said>nox > Session (?P<name>\S{1,100}) failed: Python interpreter .{1,200} not found)"
    r"(?: \(took .{1,80}\))?\.$"
)
"""Since 2025 the session's time stands behind it."""
_NOX_NOW = expression(r"^nox > Running session (?P<name>\S.{0,100})$")
_NOX_END = expression(r"^nox > Command .{1,2000} failed with exit code -?\d+")
_TOX_END = expression(
    r"^(?P<env>[\w.-]{1,100}): (?:exit -?\d+ \(|FAIL \S|FAIL code)"
    r"|^ERROR:\s{1,4}(?P<old>[\w.-]{1,100}): commands failed$"
)
_TOX_SPAWN = expression(
    r"^(?P<env>[\w.-]{1,100}): Exception running subprocess |^ERROR: InvocationError for "
    r"command could not find executable"
)
_TOX_LACKS = expression(
    r"^(?P<env>[\w.-]{1,100}): (?P<skips>skipped because|failed with) could not find python interpreter"
)
"""An environment that is skipped may be no failure: another's comes first."""


def environments(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the environments that fail; their wrapper's words only count where no tool's do."""
    session = ""
    for line in lines:
        if match := _NOX_NOW.match(line.text):
            session = match["name"]
        elif match := _SESSION.match(line.text):
            yield _of_env(
                line,
                71,
                f"nox -s {shlex.quote(match['name'] or session)}",
                missing=bool(match["program"]),
            )
        elif match := _NOX_LACKS.match(line.text):
            lacks = _of_env(line, 71, f"nox -s {shlex.quote(match['name'])}", missing=True)
            yield replace(lacks, identity=match["said"])
        elif _NOX_END.match(line.text):
            yield _of_env(line, 40, f"nox -s {shlex.quote(session)}" if session else "")
        elif match := _TOX_SPAWN.match(line.text):
            yield _of_env(line, 71, f"tox -e {match['env']}" if match["env"] else "", missing=True)
        elif match := _TOX_LACKS.match(line.text):
            rank = 60 if match["skips"].startswith("skipped") else 71
            yield _of_env(line, rank, f"tox -e {match['env']}", missing=True)
        elif match := _TOX_END.match(line.text):
            yield _of_env(line, 40, f"tox -e {match['env'] or match['old']}")


def _of_env(line: Line, rank: int, replay: str, *, missing: bool = False) -> Finding:
    return Finding(
        lines=(line,),
        rank=rank,
        rule="environment",
        failure_class=FailureClass.MISSING_DEPENDENCY if missing else None,
        replay=(replay,) if replay else (),
    )
