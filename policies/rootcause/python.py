"""How Python states a cause: tracebacks, also chained, grouped, boxed or prefixed; syntax errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.wraps import joined

TRACE_LIMIT_LINES, _BOX_LIMIT_LINES = 400, 1_000
"""A traceback whose exception is not named by then is not followed; Rich may show all locals at each."""
OTHER_STREAM_LINES = 3
"""So many lines of standard output may stand between two frames of a traceback."""
_RANK, _VAGUE_RANK, _WRAPPER_RANK, _TEARDOWN_RANK = 66, 50, 30, 25
_TOLD_CHARS, _RETOLD_CHARS = 3, 60
"""A message shorter than the first is not looked for in a later one; of a longer one its start is."""
_LEAVES = 3
"""Of a group's exceptions this many are named."""

_TITLE = "Traceback (most recent call last)"
_HEADER = expression(
    r"^(?P<lead>.{0,80}?)(?:Exception Group )?Traceback \(most recent call last\)(?P<end>:"
    r"|\W{0,200}$)"
)
_EXCEPTION = expression(r"^(?P<type>[A-Za-z_][\w.<>]{0,200})(?::(?:\s|$)|$)")
_GROUP = expression(r"\(\d{1,6} sub-exceptions?\)$")
_IN_GROUP = expression(r"^\s{0,200}[|+]")
_LEAF = expression(r"^\s{1,200}\| (?P<said>[A-Za-z_][\w.]{0,200}(?::\s.{0,1000}|:?$))")
_TEST_FILE = expression(r"(?:^|[/\\])(?:test_\w{1,100}|\w{1,100}_tests?)\.py$")
_TEST = FailureClass.TEST_FAILURE
_CHAINED = (
    "The above exception was the direct cause",
    "During handling of the above exception",
)
_WRAPPERS = expression(
    r"^(?:subprocess\.)?CalledProcessError|^(?:SystemExit|KeyboardInterrupt)\b|^(?:\w+\.)"
    r"*(?:ChildFailedError|CancelledError$)"
    r"|^bdb\.|^(?:\w+\.){0,4}(?:UnexpectedExit|ErrorReturnCode\w{0,9})\b"
    r"|^(?:\w+\.){0,6}\w*(?:Error|Exception): Command failed\b"
    r"|(?:returned|failed with|with) (?:a )?(?:non-zero )?exit (?:status|code) -?\d+"
)
_VAGUE = expression(r": [\w ./-]{0,80}\bfail(?:ed|ure)[!.]{0,2}$")
_TEARDOWN = expression(
    r"^Exception ignored in|^--- Logging error ---|^Error in atexit\._run_exitfuncs"
)
_SYNTAX = expression(
    r"^(?:E {1,10})?(?P<said>(?:SyntaxError|IndentationError|TabError): .{1,1000})"
)
_FILE = expression(r"^[E|│\s]{0,200}File \"(?P<file>[^\"]{1,400})\", line (?P<line>\d{1,9})")


def tracebacks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield one finding a chain of exceptions; the innermost one is its cause."""
    chain: list[Line] = []
    at, began = 0, 0
    while at < len(lines):
        header = _HEADER.match(lines[at].text) if _TITLE in lines[at].text else None
        if not header:
            at += 1
            continue
        began = began if chain else at
        found, at = _exception(lines, at + 1, header)
        chain.extend(found)
        if chain and not _is_chained(lines, at):
            found_one = _of_chain(chain, is_teardown=_after_teardown(lines, began))
            is_test = _of_test(lines, began)
            yield replace(found_one, failure_class=_TEST) if is_test else found_one
            chain = []
    if chain:
        yield _of_chain(chain, is_teardown=False)


def syntax_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield Python's complaints about source it cannot parse, with the file that they name."""
    for at, line in enumerate(lines):
        match = _SYNTAX.match(line.text)
        if not match:
            continue
        files = (_FILE.match(above.text) for above in reversed(lines[max(0, at - 8) : at]))
        named = next((found for found in files if found), None)
        if named is None:  # another language's
            continue
        yield Finding(
            lines=(Line(line.number, match["said"]),),
            rank=77,
            rule="python syntax",
            failure_class=FailureClass.COMPILE_ERROR,
            summary=f"{match['said']} ({named['file']}, line {named['line']})",
            identity=f"{named['file']} {match['said']}",
        )


