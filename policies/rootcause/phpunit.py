"""How phpunit and pest state failing tests."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.finding import Finding, Line

RANK = 81
LOOK_AHEAD = 60

_SECTION = expression(
    r"^There (?:was|were) \d{1,9} (?P<kind>failure|error|risky|warning|skipped|incomplete"
    r"|notice|deprecation|PHPUnit|PHP|test runner|issue)"
)
_ITEM = expression(r"^\d{1,6}\) (?![^:(\s]{1,200}\([\w.$]{1,300}\))(?P<name>\S.{0,400})$")
"""JUnit's text runner counts alike, but names the method first, and its class in brackets."""
_CASE = expression(r"^(?P<test>[\w\\]{1,300}::\w{1,200})")
_CAUSED = expression(r"^Caused by$")
_FAILED_THAT = "Failed asserting that"
_END = expression(r"^(?:--|FAILURES!|ERRORS!|Tests: \d)")
_TESTDOX = expression(
    # docker compose marks so what it could not start
    r"^ ✘ (?!(?:(?:Container|Network|Volume|Image) )?\S{1,100}\s{1,60}(?:Error|Interrupted)\b)"
    r"(?P<name>\S.{0,300})$"
)
_TESTDOX_SAID = expression(r"^\s{3}[│┐├┊╵|]\s{1,4}(?P<said>\S.{0,500})$")
_PEST = expression(
    r"^\s{1,4}FAILED\s{1,4}(?P<name>(?P<case>[\w\\]{1,300}) > (?P<test>\S.{0,300}?))"
    r"(?:\s{2,80}(?P<type>[\w\\]{1,100}))?$"
)


def phpunit(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the tests of phpunit's sections of errors and failures, with what each said."""
    kind, found = "", False
    for at, line in enumerate(lines):
        if section := _SECTION.match(line.text):
            kind = section["kind"]
        elif kind in ("failure", "error") and (match := _ITEM.match(line.text)):
            found = True
            yield _item(line, match["name"], lines[at + 1 : at + LOOK_AHEAD])
        elif _END.match(line.text) and not line.text.startswith("--"):
            kind = ""
    if not found:
        yield from _testdox(lines)


def pest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield pest's failing tests, each with the line below its name."""
    for at, line in enumerate(lines):
        match = _PEST.match(line.text)
        if not match:
            continue
        said = next((stripped(x) for x in lines[at + 1 : at + 5] if x.text.strip()), None)
        kind = f"{match['type'].rpartition(chr(92))[2]}: " if match["type"] else ""
        why = f"{kind}{said.text}" if said else ""
        command = f"vendor/bin/pest --filter {shlex.quote(match['test'])}"
        shown = (*([said] if said else ()), stripped(line))
        yield failed_test("pest", match["name"], shown, why=why, rank=RANK, replay=command)


def _item(line: Line, name: str, after: Sequence[Line]) -> Finding:
    said, caused = list[Line](), list[Line]()
    for n, item in enumerate(after):
        if _ITEM.match(item.text) or _END.match(item.text):
            break
        if _CAUSED.match(item.text) and n + 1 < len(after):
            caused = [stripped(after[n + 1])]
        elif (
            item.text.strip()
            and not caused
            and len(said) < 2
            and (not said or item.text.startswith(_FAILED_THAT))
        ):
            said.append(stripped(item))
    shown = (*caused, *said, line)
    why = " ".join(item.text for item in (*said, *caused))
    case = _CASE.match(name)
    test = case["test"].rpartition("\\")[2] if case else ""
    command = f"vendor/bin/phpunit --filter {shlex.quote(test)}" if test else ""
    return failed_test("phpunit", name, shown, why=why, rank=RANK, replay=command)


def _testdox(lines: Sequence[Line]) -> Iterator[Finding]:
    if not any(_TESTDOX_SAID.match(line.text) for line in lines):
        return  # another program's crosses
    for at, line in enumerate(lines):
        if match := _TESTDOX.match(line.text):
            said = [
                Line(n, m["said"])
                for n, text in lines[at + 1 : at + 6]
                if (m := _TESTDOX_SAID.match(text))
            ]
            why = said[0].text if said else ""
            yield failed_test(
                "phpunit", match["name"], (*said[:1], stripped(line)), why=why, rank=RANK - 2
            )
