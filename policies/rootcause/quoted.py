"""Output that one tool quotes of another, given as the other wrote it, so that every form is found in it.

Sources: opam's summary of a command that failed: a heading, facts, `### output ###` (before opam 2 also
`### stdout ###`, `### stderr ###`), and the last lines of the output, each behind a hash.
Docker's json-file driver (`docker logs` reads it): each line as `{"log", "stream", "time"}`.
Nix with --print-build-logs sets the derivation's name before every line: `name> `.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from policies.expressions import expression
from policies.rootcause.clean import clean
from policies.rootcause.finding import Line

NAMED_LINES = 5
"""So many lines behind one name are a builder's; fewer may be a shell's prompt."""

_BOX = '{"log":"'
_BOXED = expression(r"^\{\"log\":(?P<said>\".{0,4000}\"),\"stream\":\"std(?:out|err)\"[,}]")
_STARTS = "### "
_OPENS = expression(r"^### (?:output|stdout|stderr) ###$")
_QUOTED = expression(r"^#(?: |$)")
_NAMED = expression(r"^(?P<name>[A-Za-z][\w.+-]{1,120}[\w+])>(?: |$)")


def unquoted(lines: list[Line]) -> list[Line]:
    """Give *lines* with what is quoted freed of its marks; the same ones where nothing is."""
    lines = list(_unboxed(lines))
    if any(line.text.startswith(_STARTS) and _OPENS.match(line.text) for line in lines):
        lines = list(_freed(lines))
    counts = Counter(
        m["name"] for line in lines if ">" in line.text and (m := _NAMED.match(line.text))
    )
    names = {name for name, count in counts.items() if count >= NAMED_LINES}
    return [_unnamed(line, names) for line in lines] if names else lines


def _unboxed(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines that Docker keeps as JSON as the container printed them."""
    for line in lines:
        match = _BOXED.match(line.text) if line.text.startswith(_BOX) else None
        yield Line(line.number, clean(_text(match["said"]))) if match else line


def _text(quoted: str) -> str:
    """Give what stands in the JSON string *quoted*, without the newline at its end."""
    try:
        return str(json.loads(quoted)).rstrip("\r\n")
    except ValueError:
        return quoted


def _freed(lines: Sequence[Line]) -> Iterator[Line]:
    inside = False
    for line in lines:
        mark = _QUOTED.match(line.text) if inside else None
        inside = mark is not None or _OPENS.match(line.text) is not None
        yield Line(line.number, line.text[mark.end() :]) if mark else line


def _unnamed(line: Line, names: Set[str]) -> Line:
    mark = _NAMED.match(line.text) if ">" in line.text else None
    is_builders = mark is not None and mark["name"] in names
    return Line(line.number, line.text[mark.end() :]) if mark and is_builders else line
