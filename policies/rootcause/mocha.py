"""How mocha (and cypress, which prints the same), karma and jasmine state failing tests."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line

RANK = 81
NAME_LINES = 12
LOOK_AHEAD = 40

_FAILING = expression(r"^\s{1,4}\d{1,6} failing$")
_ITEM = expression(r"^\s{1,6}(?P<n>\d{1,6})\) (?P<name>\S.{0,300})$")
_NESTED = expression(r"^\s{6,60}\S")
_SPEC = expression(r"^\s{1,8}Running:\s{1,4}(?P<file>\S{1,300})")
_STACK = expression(r"^\s{1,40}at \S|^\s{1,10}[-+] (?:expected|actual)")
_KARMA = expression(
    r"^(?:Chrome|Firefox|Safari|Edge|PhantomJS|HeadlessChrome|ChromeHeadless|FirefoxHeadless"
    r"|Electron)[\w .()/,]{0,80}?\) (?P<name>\S.{0,300}) FAILED$"
)
_COUNTED = expression(r"^(?:Executed \d+ of)")
_JASMINE = expression(r"^\s{2}Message:$")
_JASMINE_NAME = expression(r"^\d{1,6}\) (?P<name>\S.{0,300})$")


def mocha(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the tests of mocha's last list; the numbers that stand earlier only point to it."""
    inside, spec = False, ""
    for at, line in enumerate(lines):
        if _FAILING.match(line.text):
            inside = True
        elif found := _SPEC.match(line.text):
            inside, spec = False, found["file"]
        elif inside and (match := _ITEM.match(line.text)):
            yield _item(line, match["name"], lines[at + 1 : at + LOOK_AHEAD], spec)


def browsers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of karma and of jasmine's own runner."""
    for at, line in enumerate(lines):
        if (match := _KARMA.match(line.text)) and not _COUNTED.match(match["name"]):
            said = next((stripped(x) for x in lines[at + 1 : at + 4] if x.text.strip()), None)
            yield _plain(line, match["name"], said)
        elif (
            _JASMINE.match(line.text)
            and 0 < at < len(lines) - 1
            and (name := _JASMINE_NAME.match(lines[at - 1].text))
        ):
            yield _plain(lines[at - 1], name["name"], stripped(lines[at + 1]))


def _plain(line: Line, name: str, said: Line | None) -> Finding:
    shown = (said, stripped(line)) if said else (stripped(line),)
    return failed_test("karma", name, shown, why=said.text if said else "", rank=RANK)


def _item(line: Line, first: str, after: Sequence[Line], spec: str) -> Finding:
    parts, rest = [first], list(after)
    if not first.endswith(":"):
        while rest and len(parts) < NAME_LINES and _NESTED.match(rest[0].text):
            parts.append(rest.pop(0).text.strip())
            if parts[-1].endswith(":"):
                break
    name = " ".join(parts).removesuffix(":")
    said = _said(rest)
    why = " ".join(item.text for item in said)
    command = f"npx mocha --grep {shlex.quote(name)}" if not spec else ""
    return failed_test(
        "mocha", name, (*said, stripped(line)), why=why, rank=RANK, where=spec, replay=command
    )


def _said(after: Sequence[Line]) -> list[Line]:
    """Give the error, and where it ends with a colon the values below it."""
    return announced(takewhile(_is_within, after))


def _is_within(line: Line) -> bool:
    return not (_ITEM.match(line.text) or _STACK.match(line.text))
