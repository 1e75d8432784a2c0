"""Output that one tool quotes of another, given as the other wrote it, so that every form is found in it.

Source: opam's summary of a command that failed: a heading, facts, `### output ###` (before opam 2 also
`### stdout ###`, `### stderr ###`), and the output's last lines, each behind a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.rootcause.finding import Line

_STARTS = "### "
_OPENS = re.compile(r"^### (?:output|stdout|stderr) ###$")
_QUOTED = re.compile(r"^#(?: |$)")


def unquoted(lines: Sequence[Line]) -> Sequence[Line]:
    """Give *lines* with what opam quotes freed of its hash; the same ones where it quotes nothing."""
    quotes = any(line.text.startswith(_STARTS) and _OPENS.match(line.text) for line in lines)
    return list(_freed(lines)) if quotes else lines


def _freed(lines: Sequence[Line]) -> Iterator[Line]:
    inside = False
    for line in lines:
        mark = _QUOTED.match(line.text) if inside else None
        inside = mark is not None or _OPENS.match(line.text) is not None
        yield Line(line.number, line.text[mark.end() :]) if mark else line
