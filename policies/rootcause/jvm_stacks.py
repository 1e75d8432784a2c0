"""An exception's stack in the JVM's layout: where it ends, and the reasons it gives on the way."""

from __future__ import annotations

from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line

STACK_LIMIT = 300
"""Lines of one stack that are read for its innermost cause."""

BESIDE = 2
"""Lines that another process, whose log is shown with this one's, may print into a stack."""

TOOL = expression(
    r"^\s*\[(?:javac|junit|error|ERROR|groovyc|scalac|kotlinc|exec|java)\] ?"
    r"|^(?:\[ant:\w{1,20}\] (?:\[(?:ERROR|WARN|error|warn)\] )?)"
)
"""Who relays a line of the JVM: Ant's tasks, Maven."""
THROWN = expression(
    r"^(?:Exception in thread \"(?P<thread>[^\"]{1,100})\" |Caused by: "
    r"|\w{0,20}[Uu]ncaught (?:exception|error)[^:]{0,40}: )?"
    r"(?P<type>(?:[a-z_][\w]*\.){1,12}(?!\w+Tests?$)[A-Z][\w$]*)(?:: (?P<said>.*))?$"
)
FRAME = expression(r"^\s*(?:at [\w.$/@<>-]{1,300} ?\(|\.{3} \d+ (?:more|common frames))")
_CAUSED = expression(r"^\s*Caused by: ")


def stack(lines: Sequence[Line], at: int) -> tuple[int, list[Line]]:
    """Give where the stack ends, and its `Caused by` lines."""
    causes: list[Line] = []
    end = min(at + STACK_LIMIT, len(lines))
    for here in range(at, end):
        text = TOOL.sub("", lines[here].text)
        if _CAUSED.match(text):
            causes.append(Line(lines[here].number, text.strip()))
        elif _is_of_stack(text) or not text.strip():
            continue
        elif not _goes_on(lines[here : here + BESIDE + 1]):
            return here, causes
    return end, causes


def _is_of_stack(text: str) -> bool:
    return FRAME.match(text) is not None or text.startswith(("\t", "  "))


def _goes_on(lines: Sequence[Line]) -> bool:
    """Say whether the stack goes on below what another process printed into it, in the same log."""
    for line in lines:
        text = TOOL.sub("", line.text)
        if FRAME.match(text) or _CAUSED.match(text):
            return True
        if THROWN.match(text.strip()):
            return False
    return False
