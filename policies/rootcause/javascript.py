"""How JavaScript's runtime and test runners state a cause: node, jest, vitest, mocha, node:test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line

LOOK_AHEAD = 30
"""Lines read after a failing test's name, and after an error's line."""

_FRAME = re.compile(r"^\s+at (?:async )?(?:\S.{0,200}\(|file:|node:|/|[A-Z]:\\|\S+:\d+:\d+)")
_ERROR = re.compile(
    r"^(?:Uncaught |\[cause\]: |[✖×] )?\w{0,60}(?:Error|Exception)(?: \[\w{1,60}\])?(?:: |$)"
)
_CAUSE = re.compile(r"^\s*\[cause\]: ")
_CODE = re.compile(r"^\s*(?:code|errno): '?(E[A-Z_]+)'?,?$")
_JEST = re.compile(r"^\s{1,4}● (?P<name>\S.{0,300})$")
_VITEST = re.compile(r"^\s{0,3}FAIL\s+(?P<name>\S.{0,200} > .{1,200})$")
_MOCHA = re.compile(r"^\s{1,6}\d{1,4}\) (?P<name>\S.{0,200})$")
_TAP = re.compile(r"^\s*not ok \d+ (?:- )?(?P<name>.{1,200})$")
_SAID = re.compile(r"^(?:Expected|Received|expected|received)\b.{0,20}:")
_EXPECT = re.compile(r"^(?:expect\(|assert|\w{0,40}Error\b|thrown:|Timeout|Error:)", re.I)
_SKIPPED = ("Console", "console.", "Test suite failed to run")


def node_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield uncaught errors: the line before a stack, or the innermost `[cause]` in it."""
    for at, line in enumerate(lines[:-1]):
        text = line.text.strip()
        if not _ERROR.match(text) or not _FRAME.match(lines[at + 1].text):
            continue
        after = lines[at + 1 : at + LOOK_AHEAD]
        causes = [Line(n, text.strip()) for n, text in after if _CAUSE.match(text)]
        codes = [Line(n, text.strip()) for n, text in after if _CODE.match(text)]
        best = causes[-1] if causes else Line(line.number, text)
        rest = (*codes[:1], *([Line(line.number, text)] if causes else ()))
        yield Finding(lines=(best, *rest), rank=65, rule="node error", first_wins=False)


def js_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of jest, vitest, mocha and TAP, each with what it said."""
    for at, line in enumerate(lines):
        match = (
            _JEST.match(line.text)
            or _VITEST.match(line.text)
            or _TAP.match(line.text)
            or _MOCHA.match(line.text)
        )
        if not match or match["name"].startswith(_SKIPPED) or "# TODO" in match["name"]:
            continue
        said = _said(lines[at + 1 : at + LOOK_AHEAD])
        if said or not _MOCHA.match(line.text):
            yield _test(line, match["name"], said)


def _said(after: Sequence[Line]) -> list[Line]:
    said: list[Line] = []
    for line in after:
        text = line.text.strip()
        if _JEST.match(line.text) or _MOCHA.match(line.text) or _VITEST.match(line.text):
            break
        if (not said and _EXPECT.match(text)) or (said and _SAID.match(text) and len(said) < 3):
            said.append(Line(line.number, text))
    return said


def _test(line: Line, name: str, said: Sequence[Line]) -> Finding:
    why = f": {said[0].text}" if said else ""
    return Finding(
        lines=(Line(line.number, line.text.strip()), *said),
        rank=74 if said else 66,
        rule="javascript test",
        failure_class=FailureClass.TEST_FAILURE,
        summary=f"{name.strip()}{why}",
        identity=name.strip(),
    )