def _exception(lines: Sequence[Line], at: int, header: re.Match[str]) -> tuple[Sequence[Line], int]:
    """Give the exceptions that the traceback from *at* on names, and where to go on."""
    if header["end"] != ":":
        return _boxed(lines, at)
    lead = _lead(header["lead"], lines[at].text if at < len(lines) else "")
    stop, skip = min(at + TRACE_LIMIT_LINES, len(lines)), False
    for here in range(at, stop):
        text = lines[here].text
        body = text[len(lead) :] if text.startswith(lead) else text.lstrip()
        if skip or body.startswith('File "'):  # a CI system took the indentation away
            skip = not skip
        elif body and not body[0].isspace() and body[0] not in "^~|+[":
            if _TITLE in text:
                return (), here
            if _is_between_frames(lines, here):
                continue
            if not _EXCEPTION.match(body):
                return (), here + 1
            named = Line(lines[here].number, body)
            return _leaves(lines, here + 1, named) if _GROUP.search(body) else ((named,), here + 1)
    return (), stop


def _is_between_frames(lines: Sequence[Line], at: int) -> bool:
    """Say whether the line at *at* is of the other stream: the same traceback goes on right below."""
    for line in lines[at + 1 : at + 1 + OTHER_STREAM_LINES]:
        if _TITLE in line.text:
            return False
        if line.text.startswith("  ") and _FILE.match(line.text):
            return True
    return False


def _lead(lead: str, following: str) -> str:
    """Give what stands before every line of a traceback; a message before its title does not."""
    lead = lead[:-2] + "| " if lead.endswith("+ ") else lead
    return lead if not lead.strip() or following.startswith(lead) else ""


def _boxed(lines: Sequence[Line], at: int) -> tuple[Sequence[Line], int]:
    """Rich draws a box around the frames and names the exception below it."""
    stop = min(at + _BOX_LIMIT_LINES, len(lines))
    for here in range(at, stop - 1):
        below = lines[here + 1]
        if lines[here].text.startswith(("╰", "└", "+-")) and _EXCEPTION.match(below.text):
            return (Line(below.number, joined(lines, here + 1)),), here + 2
    return (), at


def _leaves(lines: Sequence[Line], at: int, group: Line) -> tuple[Sequence[Line], int]:
    found: list[Line] = []
    while at < len(lines) and _IN_GROUP.match(lines[at].text):
        leaf = _LEAF.match(lines[at].text)
        if leaf and _TITLE not in leaf["said"] and not _GROUP.search(leaf["said"]):
            found.append(Line(lines[at].number, leaf["said"]))
        at += 1
    return (*found[:_LEAVES], group), at


def _is_chained(lines: Sequence[Line], at: int) -> bool:
    return any(said in line.text for line in lines[at : at + 12] for said in _CHAINED)


def _after_teardown(lines: Sequence[Line], at: int) -> bool:
    return any(_TEARDOWN.match(line.text.lstrip()) for line in lines[max(0, at - 2) : at])


def _of_test(lines: Sequence[Line], at: int) -> bool:
    """Say whether the program that raised was a file of tests, run as a script."""
    frames = (_FILE.match(line.text) for line in lines[at + 1 : at + 3])
    first = next((frame for frame in frames if frame), None)
    return first is not None and _TEST_FILE.search(first["file"]) is not None


def _of_chain(chain: Sequence[Line], *, is_teardown: bool) -> Finding:
    own = [line for line in chain if not _WRAPPERS.search(line.text)]
    cause = _retold(own) if own else chain[0]
    asserts = cause.text.startswith("AssertionError")
    later = f", then {own[-1].text}" if len(own) > 1 and own[-1].text != cause.text else ""
    rank = _WRAPPER_RANK if not own else _VAGUE_RANK if _VAGUE.search(cause.text) else _RANK
    return Finding(
        lines=_shown(cause, own[:_LEAVES]),
        rank=_TEARDOWN_RANK if is_teardown else rank,
        rule="python traceback",
        failure_class=_TEST if asserts else None,
        first_wins=False,
        summary=f"{cause.text}{later}",
        identity=cause.text,
    )


def _retold(own: Sequence[Line]) -> Line:
    """Give the first exception, or a later one that says more: repeats its message, or has one at all."""
    said = own[0].text.partition(": ")[2]
    later = own[-1]
    if not said and ": " in later.text and not own[0].text.startswith("AssertionError"):
        return later
    tells = len(said) >= _TOLD_CHARS and said[:_RETOLD_CHARS] in later.text
    return later if tells and len(own) > 1 else own[0]


def _shown(cause: Line, others: Sequence[Line]) -> tuple[Line, ...]:
    return (cause, *(line for line in others if line.number != cause.number))
