"""What a linker said before the compiler that called it told that it failed.

Sources: GNU ld prints `name: message` for every error, and its scripts may state messages of their own
(`ASSERT(condition, "message")`); gcc's collect2 and clang then say that it failed, and nothing of why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

LOOK_BACK = 60
"""Lines above the compiler's word that may be the linker's."""

_FAILED = expression(r"error: (?:ld returned [1-9]|linker command failed)")
_SAID = expression(
    r"^\s{0,4}(?:\S{0,600}[/\\])?(?:\w{1,30}-){0,5}(?:ld(?:64)?|ld\.(?:lld|gold|bfd|mold)|lld|wasm-ld|mold"
    r"|gold)(?:\.exe)?: (?P<said>\S.{0,1000})$"
)
_ASIDE = expression(
    r"^(?:warning|note|info)\b|: (?:warning|note): |\b[Ii]n function .{1,400}:$|skipping incompatible"
    r"|lto-wrapper failed$",
    re.I,
)
_KNOWN = expression(
    r"\b(?:undefined|multiple definition|duplicate|relocation|cannot (?:find|open)|not recognized"
    r"|not found|No such file|referenced|first defined)\b"
)
"""The catalogue knows more of these, with their classes."""


def linkers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the linker's own first words above the compiler's, where the catalogue does not know them."""
    for at, line in holding(lines, "ld returned ", "linker command failed"):
        if not _FAILED.search(line.text[:500]):
            continue
        said = next((one for one in lines[max(0, at - LOOK_BACK) : at] if _is_said(one)), None)
        if said is not None:
            yield Finding(
                lines=(stripped(said),), rank=72, rule="linker", failure_class=C.COMPILE_ERROR
            )


def _is_said(line: Line) -> bool:
    match = _SAID.match(line.text) if ": " in line.text else None
    return match is not None and not (_ASIDE.search(match["said"]) or _KNOWN.search(match["said"]))
