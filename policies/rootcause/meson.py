"""How Meson states why it could not configure a build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped
from policies.rootcause.wrapping import is_wrapper

_MESON = expression(r"^(?:\S{0,300}meson\.build:\d+:\d+: )?ERROR: (?P<said>.+)")
_MESON_MISSING = expression(
    r"not found|Unknown compiler|requires meson version|Neither .* worked|Neither a subproject directory"
    r"|Problem encountered: .{0,300}\b(?:missing|install|could not (?:be found|find))\b"
)
_MESON_PLACE = expression(r"meson\.build:\d+:\d+: ERROR: ")


def meson(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield Meson's error, where the line has a place or Meson speaks nearby."""
    told = list(matching(lines, "ERROR: ", _MESON))
    speaks = bool(told) and any("meson" in line.text.lower() for line in lines)
    for _, line, match in told:
        if not speaks or is_wrapper(line.text.lower()):
            continue
        found = C.MISSING_DEPENDENCY if _MESON_MISSING.search(match["said"]) else C.CONFIG_ERROR
        rank = 79 if _MESON_PLACE.search(line.text) else 58
        yield Finding(lines=(stripped(line),), rank=rank, rule="meson", failure_class=found)
