"""The reason that Maven prints on the lines below "Failed to execute goal", and below an enforcer's rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.rootcause.finding import Line

MESSAGE_LINES = 25
"""Lines of one message that are read."""

_MARK = expression(r"^\[ERROR\]\s?")
HELP = expression(r"(?:(?<!\s)\s+)?-> \[Help \d+\].*$")
"""Where a message of Maven names the page that explains it."""
_LAST = expression(
    r"-> \[Help \d+\]|^\[ERROR\] (?:To see the full|Re-run Maven|For more information)"
)
_LEAVES_OPEN = expression(r"(?::|\bExit code: \d+)\s*$|^\s*$")
_SAYS_NOTHING = expression(
    r"^\s*(?:$|-{3,}|at [\w.$/@<>-]+ ?\(|\.\.\. \d+ more|Exit code: \d+\s*$|(?:Please )?[Rr]efer to\b|See \S"
    r"|Command line was|Provider message:|Command output:|The git-\w+ command failed|\^|@@|\[?\s*$"
    r"|There was an error in the forked process|(?:\w+\.){2,12}\w+(?:Exception|Error):?\s*$"
    r"|Run 'mvn|Caused by:\s*$)"
    r"|There was an error in the forked process$"
)
_FORK = expression(
    r"^(?:ExecutionException )?(?:There was an error in the forked process"
    r"|Error occurred in starting fork\b|The forked VM terminated\b)"
)
_IN_FILE = expression(r"\.(?:java|kt|scala|groovy)\b")
"""The compiler's own complaints are read where it printed them."""
_CRASHED = "[ERROR] Crashed tests:"
_CLASS = expression(r"^\[ERROR\] (?:\w{1,100}\.){0,12}[A-Z][\w$]{0,200}$")
_CODE = expression(r"^\s*Exit code: \d+ - ")
_ENFORCES = expression(r"^\s*(?:Failed while enforcing|\W*$|.{0,200}\[$)")


def leaves_open(said: str) -> bool:
    """Say whether the first line of a goal's message only announces what stands below it."""
    return _LEAVES_OPEN.search(said) is not None


def goes_on(said: str, lines: Sequence[Line], at: int) -> bool:
    """Say whether a problem that only announces its reason goes on below the line at *at*."""
    return leaves_open(said) and any(_MARK.match(line.text) for line in lines[at + 1 : at + 2])


def reason_below(lines: Sequence[Line], at: int) -> Line | None:
    """Give the first line of the message that goes on below the goal at *at*, and says something."""
    if _LAST.search(lines[at].text):
        return None
    for line in _message(lines[at + 1 : at + 1 + MESSAGE_LINES]):
        if not _SAYS_NOTHING.search(line.text):
            return Line(line.number, _CODE.sub("", line.text).strip())
    return None


def plugin_says(lines: Sequence[Line], at: int, said: str) -> Line | None:
    """Give what a plugin says below the goal at *at*, of which *said* only tells that it failed."""
    if said != "Compilation failure":
        return fork_says(lines, at)
    below = reason_below(lines, at)
    return below if below and not _IN_FILE.search(below.text) else None


def fork_says(lines: Sequence[Line], at: int) -> Line | None:
    """Give what Surefire says of the process in which the tests ran, below the goal at *at*."""
    marked = [
        Line(line.number, line.text[mark.end() :])
        for line in lines[at + 1 : at + 1 + MESSAGE_LINES]
        if (mark := _MARK.match(line.text))
    ]
    for place, line in enumerate(marked):
        if _FORK.match(line.text):
            more = next((one for one in marked[place + 1 : place + 2] if _is_told(one)), None)
            return more if more and line.text.endswith("forked process") else line
    return None


def crashed_tests(lines: Sequence[Line], at: int) -> list[Line]:
    """Give the test classes that Surefire says ran in a process which died, below the goal at *at*."""
    below = lines[at + 1 : at + 1 + MESSAGE_LINES]
    head = next((n for n, line in enumerate(below) if line.text == _CRASHED), None)
    named = below[head + 1 :] if head is not None else ()
    told = takewhile(lambda line: _CLASS.match(line.text), named)
    return [Line(line.number, _MARK.sub("", line.text)) for line in told]


def _is_told(line: Line) -> bool:
    return line.text.strip() != "null" and not _SAYS_NOTHING.search(line.text)


def rule_says(below: Sequence[Line]) -> Line | None:
    """Give what an enforcer's rule found, of the lines *below* its name."""
    said = next((one for one in below if not _ENFORCES.match(one.text)), None)
    return Line(said.number, said.text.strip()) if said else None


def _message(below: Sequence[Line]) -> Iterator[Line]:
    for line in below:
        marked = _MARK.match(line.text)
        is_last = _LAST.search(line.text) is not None
        if is_last and not marked:
            return
        if is_last and line.text.startswith(
            ("[ERROR] To see", "[ERROR] Re-run", "[ERROR] For more")
        ):
            return
        yield Line(line.number, HELP.sub("", line.text[marked.end() :] if marked else line.text))
        if is_last:
            return
