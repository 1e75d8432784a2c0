"""Why cargo's resolver can take none of a package's versions: it says so below, among what it looked at.

Source: cargo's own report of a failed activation (core/resolver/errors.rs).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

BELOW = 12
"""Lines below in which cargo says why it can select none."""

_SELECTS = expression(r"^error: failed to select a version for ")
_CONFLICTS = expression(
    r"^\s*(?:(?:the )?package `[^`]{1,200}` (?:depends on `[^`]{1,200}`,? with features?"
    r"|links to the native library)|candidate versions found which didn't match: )"
)
_NO_FEATURE = expression(r"\bdoes not have (?:that feature|these features)\b")


def cargo_resolver(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the conflict that cargo names below a version it could not select."""
    for at, line, _ in matching(lines, "failed to select a version", _SELECTS):
        after = lines[at + 1 : at + 1 + BELOW]
        why = next((stripped(one) for one in after if _CONFLICTS.match(one.text)), None)
        if why:
            yield _conflict(stripped(line), why)


def _conflict(head: Line, why: Line) -> Finding:
    """A feature that the package does not have is asked for in our own manifest."""
    is_ours = _NO_FEATURE.search(why.text) is not None
    return Finding(
        lines=(why, head),
        rank=81,
        rule="cargo resolver",
        failure_class=C.CONFIG_ERROR if is_ours else C.MISSING_DEPENDENCY,
        identity=f"{head.text} {why.text}",
    )
