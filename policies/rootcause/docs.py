"""How documentation builds state a cause: sphinx and mkdocs, also where a warning counts as an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import stripped
from policies.rootcause.finding import Finding, Line

_PLACED = expression(
    r"^(?P<file>(?:[A-Za-z]:)?[^\s:][^:]{0,300}?(?:\.(?:rst|md|txt|py|ipynb|inc)|:docstring "
    r"of \S{1,200}))"
    r"(?::\d{1,9})?: (?P<level>WARNING|ERROR|SEVERE|CRITICAL): (?P<said>\S.{0,1000})$"
)
_TURNED = expression(
    r"^(?P<file>(?:[A-Za-z]:)?[^\s:][^:]{0,300}?(?:\.(?:rst|md|txt|py|ipynb|inc)|:docstring of \S{1,200}?))"
    r":(?:\d{1,9}:)?(?: ?WARNING:)? ?(?P<said>\S.{0,1000})$"
)
"""Until version 8 `-W` raised the first warning instead of printing it: the place without its level."""
_KIND = expression(r" \[[a-z_]{1,40}(?:\.[\w-]{1,40})?\]$")
"""Since version 8 the kind that would suppress the warning stands behind it."""
_BARE = expression(r"^(?P<level>WARNING|ERROR)(?:: {1,4}| {1,4}- {1,4})(?P<said>\S.{0,1000})$")
_LEVELS = (": WARNING: ", ": ERROR: ", ": SEVERE: ", ": CRITICAL: ")
_COUNTED = expression(
    r"warnings treated as errors?|with warnings treated as errors"
    r"|Aborted with \d+ warnings? in strict mode",
    re.I,
)
_OLDER = expression(
    r"^(?:Warning, treated as error|Extension error(?: \(.{1,200}\))?|Theme error"
    r"|Configuration error|Sphinx error|Application error|Sphinx parallel build error"
    r"|Exception occurred):$"
)


def docs_builds(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield errors of a documentation build, and its warnings where the log says that they count."""
    counted = any("arnings" in x.text and _COUNTED.search(x.text) for x in lines)
    for at, line in enumerate(lines):
        if line.text.endswith(":") and _OLDER.match(line.text) and at + 1 < len(lines):
            yield _below(line.text, stripped(lines[at + 1]))
        elif any(word in line.text for word in _LEVELS) and (match := _PLACED.match(line.text)):
            if match["level"] != "WARNING" or counted:
                rank = 75 if counted else 71
                yield _finding(line, rank, FailureClass.LINT, _identity(match))
        elif counted and (match := _BARE.match(line.text)):
            yield _finding(line, 73, FailureClass.LINT, match["said"])


def _below(head: str, said: Line) -> Finding:
    if "No module named" in said.text:
        found = FailureClass.MISSING_DEPENDENCY
    else:
        found = FailureClass.LINT if head.startswith("Warning") else FailureClass.CONFIG_ERROR
    turned = _TURNED.match(said.text) if head.startswith("Warning") else None
    return _finding(said, 75, found, _identity(turned) if turned else said.text)


def _identity(match: re.Match[str]) -> str:
    """Give the file and what is said of it, in the words of every version."""
    return f"{match['file']} {_KIND.sub('', match['said'])}"


def _finding(line: Line, rank: int, found: FailureClass, identity: str) -> Finding:
    return Finding(lines=(line,), rank=rank, rule="docs", failure_class=found, identity=identity)
