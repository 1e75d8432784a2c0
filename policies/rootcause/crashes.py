"""How a program that dies says why: C++ terminate, failed assertions, what stands above an abort."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.sanitizers import MEMORY
from policies.rootcause.scan import holding, matching, stripped

ABORT = "abort"
"""The rule that tells what a program said before it aborted itself: the catalogue may know it."""

_TERMINATE = expression(
    r"^(?:.{0,80}: )?(?:terminate called (?:after throwing an instance of '"
    r"(?P<type>[^']{1,200})'|without an active|recursively)"
    r"|libc\+\+abi(?:\.dylib)?: terminating)"
)
_WHAT = expression(r"^\s*what\(\):\s*(?P<said>.*)")
_ASSERT = expression(
    r"^(?:\S{1,200}: )?\S{1,300}:\d+: .{1,400}: Assertion [`'].{1,600}' failed\.?$"
    r"|^Assertion failed: \(?.{1,400}\)?, (?:function|file) "
    r"|^Assertion '.{1,400}' failed at \S{1,300}:\d+, function \w{1,200}\(\)\."
)
_MACRO = expression(
    r"\b(?P<said>[A-Z][A-Z0-9_]{0,30}_ASSERT(?:ION)?: \S{1,300}:\d{1,7}: \S.{0,600})$"
    r"|^(?P<placed>\S{1,300}:\d{1,7}: [A-Z][A-Z0-9_]{0,30}_ASSERT\(.{1,400}\) failed\b.{0,200})$"
)
"""A C project's own macro, with the place and the expression, also behind what the program was printing."""
_ABORTED = expression(r"^(?:.{1,200}: line \d+: {1,9}\d+ )?Aborted\s{1,40}\(core dumped\)")
_DIED = expression(
    r"^\S{1,300}: line \d{1,7}: {1,9}\d{1,9} (?:Segmentation fault|Bus error|Aborted)\s{1,40}"
    r"(?:\(core dumped\) {1,9})?"
    r"(?:\S{0,200}/)?(?P<program>[\w.+-]{1,60})(?: |$)"
)
"""The shell's word for the end of a script's command."""
_COMPLAINS = expression(
    r"\b(?:could not|cannot|can't|unable to|failed to|fatal|error|invalid|assertion|corrupt\w*)\b",
    re.I,
)
_ABOVE = 6
_CHECKED = expression(r"^(?:\S{1,300}:\d{1,7}[:\]] )?Check failed: \S")
_STACK = expression(r"^\s*@\s{1,20}0x|^\*\*\* Check failure stack trace: \*\*\*$")
"""glog's and absl's: the stack between what was checked and the shell's word."""
_ABOVE_STACK = 60


def terminations(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield uncaught C++ exceptions with their text, and failed assertions."""
    for at, line in holding(lines, "terminat"):
        match = _TERMINATE.match(line.text)
        if match:
            what = next((m for m in map(_what, lines[at + 1 : at + 3]) if m), None)
            shown = (*([what] if what else []), stripped(line))
            is_memory = bool(MEMORY.search(line.text))
            yield Finding(
                lines=shown,
                rank=84,
                rule="terminate",
                failure_class=C.OUT_OF_MEMORY if is_memory else C.SIGNAL_CRASH,
                summary=_told(what, match["type"] or "") if what else "",
            )
    for _, line, _ in matching(lines, "ssertion ", _ASSERT):
        yield Finding(lines=(stripped(line),), rank=84, rule="assert", failure_class=C.SIGNAL_CRASH)
    for _, line in holding(lines, "_ASSERT"):
        if match := _MACRO.search(line.text):
            said = match["said"] or match["placed"]
            yield Finding(
                lines=(Line(line.number, said),),
                rank=84,
                rule="assert",
                failure_class=C.SIGNAL_CRASH,
            )


def aborts(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what a program said right before it aborted itself: the shell's word for that tells no cause."""
    for at, line in holding(lines, "Aborted"):
        if _ABORTED.match(line.text):
            said = _complaints(lines, at)
            if said:
                yield Finding(
                    lines=(said[-1], stripped(line)),
                    rank=83,
                    rule=ABORT,
                    failure_class=C.SIGNAL_CRASH,
                    identity=said[-1].text,
                )


def fell_over(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the error that a program had told, under its own name, right before it crashed on its way out."""
    for at, line, match in matching(lines, ": line ", _DIED):
        above = lines[max(0, at - _ABOVE) : at]
        own = f"{match['program']}: "
        said = [one for one in above if one.text.startswith(own) and _COMPLAINS.search(one.text)]
        if said:
            yield Finding(
                lines=(stripped(said[0]), stripped(line)),
                rank=83,
                rule=ABORT,
                failure_class=C.SIGNAL_CRASH,
                identity=said[0].text,
            )


def _complaints(lines: Sequence[Line], at: int) -> list[Line]:
    """Give what stands closely above the line at *at*, its stack left out, and complains."""
    above = lines[max(0, at - _ABOVE_STACK) : at]
    ends = next((n for n, one in enumerate(above) if _STACK.match(one.text)), len(above))
    told = above[max(0, ends - 2 * _ABOVE) : ends]
    near = [one for one in told if one.text.strip()][-_ABOVE:]
    return [
        stripped(one) for one in near if _COMPLAINS.search(one.text) or _CHECKED.match(one.text)
    ]


def _told(what: Line, kind: str) -> str:
    """Give the exception's text behind its type, as the other languages print them."""
    said = _WHAT.sub(lambda match: match["said"], what.text)
    return f"{kind}: {said}" if kind else said


def _what(line: Line) -> Line | None:
    return stripped(line) if _WHAT.match(line.text) else None
