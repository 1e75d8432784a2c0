"""How go test states a failing test: plain, testify, examples, subtests."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.go_turns import turns
from policies.rootcause.scan import holding, stripped

LOOK_AHEAD, LOOK_BACK = 60, 12

_FAIL = expression(
    r"^(?P<lead>\s*)(?:--- FAIL:|=== FAIL:(?: \S+)?) (?P<name>(?:Test|Example|Fuzz"
    r"|Benchmark)\S*)"
)
_RUN = expression(
    r"^\s*(?:=== (?:RUN|CONT|NAME|PAUSE)|--- (?:PASS|SKIP|FAIL):|FAIL\b|ok\s|PASS$|panic: )"
)
_SAID = expression(r"^\s*[\w./-]{1,200}\.go:\d+:(?P<said>.*)")
_TESTIFY = expression(r"^\s+Error:\s+(?P<said>\S.*)")
_DETAIL = expression(r"^\s+(?:expected|actual|got|want|Messages)\s*:\s*\S", re.I)
_AMISS = expression(
    r"\b(?:want(?:ed|s)?|got|expect\w{0,3}|actual|err(?:or|ors)?|fail\w{0,4}|unexpected|mismatch\w{0,2}|panic\w{0,2}"
    r"|cannot|could not|couldn't|unable|invalid|missing|not|no|should|must|differ\w{0,3}|exceeded"
    r"|timed? ?out|race|refused|denied|wrong|bad|nil|exit (?:status|code))\b|n't\b|[!=]=|<nil>",
    re.I,
)
"""What a test says where something is amiss; before that it may have logged how far it has come."""
_EMPTY = ("", "Error Trace:")
_ONLY_ENDED = expression(r"\bexit (?:status|code) \d{1,3}$")
_REASON = expression(r"^\s+(?:Error|error|ERROR|fatal): \S")
"""What a command printed whose end the test reports."""


def go_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield failing tests with the first line they said; a subtest before the test it is of."""
    said_before: dict[int, list[Line]] | None = None
    for at, line in holding(lines, "--- FAIL:", "=== FAIL:"):
        match = _FAIL.match(line.text)
        if match is None:
            continue
        said_before = _said_by_verdict(lines) if said_before is None else said_before
        below = _until_next(lines, at + 1)
        said = _first_said(below) or _first_said(said_before.get(line.number, []))
        child = next((m for one in below[-1:] if (m := _FAIL.match(one.text))), None)
        is_parent = child is not None and child["name"].startswith(match["name"] + "/")
        rank = 77 if said else 74
        yield _test(line, match["name"], said, 71 if is_parent and not said else rank)


def _until_next(lines: Sequence[Line], at: int) -> list[Line]:
    """Give the lines of one test, the next verdict included."""
    block: list[Line] = []
    for line in lines[at : at + LOOK_AHEAD]:
        block.append(line)
        if _RUN.match(line.text):
            break
    return block


def _said_by_verdict(lines: Sequence[Line]) -> dict[int, list[Line]]:
    """Give by the line of its verdict what each test said in its turns before (go test -v prints it then)."""
    said: dict[str, list[Line]] = {}
    judged: dict[int, list[Line]] = {}
    for turn in turns(lines):
        if turn.speaker:
            said.setdefault(turn.speaker, []).extend(lines[turn.begins + 1 : turn.ends])
        if turn.judged:
            judged[lines[turn.ends].number] = said.pop(turn.judged, [])
    return judged


def _first_said(block: Sequence[Line]) -> list[Line]:
    """Give what the test said of its failure: before it, it may have logged at other places."""
    told = [(at, m) for at, line in enumerate(block) if (m := _SAID.match(line.text))]
    if not told:
        return []
    at, match = next((one for one in told if _tells(one[1]["said"])), told[0])
    line = block[at]
    if match["said"].strip() not in _EMPTY:
        printed = _printed(match["said"], block[at + 1 :])
        details = [stripped(one) for one in block[at + 1 : at + 2] if _DETAIL.match(one.text)]
        return printed or [stripped(line), *details]
    for place, one in enumerate(block[at + 1 : at + 12], at + 1):
        if _TESTIFY.match(one.text):
            more = [stripped(m) for m in block[place + 1 : place + 4] if _DETAIL.match(m.text)]
            return [stripped(one), *more[:2]]
    following = [stripped(one) for one in block[at + 1 : at + 4] if one.text.strip()]
    return [stripped(line), *following[:1]] if following else [stripped(line)]


def _tells(said: str) -> bool:
    return said.strip() in _EMPTY or _AMISS.search(said) is not None


def _printed(said: str, below: Sequence[Line]) -> list[Line]:
    """Give the error that a command printed of which *said* tells no more than how it ended."""
    if not _ONLY_ENDED.search(said):
        return []
    printed = takewhile(lambda one: not _SAID.match(one.text), below[:LOOK_BACK])
    return [stripped(one) for one in printed if _REASON.match(one.text)][:1]


def _test(line: Line, name: str, said: Sequence[Line], rank: int) -> Finding:
    why = f": {' '.join(one.text for one in said)}" if said else ""
    return Finding(
        lines=(stripped(line), *said),
        rank=rank,
        rule="go test",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}{why}",
        identity=name,
        replay=(replay_of(name),),
    )


def replay_of(name: str) -> str:
    """Give the command that runs the test *name*, a subtest by its path."""
    pattern = "/".join(f"^{re.escape(part)}$" for part in name.split("/"))
    return f"go test -run {shlex.quote(pattern)} ./..."
