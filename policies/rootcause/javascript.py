"""How node states a cause: uncaught errors with their `[cause]`, errors without a stack, syntax errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.wrapping import is_wrapper

LOOK_AHEAD = 30
"""Lines read after an error's line."""
_MESSAGE_LINES = 10
"""An error's message may run over this many lines before its stack."""

_FRAME = expression(
    r"^\s{1,40}at (?:async )?(?:\S.{0,200}\(|file:|node:|/|[A-Z]:\\|\S{1,300}:\d+:\d+)"
)
_ERROR = expression(
    r"^(?:Uncaught |\[cause\]: |[✖×] |Unhandled rejection |(?:\[\w{1,40}\] ))?"
    r"(?P<type>[A-Za-z_$][\w$]{0,80}(?:Error|Exception|Rejection|Failure)|Error|DOMException"
    r"|[A-Za-z_$][\w$]{0,40}(?= \[(?:[A-Z]\w{0,60})?Error\]: ))(?: \[\w{1,60}\])?(?:: |$)"
)
"""A class that a minifier renamed is shown with the name that its errors bear: `e [Error]: ...`."""
_CAUSE = expression(r"^\s{0,40}\[cause\]:? (?=\S)")
_CODE = expression(r"^\s{0,40}(?:code|errno): '?(E[A-Z_]+)'?,?$")
_INNER = expression(r"^\s{2,40}(?P<said>(?:[A-Z]\w{0,80})?Error(?: \[\w{1,60}\])?: .{1,1000})$")
_VERSION = expression(r"^Node\.js v\d+\.\d+\.\d+")
_THROWN = "(Use `node --trace-uncaught ...` to show where the exception was thrown)"
_PLACE = expression(
    r"^(?P<file>(?:file:/{2,3}|/|[A-Za-z]:\\)?[^\s:]{1,300}\.[cm]?[jt]sx?):\d{1,9}$"
)
_WRAPPERS = expression(
    r"^(?:Error: )?Command failed(?::| with)|^Error: (?:Process|Child process|The process "
    r".{1,300}) .{0,80}exit(?:ed)? (?:with )?code"
)
_WRAPPED = 15
"""It tells but how a child of its own ended: what that said last tells more."""
_SYNTAX = "SyntaxError: "
_POINTED = expression(r"^\s*\^+$")
_PARSED = expression(
    r"is not valid JSON|\bin JSON at position\b|end of JSON input|\bJSON Parse error: "
)
"""JSON.parse of V8 and of JavaScriptCore (Bun): the text is somebody's settings or answer, not code."""
_PAGE = expression(r"Unexpected token '?<")
"""No settings begin so, but an HTML page that a server sent in the place of its answer."""
_SYNTAX_RANK = 77
_TRIGGERED = "triggerUncaughtException("
"""Node shows this line of its own where a promise was rejected that nobody awaits, and below it what with."""


def node_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield uncaught errors: the line before a stack, or the innermost `[cause]` in it."""
    inside = -1
    for at, line in enumerate(lines):
        text = line.text.strip()
        if text and any(_THROWN in after.text for after in lines[at + 1 : at + 2]):
            yield _finding((Line(line.number, text),), 70)
        elif text.startswith(_TRIGGERED):
            yield from _rejected(lines[at + 1 : at + 5])
        elif (
            at > inside and text.startswith(_SYNTAX) and _is_pointed_at(lines[max(0, at - 4) : at])
        ):
            yield _syntax(Line(line.number, text), lines[max(0, at - 5) : at], 65)
        elif at > inside and _ERROR.match(text) and _has_stack(lines, at):
            yield _thrown(lines, at)
            inside = _end(lines, at)


def _rejected(below: Sequence[Line]) -> Iterator[Finding]:
    """Yield the value that nobody caught, where it is printed without an error's type."""
    said = next((line for line in below if line.text.strip(" ^")), None)
    if said is not None and not _ERROR.match(said.text):
        yield _finding((Line(said.number, said.text.strip()),), 66)


