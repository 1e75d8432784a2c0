"""What a JavaScript tool printed under Maven: the frontend plugin passes it on behind its own levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.scan import matching
from policies.rootcause.scripting import scripting

_STARTS = expression(
    r"^\[INFO\] Running '(?:npm|npx|yarn|pnpm|node|bun|grunt|gulp|webpack|karma|jspm|ember)\b"
)
_ENDS = expression(r"^\[INFO\] (?:-{3,}|BUILD )")
_LEVEL = expression(r"^\[(?:INFO|ERROR|WARNING)\] ?")


def frontends(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the formats of JavaScript's tools find in what such a tool printed."""
    for at, _, _ in matching(lines, "[INFO] Running '", _STARTS):
        inside = Lines()
        for line in lines[at + 1 :]:
            if _ENDS.match(line.text):
                break
            inside.append(Line(line.number, _LEVEL.sub("", line.text, count=1)))
        yield from scripting(inside)
