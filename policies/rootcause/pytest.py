"""How pytest states failing tests: its FAILURES and ERRORS sections in every --tb style, its summary.

Formats are those of pytest 3 to 9, with xdist, subtests and doctest items.
"""

from __future__ import annotations

import shlex
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policies.expressions import expression
from policies.rootcause.cases import failed_test, in_any_order, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.pytest_block import is_of_worker, said_in
from policies.rootcause.scan import holding

RANK = 81
_TEARDOWN_RANK, _LIVE_RANK = 77, 72

_SECTION = expression(r"^={3,} (?P<name>[^=].{0,100}?) ={3,}$")
_BLOCK = expression(r"^_{1,200} (?P<name>(?!_ _)\S.{0,400}?) _{1,200}$")
_CAPTURED = expression(r"^-{2,} ?(?:Captured|live log|generated) ?.{0,60}-{2,}$")
_SUMMARY = expression(
    r"^(?P<kind>FAILED|ERROR|SUBFAIL(?:ED)?(?:[\[(].{0,200}?[\])])?) (?:\[[\d.]{1,12}s\] )?"
    r"(?P<id>(?:[A-Z]:)?[^\s:\[]{1,300}(?:\.(?:pyi?|ipynb)|\.\w{1,8}::[^\[]{1,300}?)"
    r"(?:\[.{0,300}?\])?)"
    r"(?: - (?P<why>.{0,2000}))?$"
)
_LIVE = expression(
    r"^(?:\[gw\d{1,4}\] )?(?:\[ {0,3}\d{1,3}%\] )?(?:FAILED|ERROR) (?P<id>\S.{0,500})$"
)
_LIVE_PLAIN = expression(
    r"^(?P<id>\S.{0,500}) (?:FAILED|ERROR)(?: {1,80}\[ {0,3}\d{1,3}%\]| \[[\d.]{1,12}s\].{0,20})?$"
)
_ONE_LINE = expression(r"^(?P<place>(?:[A-Z]:)?[^\s:]{1,300}:\d{1,9}): (?P<said>\S.{0,2000})$")
_CRASHED = expression(r"^worker '\w{1,40}' crashed while running '(?P<id>[^']{1,400})'")
_SHUFFLED = ("bringing up nodes...", "Using --randomly-seed=", "Using --random-order-seed=")
"""What pytest-xdist, pytest-randomly and pytest-random-order print before the first test."""
_OWN = ("FAILURES", "ERRORS")
_TOLD = ("FAILED ", "ERROR ", "SUBFAIL")
_PHASES = ("ERROR at setup of ", "ERROR at teardown of ", "ERROR collecting ")


class Told(NamedTuple):
    """One line of the summary section."""

    line: Line
    test_id: str
    why: str


@dataclass(slots=True)
class Block:
    """What the log shows under one failing test's heading."""

    heading: Line
    name: str
    lines: list[Line] = field(default_factory=list)


def pytest(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of a pytest run, each with what it raised first."""
    blocks, singles = _read(lines)
    told = [_told(line) for _, line in holding(lines, *_TOLD) if line.text.startswith(_TOLD)]
    summaries = [item for item in told if item]
    by_name: dict[str, deque[Told]] = defaultdict(deque)
    for item in summaries:
        by_name[_short(item.test_id)].append(item)
    found = list[Finding]()
    for block in blocks:
        queue = by_name[_name(block)]
        found.append(_of_block(block, queue.popleft() if queue else None))
    left = sorted((item for queue in by_name.values() for item in queue), key=lambda t: t.line)
    found += map(_of_summary, left)
    yield from in_any_order(found) if _is_shuffled(lines, blocks) else found
    if not summaries and not blocks:
        yield from map(_of_single, singles)
        yield from _live(lines)


def _is_shuffled(lines: Sequence[Line], blocks: Sequence[Block]) -> bool:
    """Say whether another night would report the same failures in another order."""
    told = next(holding(lines, *_SHUFFLED), None)
    return told is not None or any(is_of_worker(block.lines) for block in blocks)


def _read(lines: Sequence[Line]) -> tuple[list[Block], list[Line]]:
    """Give the blocks of the sections that show failures, and --tb=line's lines in them."""
    blocks, singles = list[Block](), list[Line]()
    is_own, is_captured = False, False
    for line in lines:
        text = line.text
        section = _SECTION.match(text) if text.startswith("===") else None
        heading = _BLOCK.match(text) if is_own and text.startswith("_") else None
        if section:
            is_own, is_captured = section["name"] in _OWN, False
        elif heading:
            blocks.append(Block(line, heading["name"]))
            is_captured = False
        elif is_own and (_CAPTURED.match(text) or is_captured):
            is_captured = True
        elif is_own:
            if not blocks and _ONE_LINE.match(text):
                singles.append(line)
            elif blocks:
                blocks[-1].lines.append(line)
    return blocks, singles


def _told(line: Line) -> Told | None:
    match = _SUMMARY.match(line.text)
    return Told(line, match["id"].strip(), match["why"] or "") if match else None


def _short(test_id: str) -> str:
    """Give *test_id* as its block's heading names it."""
    path, _, name = test_id.partition("::")
    head, bracket, rest = (name or path).partition("[")
    return head.replace("::", ".") + bracket + rest


def _name(block: Block) -> str:
    """Give the name by which the summary calls the block's test; a crash is headed by its file."""
    crashes = (match for line in block.lines[:3] if (match := _CRASHED.match(line.text)))
    crash = next(crashes, None)
    return _short(crash["id"]) if crash else _plain(block.name)


def _plain(name: str) -> str:
    for phase in _PHASES:
        name = name.removeprefix(phase)
    return name.removeprefix("[doctest] ")


def _of_block(block: Block, told: Told | None) -> Finding:
    said = said_in(block.lines)
    why = said[0].text if said else (told.why if told else "")
    test_id = told.test_id if told else _plain(block.name)
    last = f", then {said[-1].text}" if len(said) > 1 and said[-1].text != why else ""
    named = told.line if told else block.heading
    is_late = block.name.startswith("ERROR at teardown")
    rank = RANK if not is_late else _TEARDOWN_RANK
    return _test(test_id, (*said[:1], named, *said[-1:]), why + last, rank)


def _of_summary(told: Told) -> Finding:
    return _test(told.test_id, (told.line,), told.why, RANK)


def _of_single(line: Line) -> Finding:
    match = _ONE_LINE.match(line.text)
    place, said = (match["place"], match["said"]) if match else ("", line.text)
    return _test(place.rpartition(":")[0], (line,), said, RANK - 1)


def _live(lines: Sequence[Line]) -> Iterator[Finding]:
    """A run that was cut off names its failing tests only as it goes."""
    for _, line in holding(lines, "FAILED", "ERROR"):
        match = _LIVE.match(line.text) or _LIVE_PLAIN.match(line.text)
        path, found, _ = match["id"].split(" ", 1)[0].partition("::") if match else ("", "", "")
        if match and found and "." in path:
            yield _test(match["id"].strip(), (line,), "", _LIVE_RANK)


def _test(test_id: str, lines: Sequence[Line], why: str, rank: int) -> Finding:
    path = test_id.partition("::")[0]
    is_path = path.endswith((".py", ".txt", ".rst", ".md")) and "::" in test_id
    own = {line.number: line for line in map(stripped, lines)}
    is_id = (is_path or test_id.endswith(".py")) and not test_id.startswith("-")
    command = f"pytest {shlex.quote(test_id)}" if is_id else ""
    return failed_test(
        "pytest", test_id, tuple(own.values()), why=why, rank=rank, replay=command, joint=" - "
    )