def _is_pointed_at(above: Sequence[Line]) -> bool:
    """Say whether *above*, of a syntax error, shows the place, the code and marks below it."""
    return any(_POINTED.match(line.text) for line in above) and any(
        _PLACE.match(line.text.strip()) for line in above
    )


def _has_stack(lines: Sequence[Line], at: int) -> bool:
    """Say whether a stack follows the message, which may have more lines."""
    for line in lines[at + 1 : at + 1 + _MESSAGE_LINES]:
        if _FRAME.match(line.text):
            return True
        if _ERROR.match(line.text.strip()) or (line.text[:1] == "[" and "]" in line.text):
            return False
    return False


def _thrown(lines: Sequence[Line], at: int) -> Finding:
    line = Line(lines[at].number, lines[at].text.strip())
    after = _own(lines[at + 1 : at + LOOK_AHEAD])
    causes = [Line(n, text.strip()) for n, text in after if _CAUSE.match(text)]
    inner = [Line(n, match["said"]) for n, text in after if (match := _INNER.match(text))]
    codes = [Line(n, text.strip()) for n, text in after if _CODE.match(text)]
    deeper = causes[-1:] or (inner[:2] if line.text.startswith("AggregateError") else [])
    is_end = any(_VERSION.match(text) for _, text in lines[at + 1 : at + 2 * LOOK_AHEAD])
    rank = 70 if is_end else 65
    said = " ".join(text.strip() for text in _message(lines, at))
    if _SYNTAX in said and _PARSED.search(said):
        is_page = _PAGE.search(said) is not None
        known = FailureClass.NETWORK if is_page else FailureClass.CONFIG_ERROR
        return replace(_finding((line,), rank), failure_class=known, summary=said)
    if _SYNTAX in line.text:
        return _syntax(line, lines[max(0, at - 5) : at], rank)
    if _WRAPPERS.match(line.text):
        rank = 35
    elif is_wrapper(line.text.lower()):
        rank = _WRAPPED
    shown = (*deeper, line) if deeper else (line, *codes[:1])
    return _finding((*shown, *codes[:1]) if deeper else shown, rank)


def _message(lines: Sequence[Line], at: int) -> list[str]:
    """Give the lines of the message of the error at *at*: all up to its stack."""
    own = lines[at : at + _MESSAGE_LINES]
    return [line.text for line in takewhile(lambda line: not _FRAME.match(line.text), own)]


def _end(lines: Sequence[Line], at: int) -> int:
    """Give where the properties end that node prints below a stack, other errors among them."""
    width = len(lines[at].text) - len(lines[at].text.lstrip())
    for here in range(at + 1, min(at + 20 * LOOK_AHEAD, len(lines))):
        text = lines[here].text
        if not text.strip() or len(text) - len(text.lstrip()) <= width:
            return here - 1
    return at


def _own(after: Sequence[Line]) -> Sequence[Line]:
    """Give the lines up to the next error that has a stack of its own."""
    for n, line in enumerate(after):
        if line.text[:1].isalpha() and _ERROR.match(line.text):
            return after[:n]
    return after


def _syntax(line: Line, before: Sequence[Line], rank: int) -> Finding:
    places = (match for item in reversed(before) if (match := _PLACE.match(item.text.strip())))
    place = next(places, None)
    file = place["file"].replace("\\", "/").rpartition("node_modules/")[2] if place else ""
    return Finding(
        lines=(line,),
        rank=max(rank, _SYNTAX_RANK),
        rule="node error",
        failure_class=FailureClass.COMPILE_ERROR,
        first_wins=False,
        summary=f"{line.text} ({place[0]})" if place else line.text,
        identity=f"{file} {line.text}".strip(),
    )


def _finding(lines: Sequence[Line], rank: int) -> Finding:
    own = {line.number: line for line in lines}
    return Finding(lines=tuple(own.values()), rank=rank, rule="node error", first_wins=False)
