"""Reports whose reason has a set place: of apt, brew, gulp, Grunt, Elasticsearch, Kubernetes, gettext.

Sources: Homebrew's keg (`Could not symlink`, `Target`, `already exists`), apt (`Err:<n> <address>`,
the reason indented below), gulp-cli and plugin-error (`Error in plugin "x"`, `Message:`, the text indented),
Elasticsearch's "Bootstrap Checks" (`[n] bootstrap checks failed`, then `[1]: <text>`), kubectl describe
(`Warning <reason> <age> <from> <message>`), Grunt (`Warning: <text> Use --force to continue.`), Dependabot's
table of the dependencies that it could not update, msgfmt (`<file>.po:<line>: <text>`, then a count).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_bare
from policies.rootcause.scan import matching, stripped

NEAR = 6
"""Lines below a heading in which its reason stands."""

_APT = expression(r"^Err:\d{1,4} \S{1,300} \S")
_APT_KEY = expression(r"^W: GPG error: \S.{0,300}?: (?P<said>The following signatures .{1,400})")
_APT_REFUSED = "E: The repository "
_INDENTED = expression(r"^ {2,8}(?P<said>\S.{0,1000})$")
_GULP = expression(r"^(?:\[[\d:]{5,8}\] )?Error in plugin ['\"]?(?P<plugin>[@\w/.-]{1,80})['\"]?$")
_MESSAGE = expression(r"^Message:$")
_LINKS = expression(r"^Error: The `brew link` step did not complete successfully")
_LINK = expression(r"^Could not symlink (?P<link>\S{1,300})$")
_LEVEL = expression(r"^\s*\[?[\w-]{0,20}\]? ?(?:ERROR|WARNING)$")
_CHECKS = expression(r"^(?:\W{0,4}ERROR: )?\[\d{1,2}\] bootstrap checks failed\b")
_CHECK = expression(
    r"^(?:bootstrap check failure )?\[1\](?: of \[\d{1,2}\])?: (?P<said>\S.{0,600})$"
)
_EVENT = expression(
    r"^\s{0,12}Warning {1,40}(?P<why>[A-Z][A-Za-z]{2,40}) {1,40}(?:<unknown>|\d[\dsmhd]{1,12})"
    r"(?: \(x\d{1,6} over [^)]{1,20}\))? {1,40}[\w-]{3,40}(?:, [\w.-]{1,80})? {1,40}(?P<said>\S.{0,1900})$"
)
_GRUNT = expression(r"^(?:\x07)?Warning: (?P<said>\S.{0,1000}?)\.? Use --force to continue\.$")
_DEPENDABOT = expression(r"^\| Dependency {1,99}\| Error Type {1,99}\| Error Details {1,99}\|$")
_ROW = expression(r"^\| (?P<name>\S{1,200}) {1,99}\| (?P<kind>[a-z_]{3,60}) {1,99}\| .{0,999}\|$")
_GETTEXT = expression(r"^msg\w{2,8}: found \d{1,6} fatal errors?$")
_MESSAGES = expression(r"^\S{1,300}\.pot?:\d{1,7}(?::\d{1,5})?: (?!warning: )\S.{0,600}$")
_FATAL = expression(r"^(?:FATAL|Fatal): (?P<said>(?!\[)\S.{0,1000})$")
"""With such a line a program ends, whichever it is; `fatal:` is git's, and of its class."""
_AFTERWARDS = frozenset({"BackOff", "Unhealthy", "SandboxChanged", "FailedKillPod", "NodeNotReady"})
"""Reasons of events that only follow from another."""


def short_reports(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the reasons of such reports."""
    for at, line, _ in matching(lines, "Err:", _APT):
        yield from _apt(line, lines[at + 1 : at + 2])
    for at, line, match in matching(lines, "GPG error", _APT_KEY):
        for below in lines[at + 1 : at + 2]:
            if below.text.startswith(_APT_REFUSED):
                refused = _finding((below, line), "apt", match["said"], rank=76)
                yield replace(refused, summary=match["said"])
    for at, line, _ in matching(lines, "brew link", _LINKS):
        yield from _brew(line, lines[at + 1 : at + 1 + NEAR])
    for at, line, match in matching(lines, "Error in plugin ", _GULP):
        yield from _gulp(line, match["plugin"], lines[at + 1 : at + 1 + NEAR])
    for at, line, _ in matching(lines, "bootstrap checks failed", _CHECKS):
        for below in lines[at + 1 : at + 1 + NEAR]:
            if told := _CHECK.match(below.text):
                yield _finding((below, line), "bootstrap check", told["said"], C.CONFIG_ERROR)
    for _, line, match in matching(lines, "Use --force", _GRUNT):
        if not is_bare(match["said"].lower()):
            yield _finding((line,), "grunt", match["said"])
    for at, _, _ in matching(lines, "| Dependency ", _DEPENDABOT):
        yield from _dependabot(lines[at + 1 : at + 1 + NEAR])
    if any(matching(lines, "fatal error", _GETTEXT)):
        for _, line, match in matching(lines, ".po", _MESSAGES):
            yield _finding((line,), "gettext", match.group(), C.COMPILE_ERROR)
    for _, line, match in matching(lines, "Warning ", _EVENT):
        if match["why"] not in _AFTERWARDS:
            yield _finding((line,), "kubernetes event", f"{match['why']} {match['said']}", rank=62)


def fatal_lines(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield a program's last words, but for those that only say that something failed."""
    for _, line, match in matching(lines, ": ", _FATAL):
        if not is_bare(match["said"].lower()):
            yield Finding(lines=(stripped(line),), rank=62, rule="fatal line", first_wins=False)


def _apt(heading: Line, below: Sequence[Line]) -> Iterator[Finding]:
    for line in below:
        if match := _INDENTED.match(line.text):
            yield _finding((line, heading), "apt", match["said"], rank=76)


def _brew(heading: Line, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what could not be linked, with the two lines that say why: the file is another's."""
    at = next((at for at, line in enumerate(below) if _LINK.match(line.text)), None)
    if at is not None:
        told = [stripped(line) for line in below[at : at + 3]]
        said = " ".join(line.text for line in told)
        yield _finding((*told, heading), "homebrew", said, C.CONFIG_ERROR)


def _dependabot(below: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first row of its table: what could not be updated, and the name of the error."""
    row = next((match for one in below if (match := _ROW.match(one.text))), None)
    if row:
        line = next(one for one in below if one.text == row.string)
        yield _finding((line,), "dependabot", f"{row['name']} {row['kind']}", rank=66)


def _gulp(heading: Line, plugin: str, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first line of the message that is no bare level."""
    starts = next((at for at, line in enumerate(below) if _MESSAGE.match(line.text)), None)
    told = below[starts + 1 :] if starts is not None else ()
    said = next((x for x in told if x.text.strip() and not _LEVEL.match(x.text)), None)
    if said:
        yield _finding((said, heading), "gulp", f"{plugin} {said.text.strip()}")


def _finding(
    lines: Sequence[Line], rule: str, identity: str, found: C | None = None, rank: int = 74
) -> Finding:
    return Finding(
        lines=tuple(map(stripped, lines)),
        rank=rank,
        rule=rule,
        failure_class=found,
        identity=identity,
    )
