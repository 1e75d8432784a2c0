"""How unittest and doctest state failing tests (Django's, nose2's and trial's runners print the same)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.rootcause.cases import failed_test, in_any_order, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.python import TRACE_LIMIT_LINES, tracebacks
from policies.rootcause.scan import holding

RANK = 81
_DOC_LINES = 4
"""A test's doc string may stand between its name and the rule."""

_HEAD = expression(
    r"^(?P<kind>FAIL|ERROR|UNEXPECTED SUCCESS): (?!\S+ - \S+:\d+:\d+ - )(?P<name>\S.{0,400})$"
)
_CASE = expression(r"^(?P<test>\w{1,200}) \((?P<where>[\w.]{1,300})\)(?P<sub> .{1,300})?$")
_ABOVE, _BELOW = expression(r"^={20,}$"), expression(r"^-{20,}$")
"""What unittest draws around a name; other tools frame their errors with one kind of rule only."""
_STARS = expression(r"^\*{20,}$")
_EXAMPLE = expression(r'^File "(?P<file>[^"]{1,400})", line \d{1,9}, in (?P<name>\S{1,200})$')
_UNPICKLED = "Unfortunately, "
_UNPICKLED_LINE = expression(
    r"^Unfortunately, (?:tracebacks|the exception it raised) cannot be pickled, making it impossible"
)
_UNPICKLED_HEAD = expression(r"^(?P<name>\S.{0,400}) failed:$")
_REPR = expression(r"^\s{1,8}(?P<type>[A-Za-z_]\w{0,100})\((?P<said>.{0,1000}?),?\)$")
_HEAD_LINES = 6
_DJANGO = ("test database for alias", "System check identified")


def unittest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of a unittest run, each with the exception it raised."""
    is_django = any(True for _ in holding(lines, *_DJANGO))
    for at, line in holding(lines, "FAIL: ", "ERROR: ", "UNEXPECTED SUCCESS: "):
        match = _HEAD.match(line.text)
        if not match or not _is_head(lines, at):
            continue
        raised = next(tracebacks(_block(lines, at)), None)
        shown = (*raised.lines[:1], line) if raised else (line,)
        why = raised.words() if raised else ""
        name = match["name"]
        command = _command(name, is_django=is_django)
        said = f"{match['kind']}: {name}"
        found = failed_test("unittest", said, shown, why=why, rank=RANK, replay=command)
        yield replace(found, identity=found.identity.replace(name, _case(name)))


def unpickled(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what failed in a worker of Django's parallel runner that could not hand it over.

    The runner breaks off with an error of its own; which worker was first is another one every night.
    """
    found = list[Finding]()
    for at, line in holding(lines, _UNPICKLED):
        above = [one for one in lines[max(0, at - _HEAD_LINES) : at] if one.text.strip()][-2:]
        head = _UNPICKLED_HEAD.match(above[0].text) if len(above) > 1 else None
        if head and _UNPICKLED_LINE.match(line.text):
            found.append(_of_worker(head["name"], above[0], above[1]))
    yield from in_any_order(found)


def _of_worker(name: str, head: Line, raised: Line) -> Finding:
    match = _REPR.match(raised.text)
    why = f"{match['type']}: {match['said']}" if match else raised.text.strip()
    said = f"{'FAIL' if why.startswith('AssertionError') else 'ERROR'}: {_case(name)}"
    shown, command = (stripped(raised), head), _command(name, is_django=True)
    return failed_test("unittest", said, shown, why=why, rank=RANK, replay=command)


def doctests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the examples that doctest found wrong: what was run, expected and got."""
    for at, line in enumerate(lines[:-1]):
        match = _EXAMPLE.match(lines[at + 1].text) if _STARS.match(line.text) else None
        if not match:
            continue
        block = lines[at + 2 : at + 60]
        example, expected, got = (
            _below(block, *heads)
            for heads in (("Failed example:",), ("Expected:",), ("Got:", "Exception raised:"))
        )
        if example is None:
            continue
        raised = next(tracebacks(block[: _end(block)]), None)
        last = raised.lines[0] if raised else got
        shown = tuple(item for item in (lines[at + 1], example, expected, last) if item)
        why = ", ".join(item.text.strip() for item in (example, last) if item)
        yield failed_test("doctest", match["name"], shown, why=why, rank=RANK, where=match["file"])


def _is_head(lines: Sequence[Line], at: int) -> bool:
    above = at > 0 and _ABOVE.match(lines[at - 1].text) is not None
    below = any(_BELOW.match(line.text) for line in lines[at + 1 : at + 2 + _DOC_LINES])
    return (above and (below or at + 1 >= len(lines))) or (below and not above and at == 0)


def _block(lines: Sequence[Line], at: int) -> Sequence[Line]:
    for here in range(at + 1, min(at + TRACE_LIMIT_LINES, len(lines))):
        if lines[here].text.startswith("=" * 20):
            return lines[at + 1 : here]
    return lines[at + 1 : at + TRACE_LIMIT_LINES]


def _case(name: str) -> str:
    """Give *name* as Python before 3.11 prints it: later ones repeat the test behind its class."""
    match = _CASE.match(name)
    if not match:
        return name
    where = match["where"].removesuffix(f".{match['test']}")
    return f"{match['test']} ({where}){match['sub'] or ''}"


def _command(name: str, *, is_django: bool) -> str:
    match = _CASE.match(name)
    if not match or match["where"].startswith("unittest."):
        return ""
    where, test = match["where"], match["test"]
    if test in ("setUpClass", "tearDownClass", "setUpModule"):
        path = where
    else:
        path = where if where.endswith(f".{test}") else f"{where}.{test}"
    runner = "python manage.py test" if is_django else "python -m unittest"
    return f"{runner} {shlex.quote(path)}"


def _below(block: Sequence[Line], *heads: str) -> Line | None:
    end = _end(block)
    at = next((n for n, line in enumerate(block[:end]) if line.text.strip() in heads), None)
    return block[at + 1] if at is not None and at + 1 < end else None


def _end(block: Sequence[Line]) -> int:
    return next((n for n, line in enumerate(block) if _STARS.match(line.text)), len(block))
