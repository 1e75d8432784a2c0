"""How jest states failing tests and suites (React's and Angular's wrappers print the same)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.finding import Finding, Line

RANK = 81
BLOCK_LIMIT_LINES = 120

_FILE = expression(
    r"^\s{0,2}(?:FAIL|PASS)\s{1,4}(?:\S{1,60} )?(?P<file>\S{1,300}\.[cm]?[jt]sx?)(?: "
    r"\([\d.]+ m?s.{0,60}\))?$"
)
_HEAD = expression(r"^(?:\s{1,4}● |● (?=Validation|Multiple))(?P<name>\S.{0,400})$")
_END = expression(
    r"^(?:Test Suites?:|Tests: |Snapshots: |Summary of all failing tests|\s{0,2}(?:FAIL|PASS"
    r"|RUNS)\s)"
)
_MARKS = ("FAIL ", "PASS ", "Test Suites:", "Tests:", "● Validation Error", "✕ ", "Jest: ", "jest ")
"""A bullet alone is not jest's: service managers draw one too."""
_SUITE = "Test suite failed to run"
_NOT_TESTS = (
    "Console",
    "Cannot log after tests are done",
    "Deprecation Warning",
    "Validation Warning",
)
_INVALID = ("Validation Error", "Multiple configurations found")
_LIVE = expression(r"^\s{2,40}✕ (?P<name>\S.{0,300}?)(?: \([\d.]+ m?s\))?$")
_VALUES = expression(
    r"^(?:Expected|Received|expected|received)\b[\w ]{0,40}:|^- Expected\b|^\+ Received\b"
)
_SNAPSHOT = "- Snapshot "
"""Heads what a snapshot's difference counts: which lines they are stands below."""
_DIFF = expression(r"^[-+] {1,40}\S")
_DETAILS = expression(r"^(?:SyntaxError|ReferenceError|TypeError|Error): ")
_TYPES = expression(r"^(?P<file>\S{1,300}):\d{1,9}:\d{1,9} - error TS\d{1,6}: ")
_FRAME = expression(r"^\s{1,40}at \S|^\s{0,12}>? ?\d{1,7} \|")
_PARSE = "Jest encountered an unexpected token"
_OTHER = expression(
    r"^Jest: \"?\S{1,200}\"? coverage threshold for |^Jest: Coverage for |^No tests found, "
    r"exiting with code 1|^ERROR: Coverage for "
)


def jest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests and suites, each with its first words and the values compared."""
    if not any(line.text.lstrip().startswith(_MARKS) for line in lines):
        return
    file, seen = "", set[tuple[str, str]]()
    for at, line in enumerate(lines):
        if found := _FILE.match(line.text):
            file = found["file"]
        elif head := _HEAD.match(line.text):
            name = head["name"].strip()
            if not name.startswith(_NOT_TESTS) and (file, name) not in seen:
                seen.add((file, name))
                yield _of(line, name, file, _block(lines, at))
        elif _OTHER.match(line.text):
            found_class = (
                FailureClass.CONFIG_ERROR if line.text.startswith("No") else FailureClass.LINT
            )
            yield Finding(lines=(line,), rank=73, rule="jest verdict", failure_class=found_class)
    if not seen:
        yield from _live(lines)


def _block(lines: Sequence[Line], at: int) -> Sequence[Line]:
    for here in range(at + 1, min(at + BLOCK_LIMIT_LINES, len(lines))):
        if _HEAD.match(lines[here].text) or _END.match(lines[here].text):
            return lines[at + 1 : here]
    return lines[at + 1 : at + BLOCK_LIMIT_LINES]


def _of(line: Line, name: str, file: str, block: Sequence[Line]) -> Finding:
    said = [stripped(item) for item in block if item.text.strip() and not _FRAME.match(item.text)]
    if name.startswith(_INVALID):
        shown = (*said[:1], stripped(line))
        return Finding(
            lines=shown, rank=76, rule="jest settings", failure_class=FailureClass.CONFIG_ERROR
        )
    if name == _SUITE:
        return _suite(line, file, said)
    values = _values(said)
    why = " ".join(item.text for item in (*said[:1], *values))
    command = (
        f"npx jest {shlex.quote(file)} -t {shlex.quote(name.replace(' › ', ' '))}" if file else ""
    )
    return failed_test(
        "jest",
        name,
        (stripped(line), *said[:1], *values),
        why=why,
        rank=RANK,
        where=file,
        replay=command,
    )


def _values(said: Sequence[Line]) -> list[Line]:
    """Give the values compared, or where jest shows their difference, its first lines."""
    values = [item for item in said[1:14] if _VALUES.match(item.text)][:2]
    if is_snapshot := any(item.text.startswith(_SNAPSHOT) for item in said[1:14]):
        values = []
    if is_snapshot or any(item.text.startswith("- Expected") for item in values):
        differ = (x for x in said[1:40] if _DIFF.match(x.text) and x not in values)
        values += [x for x in differ if not x.text.startswith((_SNAPSHOT, "+ Received"))][:2]
    return values


_DIED = expression(r"\bworker .{0,60}(?:terminated by another process|child process exceptions)\b")


def _suite(line: Line, file: str, said: Sequence[Line]) -> Finding:
    """A suite that did not run: its reason may stand below jest's advice."""
    detail = said[:1]
    if detail and detail[0].text.startswith(_PARSE):
        detail = [item for item in said if _DETAILS.match(item.text)][:1] or detail
    why = detail[0].text if detail else _SUITE
    return Finding(
        lines=(*detail, stripped(line)),
        rank=RANK,
        rule="jest",
        failure_class=_class_of_suite(why),
        summary=f"{file}: {why}" if file else why,
        identity=f"{file} {why}",
        replay=(f"npx jest {shlex.quote(file)}",) if file else (),
    )


def _class_of_suite(why: str) -> FailureClass:
    if "Cannot find module" in why:
        return FailureClass.MISSING_DEPENDENCY
    if _DIED.search(why):
        return FailureClass.SIGNAL_CRASH
    if "SyntaxError" in why or why.startswith(_PARSE):
        return FailureClass.COMPILE_ERROR
    return FailureClass.TYPE_ERROR if _TYPES.match(why) else FailureClass.TEST_FAILURE


def _live(lines: Sequence[Line]) -> Iterator[Finding]:
    """A run that was cut off names its failing tests only as it goes."""
    for line in lines:
        if match := _LIVE.match(line.text):
            yield failed_test("jest", match["name"], (stripped(line),), why="", rank=71)
