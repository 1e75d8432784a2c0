"""How Gatsby states an error: its number and part, what failed, why, and the file in which it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.bundlers import class_of_said
from policies.rootcause.cases import stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

RANK = 76
LOOK_AHEAD = 12

_HEAD = expression(
    r"^(?:ERROR #\d{4,6} {1,4}(?P<part>[A-Z][A-Z._]{1,40})"
    r"|error (?:Generating .{1,60} failed|There was an error in your GraphQL query:))$"
)
_OTHER = expression(r"API|CONFIG|PLUGIN|REDUX|CLI|TELEMETRY|THEME")
"""These parts run somebody's code or read settings: what they build is not at fault."""
_SENTENCE = expression(r"(?::|\bfailed)$")
"""The sentence below the number says which part of the build it was."""
_FILE = expression(r"^File: (?P<file>\S{1,300}?)(?::\d{1,7}){1,2}$")


def gatsby(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why a build stopped, with the place where one is told."""
    for at, line in holding(lines, "ERROR #", "error Generating ", "error There was an error "):
        if head := _HEAD.match(line.text.strip()):
            is_build = not _OTHER.match(head["part"] or "")
            yield from _told(lines[at + 1 : at + 1 + LOOK_AHEAD], is_build)


def _told(after: Sequence[Line], is_build: bool) -> Iterator[Finding]:
    filled = [stripped(x) for x in after if x.text.strip()]
    said = next((x for x in filled if not _SENTENCE.search(x.text)), None)
    places = ((x, match["file"]) for x in filled if (match := _FILE.match(x.text)))
    place, file = next(places, (None, ""))
    if said and said is not place:
        yield Finding(
            lines=(said, *((place,) if place else ())),
            rank=RANK,
            rule="gatsby",
            failure_class=class_of_said(said.text) if is_build else None,
            summary=f"{file}: {said.text}" if file else said.text,
            identity=f"{file} {said.text}".strip(),
        )
