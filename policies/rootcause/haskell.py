"""How cabal states why its solver found no plan, and GHC before version 8 what does not compile.

Sources: cabal's user guide and solver ("rejecting: package (conflict: ...)", a number of the level before
it, "unknown package: name"), wrapped at 79 columns; GHC up to 7.10, which ends the line of an error after
the place, puts "Warning:" there for a warning, and tells the rest on the lines below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

LOOK_AHEAD, WRAPPED = 200, 8
"""Lines of one report that are read, and of one statement."""

_HEAD = "Could not resolve dependencies:"
_TOLD = expression(
    r"^\s{0,4}(?:\[[_\d]{1,6}\] )?(?P<said>(?:rejecting|unknown package): \S.{0,300})$"
)
_NEXT = expression(
    r"^\s{0,4}(?:\[[_\d]{1,6}\] )?(?:trying|next goal|rejecting|skipping|fail|unknown package)\b"
    r"|^(?:After searching|Dependency tree|Backjump limit)"
)
_CONFLICT = expression(r"\(conflict: .{0,600}?=>|unknown package: ")
_PLACE = expression(
    r"^\s{0,8}[^\s:][^:]{0,300}(?::[^:]{1,300})?\.l?hs:\d{1,6}:\d{1,5}(?:-\d{1,5})?:$"
)
_ABSENT = expression(r"^Could not find module\b")


def cabal(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first version whose rejection names a bound; else the first rejection of all."""
    for at, line in holding(lines, _HEAD):
        told = list(_rejections(lines[at + 1 : at + 1 + LOOK_AHEAD]))
        bound = next((one for one in told if _CONFLICT.search(one[1])), None)
        if lead := bound or next(iter(told), None):
            yield Finding(
                lines=(*lead[0], stripped(line)),
                rank=78,
                rule="cabal",
                failure_class=C.MISSING_DEPENDENCY,
                summary=lead[1],
            )


def _rejections(after: Sequence[Line]) -> Iterator[tuple[tuple[Line, ...], str]]:
    """Yield each statement's lines and its whole text."""
    for at, line in enumerate(after):
        if match := _TOLD.match(line.text):
            more = list(_wrapped(after[at + 1 : at + WRAPPED]))
            text = " ".join((match["said"].strip(), *(one.text for one in more)))
            yield (stripped(line), *more[:1]), text


def _wrapped(below: Sequence[Line]) -> Iterator[Line]:
    for line in below:
        if not line.text.strip() or _NEXT.match(line.text):
            return
        yield stripped(line)


def old_ghc(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each error of a GHC before version 8: its place, and the first line of what is wrong there."""
    for at, line in holding(lines, ".hs:", ".lhs:"):
        said = lines[at + 1].text.strip() if at + 1 < len(lines) else ""
        if said and _PLACE.match(line.text):
            yield Finding(
                lines=(stripped(line), stripped(lines[at + 1])),
                rank=79,
                rule="ghc",
                failure_class=C.MISSING_DEPENDENCY if _ABSENT.match(said) else C.COMPILE_ERROR,
                summary=f"{line.text.strip()} {said}",
            )
