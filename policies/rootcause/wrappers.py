"""What a wrapper tells where nothing below it says why: the exit code of a death, the name of what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_harmless
from policies.rootcause.scan import holding, stripped
from policies.rootcause.wrapping import is_wrapper

DIED, NAMED, SPOKEN = 48, 16, 22
"""Rank of a death that the shell reports as 128 + signal, of a bare name, of what stands right above one."""

_CODE = expression(
    r"(?:\bexit(?:ed)?(?: with)?(?: a)?(?: non-zero)?(?: exit)?(?: code| status| value)?:?|\bError"
    r"|\bnon-zero (?:exit )?(?:code|value):?"
    # bitbake's, as Python shows it: the script, how it ended
    r"|\bExecutionError\('[^']{1,400}',) \(?(?P<code>124|13[479]|143)\b"
)
_SIGNALLED = expression(
    # Python's subprocess and torch: minus the signal; Julia, Swift, Python's CalledProcessError: by name
    r"\b(?:exit(?:ed)?(?: with)?(?: code| status)|exit_?code|return_?code)[:= ]{1,3}-(?P<minus>[4-9]|11)\b"
    r"|\bProcessSignaled\((?P<julia>[4-9]|11)\)|\bdied with <Signals\.SIG[A-Z]{2,6}: (?P<python>[4-9]|11)>"
    r"|\b(?:due to|killed by|terminated by|exited (?:with|on)) (?:unexpected )?signal(?: code)? "
    r"(?P<swift>[4-9]|11)\b"
)
"""A death told by the signal itself: no code below 4 is one of a crash, and many programs end with -1."""
_KILLED = "9"
_CLASSES = {
    "124": C.TIMEOUT,
    "134": C.SIGNAL_CRASH,
    "137": C.OUT_OF_MEMORY,
    "139": C.SIGNAL_CRASH,
    "143": C.SIGNAL_CRASH,
}
"""128 + signal (6 abort, 9 kill, 11 segmentation fault, 15 terminate); 124 is timeout(1)'s."""
_NAMES = expression(
    r"g?make(?:\[\d+\])?: \*\*\* \[|error: Recipe `|The command \".{1,300}\" exited with [1-9]"
    r"|\*\*\* Error code [1-9]|FAILED: \S|npm (?:ERR!|error) Lifecycle script|.{0,200}ELIFECYCLE"
    r"|(?:.{0,100}: )?executor failed running \[|(?:.{0,100}: )?process \".{1,1000}\" did not complete"
)

_SAYS = expression(r"^[\w./+-]{1,300}(?::\d{1,7}){0,2}: [A-Za-z`'\"][^:]{1,60}(?: |$)")
"""GNU coding standards, "Formatting Error Messages": `program: message`, `file:line: message`."""
_WORDS = (
    " 1", " (1", "make", "*** Error code ", "error: Recipe `", "The command ", "FAILED: ", "Lifecycle script",
    "ELIFECYCLE", "executor failed", "did not complete", "code -", "code: -", "status -", "code=-",
    "Signal", "signal ",
)  # fmt: skip
"""One of them stands in every such line; all codes begin with 1, or with the sign of a signal."""


def by_wrapper(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the lines that only say how or that a named thing ended: where that is all there is."""
    for at, line in holding(lines, *_WORDS):
        text = line.text.strip()
        match = _CODE.search(text[:500]) if " 1" in text or " (1" in text else None
        if match:
            yield _finding(line, DIED, _CLASSES[match["code"]], f"exit {match['code']}")
        elif signalled := _SIGNALLED.search(text[:1_000]):
            number = signalled[signalled.lastgroup or 0]
            found = C.OUT_OF_MEMORY if number == _KILLED else C.SIGNAL_CRASH
            yield _finding(line, DIED, found, f"signal {number}")
        elif _NAMES.match(text):
            yield _finding(line, NAMED, None, "")
            yield from _spoken(lines, at)


def _spoken(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    """Yield the line above where a program speaks there as programs do: its name, a colon, a message."""
    above = lines[at - 1] if at else None
    if above is not None and _SAYS.match(above.text) and not _is_idle(above.text.strip().lower()):
        yield Finding(lines=(stripped(above),), rank=SPOKEN, rule="last words")


def _is_idle(lowered: str) -> bool:
    return is_wrapper(lowered) or is_harmless(lowered)


def _finding(line: Line, rank: int, found: C | None, identity: str) -> Finding:
    return Finding(
        lines=(stripped(line),), rank=rank, rule="wrapper", failure_class=found, identity=identity
    )
