"""What the tools that build Debian's packages state as they give up, and the patches that they apply.

Sources: debhelper's Dh_Lib and Dpkg::ErrorHandling print `tool: error: text`, warnings in the same form;
patch(1) names the file, then each hunk that failed and their number; quilt names the patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

LOOK_BACK, LOOK_AHEAD = 60, 12

_TOOL = r"^\s{0,3}(?P<tool>dh(?:_\w{1,40})?|dpkg-\w{1,40})"
_ERROR = expression(rf"{_TOOL}: error: (?P<said>\S.{{0,1500}})$")
_WARNING = expression(rf"{_TOOL}: warning: (?P<said>\S.{{0,800}})$")
_PASSED_ON = expression(
    r"\bexit (?:code|status) -?\d{1,3}\.?$|subprocess (?:returned|was killed|failed)"
    r"|^failing due to earlier errors|^missing files, aborting|^unable to continue"
)
"""Why stands above: in what the command said that it ran, or in its own warnings."""
_LACKS = expression(r"\bmissing files: |\bis not installed to anywhere\b|^Cannot find ")
_UNMET = expression(r"^[Uu]nmet build (?:dependencies|conflicts)|^unable to load addon ")
_HUNK = expression(r"^Hunk #\d{1,5} FAILED at \d{1,9}\b")
_FILE = expression(r"^(?:patching|checking) file (?P<file>\S.{0,300}?)$")
_PATCH = expression(
    r"^Patch (?P<quilt>\S{1,200}) does not apply \(enforce with -f\)$"
    r"|^dpkg-source: error: .{0,200}\bpatch -t .{0,400}/debian/patches/(?P<source>\S{1,200}) subprocess "
)
"""Whoever ran patch(1) names what it applied."""


def debian_tools(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what debhelper and dpkg's tools themselves complain of, not what they pass on."""
    for at, line, match in matching(lines, ": error: ", _ERROR):
        if not _PASSED_ON.search(match["said"]):
            yield _said(line, match["tool"], match["said"])
        elif lacking := _lacking(lines[max(0, at - LOOK_BACK) : at], match["tool"]):
            yield _said(lacking[0], match["tool"], _text(lacking[0]), lacking[1:])


def patches(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first hunk that failed of each run of patch(1), with the name of what did not apply."""
    ends = -1
    for at, line, _ in matching(lines, " FAILED at ", _HUNK):
        if at <= ends:
            continue
        after = lines[at + 1 : at + LOOK_AHEAD]
        ended = next(((one, m) for one in after if (m := _PATCH.match(one.text))), None)
        ends = at + LOOK_AHEAD if ended is None else at + after.index(ended[0]) + 1
        name = (ended[1]["quilt"] or ended[1]["source"]) if ended else ""
        yield _patch(line, _file(lines, at), name, [stripped(ended[0])] if ended else [])


def _said(line: Line, tool: str, said: str, more: Sequence[Line] = ()) -> Finding:
    return Finding(
        lines=(stripped(line), *map(stripped, more)),
        rank=75,
        rule="debian",
        failure_class=C.MISSING_DEPENDENCY if _UNMET.match(said) else C.CONFIG_ERROR,
        identity=f"{tool} {said}",
    )


def _lacking(above: Sequence[Line], tool: str) -> list[Line]:
    """Give the tool's own warnings of files that are not where they should be."""
    warned = ((one, m) for one in above if (m := _WARNING.match(one.text)))
    return [one for one, m in warned if m["tool"] == tool and _LACKS.search(m["said"])][:3]


def _text(line: Line) -> str:
    match = _WARNING.match(line.text)
    return match["said"] if match else line.text


def _file(lines: Sequence[Line], at: int) -> re.Match[str] | None:
    above = reversed(lines[max(0, at - LOOK_BACK) : at])
    return next((m for one in above if (m := _FILE.match(one.text))), None)


def _patch(line: Line, file: re.Match[str] | None, name: str, more: Sequence[Line]) -> Finding:
    said = stripped(line).text
    return Finding(
        lines=(stripped(line), *more),
        rank=76,
        rule="patch",
        failure_class=C.MERGE_CONFLICT,
        summary=f"{file.group()}: {said}" if file else "",
        identity=f"patch {name or said} {file['file'] if file else ''}",
    )
