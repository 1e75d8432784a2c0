"""How Ruby's test runners state failing tests: rspec, minitest (also Rails'), test-unit."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching

RANK = 81
LOOK_AHEAD = 60

_ITEM = expression(r"^\s{2}\d{1,6}\) (?P<name>\S.{0,400})$")
_CODE = expression(r"^\s{0,12}(?:\d{1,6}\.\d{1,6}\) )?Failure/Error: (?P<code>.{0,500})$")
_PLACE = expression(r"^\s{0,12}# (?:\./|/|[\w.-]{1,100}/)\S{0,300}:\d+")
_TYPE = expression(r"^\s{0,12}(?P<type>[A-Z]\w{0,80}(?:::\w{1,80}){0,8}):$")
_CAUSED = expression(r"^\s{0,12}# --- Caused by: ---$")
_CAUSE_TYPE = expression(r"^\s{0,12}# {1,4}(?P<type>[A-Z]\w{0,80}(?:::\w{1,80}){0,8}):$")
_VALUES = expression(r"^\s{1,20}(?:got|expected)(?: \w{1,20})?:")
_RERUN = expression(r"^rspec ['\"]?(?P<place>\./\S{1,300}?)['\"]? # (?P<name>\S.{0,400})$")
_LOADING = expression(
    r"^An error occurred (?:while loading (?P<file>\S{1,300}?)\.?(?: - .{0,100})?|in (?:a|an)"
    r" `.{1,100}` hook\.?)$"
)
_MINITEST = expression(r"^\s{0,4}(?:\d{1,6}\) )?(?:Failure|Error):$")
_MINITEST_NAME = expression(
    r"^(?P<name>\w[\w:]{0,200}#\S{1,300}?)(?: \[(?P<place>[^\]]{1,300}):\d{1,9}\])?:$"
)
_DIFF_HEAD = expression(r"^(?:--- expected|\+\+\+ actual|@@ .{1,60} @@.{0,200})$")
"""A diff's heads, which are the same for all that differ."""
_RAILS = expression(r"^(?P<command>(?:bin/)?rails test) (?P<place>[^\s-]\S{0,300})$")
_TEST_UNIT = expression(r"^(?:Failure|Error): (?P<name>test\S{0,200} ?\(\w[\w:]{0,200}\)):?$")
_TEST_UNIT_SAID = expression(
    r"^<.{1,500}> (?:expected|was expected)|^\s{2}[A-Z]\w{0,80}Error: |^[A-Z]\w{0,80}Error: "
    r"|^.{1,200} expected but was"
)


def rspec(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield rspec's failures (not its pending ones) and files that did not load."""
    reruns = {
        m["name"]: f"rspec {shlex.quote(m['place'])}"
        for _, _, m in matching(lines, "rspec ", _RERUN)
    }
    prefix = "bundle exec " if any("bundle exec" in line.text for line in lines) else ""
    inside = False
    for at, line in enumerate(lines):
        after = lines[at + 1 : at + LOOK_AHEAD]
        if line.text in (
            "Failures:",
            "Pending: (Failures listed here are expected and do not affect your suite's status)",
        ):
            inside = line.text == "Failures:"
        elif match := _LOADING.match(line.text):
            yield _not_loaded(line, match["file"] or "", after)
        elif inside and (match := _ITEM.match(line.text)):
            command = reruns.get(match["name"], "")
            yield _failure(line, match["name"], after, f"{prefix}{command}" if command else "")


def minitest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failures and errors of minitest, Rails and test-unit."""
    for at, line in holding(lines, "Failure:", "Error:"):
        after = lines[at + 1 : at + 20]
        if not after:
            continue
        if _MINITEST.match(line.text) and (match := _MINITEST_NAME.match(after[0].text)):
            yield _minitest(match, after)
        elif match := _TEST_UNIT.match(line.text):
            said = [stripped(x) for x in after if _TEST_UNIT_SAID.match(x.text)][:1]
            why = said[0].text if said else ""
            yield failed_test(
                "test-unit", match["name"], (*said, stripped(line)), why=why, rank=RANK
            )


def _failure(line: Line, name: str, after: Sequence[Line], command: str) -> Finding:
    said = _said(after)
    why = " ".join(item.text for item in said)
    return failed_test("rspec", name, (*said, stripped(line)), why=why, rank=RANK, replay=command)


def _said(after: Sequence[Line]) -> list[Line]:
    """Give the exception's message or the values compared; of a cause below it that one."""
    block = _block(after)
    start = next((n for n, x in enumerate(block) if _CODE.match(x.text)), -1)
    message = list[Line]()
    for n, item in enumerate(block[start + 1 :], start + 1):
        if _PLACE.match(item.text):
            break
        is_type = not any(_VALUES.match(f" {one.text}") for one in message)  # below them is output
        if is_type and (match := _TYPE.match(item.text)):
            return [*_caused(block), *_typed(match["type"], block[n + 1 :])][:2]
        if (
            item.text.strip()
            and len(message) < 2
            and (n == start + 1 or not message or _VALUES.match(item.text))
        ):
            message.append(stripped(item))
    return message


def _block(after: Sequence[Line]) -> Sequence[Line]:
    ends = (
        n for n, x in enumerate(after) if _ITEM.match(x.text) or x.text.startswith("Finished in ")
    )
    return after[: next(ends, len(after))]


def _typed(kind: str, below: Sequence[Line]) -> list[Line]:
    said = next((stripped(x) for x in below if x.text.strip()), None)
    return [Line(said.number, f"{kind}: {said.text}")] if said else []


def _caused(block: Sequence[Line]) -> list[Line]:
    at = next((n for n, x in enumerate(block) if _CAUSED.match(x.text)), None)
    match = (
        _CAUSE_TYPE.match(block[at + 1].text) if at is not None and at + 2 < len(block) else None
    )
    if at is None or match is None:
        return []
    below = block[at + 2]
    return [Line(below.number, f"{match['type']}: {below.text.strip(' #')}")]


def _not_loaded(line: Line, file: str, after: Sequence[Line]) -> Finding:
    said = _said(after) or [line]
    why = said[0].text
    missing = "cannot load such file" in why
    return Finding(
        lines=(said[0], line) if said[0] is not line else (line,),
        rank=RANK,
        rule="rspec",
        failure_class=FailureClass.MISSING_DEPENDENCY
        if missing
        else FailureClass.COMPILE_ERROR
        if "SyntaxError" in why
        else FailureClass.TEST_FAILURE,
        summary=f"{file}: {why}" if file else why,
        identity=f"{file} {why}",
        replay=(f"rspec {shlex.quote(file)}",) if file else (),
    )


def _minitest(match: re.Match[str], after: Sequence[Line]) -> Finding:
    said: list[Line] = []
    for item in after[1:]:
        if not item.text.strip() or len(said) == 2:
            break
        if not _DIFF_HEAD.match(item.text):
            said.append(stripped(item))
    told = next((found for x in after if (found := _RAILS.match(x.text))), None)
    rails = f"{told['command']} {shlex.quote(told['place'])}" if told else ""
    test = match["name"].partition("#")[2]
    place = match["place"]
    ruby = f"ruby -Itest {shlex.quote(place)} -n {shlex.quote(test)}" if place else ""
    why = " ".join(item.text for item in said)
    return failed_test(
        "minitest",
        match["name"],
        (*said, stripped(after[0])),
        why=why,
        rank=RANK,
        replay=rails or ruby,
    )
