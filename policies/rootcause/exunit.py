"""How Elixir's ExUnit states failing tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

RANK, LOOK_AHEAD = 81, 12

_ITEM = expression(
    r"^\s{2,4}\d{1,6}\) (?P<name>(?:test|property|doctest) .{1,300}) \([A-Z][\w.]{0,200}\)$"
)
_PLACE = expression(r"^\s{4,8}(?P<place>[\w./-]{1,300}\.exs?:\d{1,7})$")
_CODE = expression(r"^\s{4,8}code:\s")
_ENDS = expression(r"^\s{4,8}(?:stacktrace|The following output was logged):")


def exunit(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each failing test, with what was asserted or raised, and the command that runs it again."""
    for at, line in holding(lines, ") test ", ") property ", ") doctest "):
        match = _ITEM.match(line.text)
        place = _PLACE.match(lines[at + 1].text) if match and at + 1 < len(lines) else None
        if match and place:
            said = _said(lines[at + 2 : at + 2 + LOOK_AHEAD])
            yield failed_test(
                "ExUnit",
                match["name"],
                (*said, stripped(line)),
                why=" ".join(one.text for one in said),
                rank=RANK,
                where=place["place"].rpartition(":")[0],
                replay=f"mix test {place['place']}",
            )


def _said(below: Sequence[Line]) -> list[Line]:
    """Give the message's first line, and the expression that did not hold."""
    block = list[Line]()
    for line in below:
        if not line.text.strip() or _ENDS.match(line.text):
            break
        block.append(line)
    code = [line for line in block[1:] if _CODE.match(line.text)]
    return [stripped(line) for line in (*block[:1], *code[:1])]
