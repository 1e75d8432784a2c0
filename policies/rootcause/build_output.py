"""What a program that was run by another said last: the cause inside pip's, uv's and npm's build failures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import Line
from policies.rootcause.python import tracebacks

_COMPILER = expression(
    r"^(?:[A-Za-z]:)?[^\s:()]{1,300}(?::\d{1,9}){1,2}: (?:fatal )?error: |^error(?:\[E\d{4}\])"
    r"?: (?!command|could not compile|subprocess|aborting)"
    r"|^\S{1,300}\(\d{1,9}\) ?: (?:fatal )?error C\d{3,5}: |^ld(?:\.\w+)?: |undefined reference to "
    r"|^CMake Error\b"
)
_CMAKE = expression(r"^CMake Error at .{1,400}:$")
_SAID = expression(
    r"^(?:error|fatal|err!|gyp err! (?:stack )?(?:error|find|not ok|build error))\b|\b(?:not "
    r"found|no such file|must be|is required|requires|cannot|unable|could not|please)\b",
    re.I,
)
_WRAPPER = expression(
    r"^error: (?:command\b(?! '[^']{1,300}' failed: \S)|subprocess\b|failed building\b)|^[\W_]+$"
    r"|^\[?end of output|^note: |^hint: |^(?:ninja|make)\b"
    r"|^gyp ERR! (?:stack )?(?:at |not ok|build error)|^Building wheel"
    r"|^running |^copying |^creating |^\d+$",
    re.I,
)
_ADVICE = expression(r"^(?:https?://|<https?://|[-*'\"(a-z])")
_STEP = expression(r"^(?:writing|reading|adding|byte-compiling|package init file) |Warning: ")
_MISSING = expression(
    r"^error: command '[^']{1,300}' failed: No such file"
    r"|\b(?:ModuleNotFoundError|ImportError|No module named)\b|command not found|: not found"
    r"|No such file or directory: '(?!/)|fatal error: \S{1,200}\.h\w{0,2}: No such file"
)
_OTHERS = expression(
    r"No space left|\bENOSPC\b|Connection|Temporary failure|\bECONN|\bETIMEDOUT|\bENOTFOUND"
    r"|\bMemoryError|Killed|HTTP Error|Max retries|Permission denied"
)


def cause_in(output: Sequence[Line]) -> Line | None:
    """Give the line of *output* that says why it failed, without its indentation; None if it is empty."""
    inner = dedented(output)
    compiled = [line for line in inner if _COMPILER.search(line.text)]
    if compiled:
        return _below(inner, compiled[0])
    raised = [found for found in tracebacks(inner) if found.rank > 30]
    if raised:
        return raised[-1].lines[0]
    filled = [Line(line.number, line.text.strip()) for line in inner if line.text.strip()]
    plain = [line for line in filled if not _WRAPPER.match(line.text)]
    said = [line for line in plain if _SAID.search(line.text)]
    if said:
        return said[-1]
    return _told(plain) if plain else None


def _told(plain: Sequence[Line]) -> Line:
    """Give the last line; where that is but advice, the first after what setuptools tells of its steps."""
    last = plain[-1]
    if _ADVICE.match(last.text):
        steps = [n for n, line in enumerate(plain) if _STEP.search(line.text)]
        last = plain[steps[-1] + 1 if steps else 0]
    return last


def _below(inner: Sequence[Line], said: Line) -> Line:
    """CMake names the place on one line and the reason on the next."""
    if not _CMAKE.match(said.text):
        return said
    after = (line for line in inner if line.number > said.number and line.text.strip())
    found = next(after, said)
    return Line(found.number, found.text.strip())


def class_of_output(said: str) -> FailureClass | None:
    """Give the class of a build that ended with *said*; None: whoever knows the words decides."""
    if _OTHERS.search(said):
        return None
    return FailureClass.MISSING_DEPENDENCY if _MISSING.search(said) else FailureClass.COMPILE_ERROR


def dedented(output: Sequence[Line]) -> list[Line]:
    """Give *output* without the white space that all its lines begin with."""
    filled = [line.text for line in output if line.text.strip()]
    width = min((len(text) - len(text.lstrip()) for text in filled), default=0)
    return [Line(line.number, line.text[width:]) for line in output]
