"""A build that ran behind a git push: the server's log, of which git writes `remote:` before every line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.rootcause.finding import Line

WORD = "remote:"
FEWEST_LINES = 10
"""Of a hook's refusal fewer come back; of a build many more."""

_MARK = re.compile(r"^remote:(?: {8}| ?)")
"""Git's word, with the indent that buildpacks give whatever a tool printed."""
_REFUSES = re.compile(r"^remote: (?:error: |fatal: |(?:error: )?GH\d{3}|GitLab: )")
"""A hook's own verdict: there the word says who speaks, and git's reader needs it."""


def without_remote(lines: list[Line]) -> list[Line]:
    """Give *lines* as the tools of a build on the server printed them; unchanged where none ran there."""
    return [_told(line) for line in lines] if _is_build(lines) else lines


def _is_build(lines: Sequence[Line]) -> bool:
    passed_on = [line.text for line in lines if line.text.startswith(WORD)]
    return len(passed_on) >= FEWEST_LINES and not any(map(_REFUSES.match, passed_on))


def _told(line: Line) -> Line:
    if not line.text.startswith(WORD):
        return line
    return Line(line.number, _MARK.sub("", line.text, count=1))
