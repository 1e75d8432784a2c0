"""How Playwright Test states failing tests; those that passed when tried again do not count."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.cases import failed_test, stripped
from policies.rootcause.finding import Finding, Line

RANK, ONLY_NAMED = 81, 70
"""Rank of a failing test with its error, and of one of which the log holds only the name."""
LOOK_AHEAD = 30

_HEAD = expression(
    r"^\s{0,4}\d{1,6}\) (?P<title>(?:\[(?P<project>[^\]]{1,80})\] › )?(?P<file>[^\s›]{1,300})"
    r":(?P<line>\d{1,9}):\d{1,9} › (?P<name>\S.{0,400}?))[ ─=]{0,200}$"
)
_ROW = expression(
    r"^\s{4}(?P<title>\[(?P<project>[^\]]{1,80})\] › (?P<file>[^\s›]{1,300}):(?P<line>\d{1,9}):\d{1,9}"
    r" › (?P<name>\S.{0,400}?))[ ─]{0,200}$"
)
"""A test in the list at the end: all that a log holds whose start was cut off."""
_COUNT = expression(
    r"^\s{2}\d{1,6} (?P<kind>failed|flaky|passed|skipped|did not run|interrupted)\b"
)
_LISTED = expression(r"^\s{4}(?P<title>\S.{0,500}?)[ ─]{0,200}$")
_SAID = expression(
    r"^\s{4,8}(?P<said>(?:\w{0,80}Error|Test timeout of|Error)\b.{0,1000}|.{0,80}timeout of "
    r"\d.{0,200}|(?:page|frame|locator|elementHandle|browser(?:Type|Context)?)\.\w{1,40}: \S.{0,1000})$"
)
"""Before 1.32 the call that failed stands where `Error:` does now."""
_VALUE = expression(r"^\s{4,8}(?:Expected|Received)\b[\w ]{0,40}:")


def playwright(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests, each with its error and the values compared."""
    flaky, seen = {_title(line) for line in _listed(lines, "flaky")}, set[str]()
    for at, line in enumerate(lines):
        match = _HEAD.match(line.text)
        if match and match["title"] not in flaky and match["title"] not in seen:
            seen.add(match["title"])
            yield _of(line, match, lines[at + 1 : at + LOOK_AHEAD])
    for line in _listed(lines, "failed") if not seen else ():
        if match := _ROW.match(line.text):
            yield _of(line, match, ())


def _listed(lines: Sequence[Line], wanted: str) -> list[Line]:
    """Give the tests listed at the end below the count of those that are *wanted*."""
    found, kind = list[Line](), ""
    for line in lines:
        if match := _COUNT.match(line.text):
            kind = match["kind"]
        elif kind == wanted and _LISTED.match(line.text):
            found.append(line)
        elif not line.text.startswith("    "):
            kind = ""
    return found


def _title(line: Line) -> str:
    match = _LISTED.match(line.text)
    return match["title"] if match else ""


def _of(line: Line, match: re.Match[str], after: Sequence[Line]) -> Finding:
    said = [Line(n, m["said"]) for n, text in after if (m := _SAID.match(text))][:1]
    values = [stripped(item) for item in after if _VALUE.match(item.text)][:2]
    project = f" --project={shlex.quote(match['project'])}" if match["project"] else ""
    place = shlex.quote(f"{match['file']}:{match['line']}")
    name = f"{match['file']} › {match['name']}"
    return failed_test(
        "playwright",
        name,
        (*said, stripped(line), *values),
        why=" ".join(item.text for item in (*said, *values)),
        rank=RANK if said or values else ONLY_NAMED,
        where=match["project"] or "",
        replay=f"npx playwright test {place}{project}",
    )
