"""How a program that dies says why: sanitizers, valgrind, C++ terminate, glibc's aborts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LOOK_AHEAD, STACK = 400, 20
ABORT = "abort"
"""The rule that tells what a program said before it aborted itself: the catalogue may know it."""

_SANITIZER = expression(
    r"^(?:=+\d+=+ ?)?(?:ERROR|WARNING): (?P<tool>Address|Thread|Memory|Leak|HWAddress"
    r"|UndefinedBehavior|KernelAddress)Sanitizer: (?P<said>\S.*)"
)
_SUMMARY = expression(r"^SUMMARY: (?P<tool>\w{1,30})Sanitizer: (?P<said>[^\d\s].*)")
_UBSAN = expression(r"^\S.{0,300}:\d+:\d+: runtime error: (?P<said>\S.*)")
_VALGRIND = expression(
    r"^==\d+== (?P<said>(?:Invalid (?:read|write|free)|Conditional jump|Use of uninitialised"
    r"|Mismatched free|Process terminating|Syscall param"
    r"|\S+ bytes in \S+ blocks are definitely lost).*)"
)
_VALGRIND_FRAME = expression(
    r"^==\d+==\s{1,8}(?:at|by) 0x[0-9A-F]+: (?P<frame>\S.{0,300} \([\w.+-]{1,120}(?=:\d{1,7}\)$))"
)
_VALGRIND_GAP = expression(r"^==\d+== ?$")
_VALGRIND_END = expression(r"^==\d+== ERROR SUMMARY: [1-9]")
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
_COMPLAINS = expression(
    r"\b(?:could not|cannot|can't|unable to|failed to|fatal|error|invalid|assertion|corrupt\w*)\b",
    re.I,
)
_ABOVE = 6
_CHECKED = expression(r"^(?:\S{1,300}:\d{1,7}[:\]] )?Check failed: \S")
_STACK = expression(r"^\s*@\s{1,20}0x|^\*\*\* Check failure stack trace: \*\*\*$")
"""glog's and absl's: the stack between what was checked and the shell's word."""
_ABOVE_STACK = 60
_MEMORY = expression(r"bad_alloc|out-of-memory|allocation-size-too-big")


def sanitizers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each report of a sanitizer, with its summary line, which names the place."""
    told = -1
    for at, line in holding(lines, "Sanitizer: "):
        match = _SANITIZER.match(line.text)
        if match is None:
            if at > told and (summary := _SUMMARY.match(line.text)):
                yield _summed_up(line, summary)
            continue
        told = at + LOOK_AHEAD
        ends = [one for one in lines[at + 1 : at + LOOK_AHEAD] if one.text.startswith("SUMMARY: ")][
            :1
        ]
        place = _SUMMARY.match(ends[0].text) if ends else None
        yield Finding(
            lines=(stripped(line), *[stripped(one) for one in ends]),
            rank=85,
            rule="sanitizer",
            failure_class=_class_of(match["tool"], line.text),
            identity=f"{match['tool']} {place['said'] if place else match['said'].partition(' ')[0]}",
        )
    for _, line, _ in matching(lines, ": runtime error: ", _UBSAN):
        yield Finding(lines=(stripped(line),), rank=80, rule="ubsan", failure_class=C.SIGNAL_CRASH)
    if any(True for _ in matching(lines, "ERROR SUMMARY: ", _VALGRIND_END)):
        for at, line, match in matching(lines, "== ", _VALGRIND):
            yield Finding(
                lines=(stripped(line),),
                rank=76,
                rule="valgrind",
                failure_class=C.TEST_FAILURE if "definitely lost" in line.text else C.SIGNAL_CRASH,
                identity=f"{_kind(match['said'])} {_own_frame(lines[at + 1 : at + STACK])}",
            )


def _kind(said: str) -> str:
    """Give what valgrind met without how often: that varies with what else ran."""
    return "definitely lost" if "definitely lost" in said else said


def _own_frame(stack: Sequence[Line]) -> str:
    """Give function and file of the first frame below valgrind's words whose source is known."""
    inside = takewhile(lambda one: not _VALGRIND_GAP.match(one.text), stack)
    return next((m["frame"] for one in inside if (m := _VALGRIND_FRAME.match(one.text))), "")


def _summed_up(line: Line, match: re.Match[str]) -> Finding:
    """Give a report of which only the last line was kept."""
    return Finding(
        lines=(stripped(line),),
        rank=84,
        rule="sanitizer",
        failure_class=_class_of(match["tool"], line.text),
        identity=f"{match['tool']} {match['said']}",
    )


def _class_of(tool: str, text: str) -> C:
    """A leak is found when the program has ended by itself, a data race when it goes on."""
    if tool == "Leak" or "data race" in text:
        return C.TEST_FAILURE
    return C.OUT_OF_MEMORY if _MEMORY.search(text) else C.SIGNAL_CRASH


def terminations(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield uncaught C++ exceptions with their text, and failed assertions."""
    for at, line in holding(lines, "terminat"):
        match = _TERMINATE.match(line.text)
        if match:
            what = next((m for m in map(_what, lines[at + 1 : at + 3]) if m), None)
            shown = (*([what] if what else []), stripped(line))
            is_memory = bool(_MEMORY.search(line.text))
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
