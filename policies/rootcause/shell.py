"""How a shell shows why a script ended: its trace (set -x) up to the exit, and PowerShell's error records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_harmless
from policies.rootcause.provisioning import answered_with
from policies.rootcause.scan import matching, stripped
from policies.rootcause.wrapping import is_wrapper

LOOK_BACK = 30

_TRACE = expression(r"^\++ \S")
_EXIT = expression(r"^\++ (?:exit|return) (?:[1-9]\d{0,2}|\S*[^0\s]\S*)$")
_SAYS = expression(r"^\++ (?:echo|printf|>&2 echo|cat|die|fail|error|log\w*) ")
_TIDIES = expression(
    r"^\++ (?:sudo )?(?:(?:docker|podman)(?:[ -]compose)?(?: -\S{1,80}){0,6} (?:down|logs|stop|rm|kill)\b"
    r"|(?:rm|kill|pkill)\b)"
)
"""What it prints comes after the failure."""
_POWERSHELL = expression(r"^\s*(?:\| \s*)?\+ FullyQualifiedErrorId : (?P<id>\w+)")
_AT = expression(r"^At \S.{0,300}:\d{1,7} char:\d{1,7}$")
WRAPPED_LINES = 4
_RECORD = expression(r"^(?P<who>[\w.:\\/-]{1,200}) ?: (?P<said>\S.*)$")
_BOX = expression(r"^│ Error: (?P<said>.+)")
_BOX_ENDS = expression(r"^(?:at |on |with |╵|\d+: )")
_REGISTRY = expression(
    r"\bcould not (?:connect to|query provider registry for) (?P<host>[\w.-]{1,100})"
)


def shell_trace(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what a traced script printed right before it exited on its own."""
    for at, _, _ in matching(lines, "+ ", _EXIT):
        said = _printed(lines, at)
        if said:
            yield Finding(lines=tuple(said[:2]), rank=63, rule="shell trace")


def powershell(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield PowerShell's error records: the line above the place."""
    for at, line, match in matching(lines, "FullyQualifiedErrorId", _POWERSHELL):
        above = [one for one in lines[max(0, at - 10) : at] if _RECORD.match(one.text)]
        lead = stripped(above[0]) if above else stripped(line)
        missing = match["id"] == "CommandNotFoundException"
        yield Finding(
            lines=(lead,),
            rank=72 if missing else 66,
            rule="powershell",
            first_wins=False,
            failure_class=C.MISSING_DEPENDENCY if missing else None,
        )


def powershell_places(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what PowerShell says above a place, where no record of the error follows.

    So a script ends that `Set-StrictMode` or `$ErrorActionPreference` stops within a host of its own.
    """
    for at, _, _ in matching(lines, "At ", _AT):
        if any(_POWERSHELL.match(below.text) for below in lines[at + 1 : at + 10]):
            continue
        said = _above(lines[max(0, at - WRAPPED_LINES) : at])
        if said:
            told = " ".join(line.text for line in said)
            yield Finding(lines=said, rank=64, rule="powershell place", summary=told)


def _above(before: Sequence[Line]) -> tuple[Line, ...]:
    """Give the sentence that ends with the last line of *before*, which a narrow host breaks over several."""
    said: list[Line] = []
    for line in reversed(before):
        if not line.text.strip():
            break
        said.insert(0, stripped(line))
        if said[0].text[:1].isupper():
            break
    return tuple(said)


def terraform(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield Terraform's boxed errors, with the first sentence below."""
    for at, line, _ in matching(lines, "│ Error: ", _BOX):
        below = [Line(n, text.lstrip("│").strip()) for n, text in lines[at + 1 : at + 12]]
        prose = _sentence(below)
        lead = Line(line.number, line.text.lstrip("│ ").strip())
        told = " ".join(one.text for one in prose)
        found = answered_with(f"{lead.text} {told}")
        away = _REGISTRY.search(told) if found is C.NETWORK else None
        yield Finding(
            lines=(lead, *prose[:1]),
            rank=74 if away else 72,
            rule="terraform",
            failure_class=found,
            summary=" ".join((lead.text, *(one.text for one in prose[:1]))),
            identity=f"could not connect to {away['host']}" if away else "",
        )


def _sentence(below: Sequence[Line]) -> list[Line]:
    """Give the first sentence of a box, which is wrapped to the terminal's width."""
    start = next(
        (n for n, one in enumerate(below) if one.text and not _BOX_ENDS.match(one.text)), len(below)
    )
    return list(takewhile(lambda one: one.text and not _BOX_ENDS.match(one.text), below[start:]))


def _printed(lines: Sequence[Line], at: int) -> list[Line]:
    """Go back from the exit: skip what it cleaned up, take what an echo printed, in the log's order."""
    said: list[Line] = []
    for line in reversed(lines[max(0, at - LOOK_BACK) : at]):
        if _TRACE.match(line.text):
            if _TIDIES.match(line.text):
                said = []
            elif said and not _SAYS.match(line.text):
                break
            continue
        lowered = line.text.lower()
        if line.text.strip() and not is_wrapper(lowered) and not is_harmless(lowered):
            said.append(stripped(line))
    return said[::-1]
