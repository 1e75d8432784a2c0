"""Why the small program did not compile with which CMake tries each compiler ("is not able to compile a
simple test program"): the output follows in the same error, with the words of a linker or a compiler."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.wrapping import is_wrapper

_BROKEN = expression(r"is not able to compile a simple test program")
_OUTPUT = expression(r"^It fails with the following output:")
_SAYS_WHY = expression(
    r"\b(?:fatal )?error\b(?! generated)|\bcannot (?:find|open|execute|specify)\b|\bnot found\b"
    r"|\bundefined (?:reference|symbol)|No such file or directory|unrecogni[sz]ed|unsupported"
    r"|unknown argument",
    re.IGNORECASE,
)
_ABSENT = expression(r"\bcannot find\b|\bnot found\b|No such file or directory")
_COMMANDS = ("Run Build Command", "FAILED: ", "Change Dir: ")


def compiler_said(block: Sequence[Line]) -> Finding | None:
    """Give what the compiler printed in this error of CMake's; None where it is another error."""
    at = next((n for n, line in enumerate(block) if _OUTPUT.match(line.text)), 0)
    if not _BROKEN.search(" ".join(line.text for line in block[:at])):
        return None
    said = next((line for line in block[at + 1 :] if _tells(line)), None)
    return said and Finding(
        lines=(said,), rank=79, rule="cmake", failure_class=_class_of(said.text)
    )


def _tells(line: Line) -> bool:
    is_command = line.text.startswith(_COMMANDS)
    return (
        not is_command and bool(_SAYS_WHY.search(line.text)) and not is_wrapper(line.text.lower())
    )


def _class_of(said: str) -> C:
    return C.MISSING_DEPENDENCY if _ABSENT.search(said) else C.COMPILE_ERROR
