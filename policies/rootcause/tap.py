"""How TAP (tape, node:test, mocha, perl, bats), node's spec reporter and ava state failing tests."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line

RANK = 81
LOOK_AHEAD = 40

_NOT_OK = expression(r"^(?P<pad>\s{0,40})not ok(?: \d{1,9})?(?: -)?(?P<name> \S.{0,400})?$")
_NEXT = expression(r"^\s{0,40}(?:not )?ok\b|^\s{0,40}\d+\.\.\d+$|^# (?:Subtest|tests) ")
_SKIPPED = expression(r"# (?:TODO|SKIP)\b", re.I)
_PARENT = expression(r"failureType: '?subtestsFailed|error: '?\d{1,9} subtests? failed")
_ERROR = expression(r"^\s{0,60}(?:error|message): [\"']?(?P<said>.{1,2000}?)[\"']?$")
_BLOCK = expression(r"^\s{0,60}(?:error|message): [|>][-+]?$")
_VALUE = expression(
    r"^\s{0,60}(?P<name>expected|actual|found|wanted|got): {1,20}(?P<said>\S.{0,500})$"
)
_PERL = expression(
    r"^\s{0,40}#\s{1,12}(?P<said>(?:Failed test|got:|expected:|Looks like you|`|\(in test "
    r"file|in test file).{0,500})$"
)
_ALARM = expression(
    r"^\s{0,40}#\s{1,12}(?P<said>(?=.{0,200}(?:Sanitizer: |Assertion (?:[`']|failed)|rror: |panicked at ))"
    r"\S.{0,500})$"
)
"""What a test wrote of itself, as TAP's diagnostics."""
_TEST = expression(
    r"^# (?P<name>(?!tests|pass|fail|ok\b|random seed:|Subtest|suites|skipped|todo|cancelled|duration_ms"
    r"|Failed|Looks)\S.{0,200})$"
)
_SUBTEST = expression(r"^(?P<pad>\s{0,40})# Subtest: (?P<name>\S.{0,200})$")
_ALONE = -1
"""The depth of a title of tape's, which sets in nothing below it."""
_SPEC_AT = expression(r"^test at (?P<file>\S.{0,300}?):\d{1,9}:\d{1,9}$")
_SPEC = expression(r"^\s{0,40}✖ (?P<name>\S.{0,300}?) \([\d.]+m?s\)$")
_AVA = expression(
    r"^\s{2,4}[✘✖×] (?P<mark>\[fail\]: |\[uncaught exception\]: )?(?P<name>\S.{0,300})$"
)
_AVA_PLACE = expression(r"^\s{2}(?:file://)?(?P<file>[^\s:]{1,300}\.[cm]?[jt]sx?):\d{1,9}$")
_AVA_SAID = expression(
    r"^\s{2}(?P<said>\w{0,80}Error(?: \[\w{1,40}\])?: .{1,500}|Difference.{0,60}:|Value is "
    r"not .{0,200}|Test .{1,100}|Error thrown in test:|.{0,80}did not .{0,80})$"
)


_AVA_DIFF = expression(r"^\s{2}[-+] {1,20}\S")


