"""How Python states a cause: tracebacks (also chained ones), pytest, unittest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line

TRACE_LIMIT_LINES = 400
"""A traceback whose exception is not named by then is not followed."""

_HEADER = re.compile(
    r"^(?P<lead>[\s|+│E]*)(?:Exception Group )?Traceback \(most recent call last\):"
)
_EXCEPTION = re.compile(
    r"^(?:[A-Za-z_][\w.]{0,120}"
    r"(?:Error|Exception|Exit|Interrupt|Group|Failed|Warning|Timeout|NotFound|Expired)"
    r"|[A-Za-z_]\w{0,60}(?:\.\w{1,60}){1,6}|[A-Z][A-Za-z]{2,60})(?::\s|:?$)"
)
_DIRECT = "The above exception was the direct cause"
_DURING = "During handling of the above exception"
_WRAPPERS = re.compile(
    r"^(?:subprocess\.)?CalledProcessError|^SystemExit|^(?:\w+\.)*ChildFailedError|^bdb\."
)
_BLOCK = re.compile(r"^_{3,} (?P<name>.{1,300}?) _{3,}$")
_SECTION = re.compile(r"^={3,} (?P<name>FAILURES|ERRORS|short test summary info) ={3,}$")
_SUMMARY = re.compile(
    r"^(?P<kind>FAILED|ERROR) (?:\[[\d.]+s\] )?(?P<id>\S+(?:\[.{0,200}\])?)(?: - (?P<why>.*))?$"
)
_RULE = re.compile(r"^={10,}|^-{20,}$")
_UNITTEST = re.compile(r"^(?P<kind>FAIL|ERROR): (?P<name>[\w.\[\]-]+ .{0,200}|[\w.]+)$")
_NAMED = re.compile(r"[\w.]+(?:Error|Exception|Failed|Timeout)?:")
_TESTED = re.compile(r"^(?:E {1,10})")


def tracebacks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield one finding a chain of exceptions; the innermost one is its cause."""
    chain: list[Line] = []
    at = 0
    while at < len(lines):
        header = _HEADER.match(lines[at].text)
        if not header:
            at += 1
            continue
        found, at = _exception(lines, at + 1, header["lead"])
        if found is None:
            continue
        chain.append(found)
        if not _is_chained(lines, at):
            yield _of_chain(chain)
            chain = []
    if chain:
        yield _of_chain(chain)


def _exception(lines: Sequence[Line], at: int, lead: str) -> tuple[Line | None, int]:
    for here in range(at, min(at + TRACE_LIMIT_LINES, len(lines))):
        text = lines[here].text
        body = text[len(lead) :] if text.startswith(lead) else text.lstrip()
        if body and not body[0].isspace() and body[0] not in "^~|+[":
            if _HEADER.match(text):
                return None, here
            if _EXCEPTION.match(body):
                return Line(lines[here].number, body), here + 1
            return None, here + 1
    return None, min(at + TRACE_LIMIT_LINES, len(lines))


def _is_chained(lines: Sequence[Line], at: int) -> bool:
    after = (line.text for line in lines[at : at + 12])
    return any(_DIRECT in text or _DURING in text for text in after)


def _of_chain(chain: Sequence[Line]) -> Finding:
    own = [line for line in chain if not _WRAPPERS.match(line.text)]
    cause = own[0] if own else chain[0]
    return Finding(
        lines=(cause,),
        rank=66 if own else 30,
        rule="python traceback",
        failure_class=FailureClass.TEST_FAILURE
        if cause.text.startswith("AssertionError")
        else None,
        first_wins=False,
    )


def pytest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of a pytest run: summary line, first E line, place."""
    blocks = list(_blocks(lines))
    summaries = [(line, match) for line in lines if (match := _SUMMARY.match(line.text))]
    if not blocks:
        for line, match in summaries:
            if "::" in match["id"] or match["id"].endswith(".py"):
                yield _failed_test((line,), match["why"] or "", _test_id(match["id"]))
        return
    for name, said in blocks:
        own = [(line, match) for line, match in summaries if _names(match["id"], name)][:1]
        why = _TESTED.sub("", said[0].text).strip() if said else ""
        told = (said[0],) if said else ()
        ending = tuple(said[1:2])
        if own or told:
            summed = tuple(line for line, _ in own)
            identity = _test_id(own[0][1]["id"]) if own else name
            yield _failed_test((summed + told + ending), why, identity)


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Yield each failing test's name with its first E line and, if near, the place it raised at."""
    name, said, inside = "", list[Line](), False
    for line in lines:
        section, block = _SECTION.match(line.text), _BLOCK.match(line.text)
        if section or (inside and block) or (inside and _RULE.match(line.text)):
            if name:
                yield name, said
            inside = inside if not section else section["name"] != "short test summary info"
            name, said = (block["name"] if block and inside else ""), []
        elif (inside and name and not said and line.text.startswith("E ")) or (
            inside and len(said) == 1 and re.match(r"^[\w./-]+\.py:\d+: \w", line.text)
        ):
            said.append(line)
    if name:
        yield name, said


def _names(test_id: str, block: str) -> bool:
    short = block.removeprefix("ERROR collecting ").removeprefix("ERROR at setup of ")
    return test_id.endswith((short.replace(".", "::"), short))


def _test_id(found: str) -> str:
    return found.strip()


def _failed_test(lines: tuple[Line, ...], why: str, test_id: str) -> Finding:
    kind = why.split(":", 1)[0] if _NAMED.match(why) else ""
    told = _TESTED.sub("", lines[0].text)
    said = told if " - " in told or not why else f"{test_id}: {why}"
    return Finding(
        lines=lines,
        rank=76,
        rule="pytest",
        failure_class=FailureClass.TEST_FAILURE,
        summary=said,
        identity=f"{test_id} {kind}".strip(),
    )


def unittest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of a unittest run, each with the exception it raised."""
    for at, line in enumerate(lines):
        match = _UNITTEST.match(line.text)
        if not match or at + 1 >= len(lines) or not _RULE.match(lines[at + 1].text):
            continue
        raised = next(tracebacks(lines[at + 2 : at + 2 + TRACE_LIMIT_LINES]), None)
        shown = (raised.lines[0], line) if raised else (line,)
        why = f": {raised.lines[0].text}" if raised else ""
        yield Finding(
            lines=shown,
            rank=75,
            rule="unittest",
            failure_class=FailureClass.TEST_FAILURE,
            summary=f"{line.text}{why}",
            identity=match["name"] + " " + (raised.lines[0].text.split(":")[0] if raised else ""),
        )
