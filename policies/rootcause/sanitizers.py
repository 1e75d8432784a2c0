"""What sanitizers and valgrind report of a program's memory, threads and undefined behaviour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LOOK_AHEAD, STACK = 400, 20
MEMORY = expression(r"bad_alloc|out-of-memory|allocation-size-too-big")
"""What a failed allocation is called, where it is told among other deaths."""

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


def valgrind(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield each report of a valgrind run that counted errors."""
    if not any(True for _ in matching(lines, "ERROR SUMMARY: ", _VALGRIND_END)):
        return
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
    return C.OUT_OF_MEMORY if MEMORY.search(text) else C.SIGNAL_CRASH