def tap(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the innermost `not ok` lines, each with its error or the values compared."""
    titles: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        titles = _titles(titles, line.text)
        match = _NOT_OK.match(line.text)
        if not match or _SKIPPED.search(line.text):
            continue
        block = _block(lines, at)
        if not any(_PARENT.search(item.text) for item in block):
            said = _said(block)
            own = (match["name"] or "").strip()
            above = [title for depth, title in titles if depth < len(match["pad"])]
            name = " > ".join(part for part in (*above, own) if part)
            why = " ".join(item.text for item in said)
            yield failed_test(
                "tap",
                name,
                (*said[:1], stripped(line), *said[1:]),
                why=why,
                rank=RANK,
            )


def _titles(above: list[tuple[int, str]], text: str) -> list[tuple[int, str]]:
    """Give the titles below *text*, with their depths: among subtests a bare comment is a test's output."""
    if "# " not in text:
        return [] if text.startswith("TAP version ") else above
    if match := _SUBTEST.match(text):
        depth = len(match["pad"])
        return [*(one for one in above if _ALONE < one[0] < depth), (depth, match["name"])]
    match = _TEST.match(text)
    return [(_ALONE, match["name"])] if match and not (above and above[0][0] > _ALONE) else above


def node_spec(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what node's spec reporter lists below `failing tests:`; before that, as it goes."""
    start = next(
        (n for n, line in enumerate(lines) if line.text.strip() == "✖ failing tests:"), None
    )
    file = ""
    for at in range(start or 0, len(lines)):
        if place := _SPEC_AT.match(lines[at].text):
            file = place["file"]
        elif match := _SPEC.match(lines[at].text):
            said = [stripped(x) for x in lines[at + 1 : at + 3] if x.text.startswith("  ")][:1]
            if not said or (said[0].text.startswith("'") and "subtest" in said[0].text):
                continue
            name = match["name"]
            path = shlex.quote(file)
            command = f"node --test --test-name-pattern={shlex.quote(name)} {path}" if file else ""
            why = said[0].text.strip("'")
            yield failed_test(
                "node test",
                name,
                (*said, stripped(lines[at])),
                why=why,
                rank=RANK,
                where=file,
                replay=command,
            )
            file = ""


def ava(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield ava's failing tests with the first words of the section that tells of each."""
    sections = {}
    for at, line in enumerate(lines):
        if line.text.startswith("  ") and not line.text[2:3].isspace():
            sections[line.text.strip()] = at
    for line in lines:
        if not (match := _AVA.match(line.text)):
            continue
        name, place, said = _ava_section(lines, sections, match["name"])
        if not match["mark"] and not said:  # before version 5 it had no mark of its own
            continue
        command = f"npx ava {shlex.quote(place)} --match {shlex.quote(name)}" if place else ""
        why = " ".join(x.text for x in said) or match["name"].removeprefix(name).strip()
        shown = (*said, stripped(line))
        yield failed_test("ava", name, shown, why=why, rank=RANK, where=place, replay=command)


def _ava_section(
    lines: Sequence[Line], sections: dict[str, int], told: str
) -> tuple[str, str, list[Line]]:
    """Give a test's name, file and reason; the list may add the error's words to the name."""
    name = told
    while name not in sections and " " in name:
        name = name.rpartition(" ")[0]
    at = sections.get(name)
    if at is None:
        return told, "", []
    after = lines[at + 1 : at + LOOK_AHEAD]
    place = next((match["file"] for x in after if (match := _AVA_PLACE.match(x.text))), "")
    errors = [Line(x.number, m["said"]) for x in after if (m := _AVA_SAID.match(x.text))]
    typed = [line for line in errors if "Error: " in line.text]
    if typed or not errors:
        return name, place, typed[:1]
    values = [stripped(x) for x in after if _AVA_DIFF.match(x.text)]
    return name, place, [*errors[:1], *values[:2]]


def _block(lines: Sequence[Line], at: int) -> Sequence[Line]:
    for here in range(at + 1, min(at + LOOK_AHEAD, len(lines))):
        if _NEXT.match(lines[here].text):
            return lines[at + 1 : here]
    return lines[at + 1 : at + LOOK_AHEAD]


def _said(block: Sequence[Line]) -> list[Line]:
    values = [stripped(item) for item in block if _VALUE.match(item.text)][:2]
    for at, item in enumerate(block):
        if _BLOCK.match(item.text):
            return announced(block[at + 1 : at + 6])
        if match := _ERROR.match(item.text):
            return [Line(item.number, match["said"]), *values]
    perl = [Line(n, m["said"]) for n, text in block if (m := _PERL.match(text))]
    if values or perl:
        return values or perl[:3]
    if told := [Line(n, m["said"]) for n, text in block if (m := _ALARM.match(text))]:
        return told[:1]
    return [stripped(x) for x in block[:1] if x.text.startswith("  ") and x.text.strip() != "---"]
