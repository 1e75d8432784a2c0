"""Causes that stand below a heading of their tool's own.

Sources: Django's `SystemCheckError` (`place: (app.E001) text`), SBCL's `Unhandled <condition> in thread`
with the condition's text indented below, the Serverless Framework's `Serverless Error -----`, dbt's
`<kind> Error in <node> (<path>)`, Flow's `Error ---- <place>`, Unity's editor in batch mode ("Aborting
batchmode due to"), CMake's ExternalProject (the hash of a download).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped
from policies.rootcause.wrapping import is_wrapper

CHECKS_LIMIT, CONDITION_LIMIT = 60, 8
"""Lines below the heading that are read."""

_CHECKS = expression(r"^(?:[\w.]{1,80}\.)?SystemCheckError: ")
_CHECK = expression(r"^\S.{0,200}: \((?P<code>[\w.]{1,60}\.[EC]\d{3})\) \S")
_UNHANDLED = expression(r"^Unhandled (?P<kind>[A-Z][\w:+*-]{2,80})(?: in thread|:)")
_THREAD = expression(r"^\s+\{[0-9A-F]{6,16}\}>:$")
_UNITY = expression(r"^Aborting batchmode due to (?:failure|fatal error):$")
_COMPILED = expression(r"compiler? errors?")
_SCRIPT = expression(r"^\S.{0,400}\(\d{1,7},\d{1,7}\): error CS\d{4}: \S")
_HASH = expression(r"^(?:-- )?(?P<kind>MD5|SHA[\d_]{1,5}) hash of$")
_DIFFERS = "does not match expected value"
_RULED = expression(
    r"^\s{0,4}(?:[A-Z]\w{1,30} ){0,3}(?:Error|ERROR) [-\u2500\u2501]{8,}$"
    r"|^Error [-\u2508]{4,} (?P<file>\S{1,300}):\d{1,7}:\d{1,7}$"
)
_DBT = expression(
    r"^\s{0,6}(?P<kind>Database|Compilation|Runtime|Parsing|Validation) Error in "
    r"(?P<node>[a-z]{3,20} \S{1,200}) \(\S{1,300}\)$"
)
_COMPILES = ("Compilation", "Parsing")
_PORTAGE = expression(r"^\s?\* ERROR: \S{1,200} failed \(\w{2,12} phase\):$")
_DIED = expression(r"^\s?\* {3}(?P<said>\S.{0,1000})$")


def headed(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what stands below such headings, and what made make stop."""
    for at, _, _ in matching(lines, "SystemCheckError", _CHECKS):
        yield from _checks(lines[at + 1 : at + CHECKS_LIMIT])
    for at, line, match in matching(lines, "Unhandled ", _UNHANDLED):
        if said := _condition(lines[at + 1 : at + 1 + CONDITION_LIMIT]):
            yield _unhandled(line, match["kind"], said)
    for at, _, _ in matching(lines, "Aborting batchmode ", _UNITY):
        yield from _unity(lines, at)
    for at, line, _ in matching(lines, " failed (", _PORTAGE):
        yield from _portage(line, lines[at + 1 : at + 1 + CONDITION_LIMIT])
    for word in ("Error -", "ERROR -", "Error \u2500", "Error \u2501", "Error \u2508"):
        for at, line, match in matching(lines, word, _RULED):
            below = lines[at + 1 : at + 1 + CONDITION_LIMIT]
            yield from _of_flow(line, match["file"], below) if match["file"] else _below_rule(below)
    for at, line, match in matching(lines, " hash of", _HASH):
        yield from _not_as_expected(line, match["kind"], lines[at + 1 : at + 3])
    for at, line, match in matching(lines, " Error in ", _DBT):
        yield from _dbt(line, match, lines[at + 1 : at + 1 + CONDITION_LIMIT])


def _not_as_expected(line: Line, kind: str, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what CMake's ExternalProject says of a file whose hash is not the one that was set."""
    shown = [stripped(line), *map(stripped, below)]
    if shown[-1].text == _DIFFERS:
        yield Finding(
            lines=(shown[-1], *shown[:-1]),
            rank=72,
            rule="external project",
            failure_class=C.CONFIG_ERROR,
            summary=f"{kind} hash of {shown[1].text} {_DIFFERS}",
        )


def _unity(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    """Yield why the editor gave up: crashes on its way out tell nothing of it."""
    told = next((one for one in lines[at + 1 : at + 4] if one.text.strip()), None)
    if told is None:
        return
    is_code = _COMPILED.search(told.text)
    script = next((one for one in lines[:at] if _SCRIPT.match(one.text)), None) if is_code else None
    yield Finding(
        lines=(stripped(script or told),),
        rank=84,
        rule="unity",
        failure_class=C.COMPILE_ERROR if is_code else None,
    )


def _checks(below: Sequence[Line]) -> Iterator[Finding]:
    for line in below:
        if match := _CHECK.match(line.text):
            yield Finding(
                lines=(stripped(line),),
                rank=78,
                rule="django check",
                failure_class=C.CONFIG_ERROR,
                identity=f"{match['code']} {line.text.partition(':')[0]}",
            )


def _portage(line: Line, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the ebuild said as it died, if it did not only repeat that make failed."""
    said = (match["said"] for one in below[:1] if (match := _DIED.match(one.text)))
    for told in said:
        if not (is_wrapper(told.lower()) or told.endswith(("failed", "(no error message)"))):
            yield Finding(
                lines=(Line(below[0].number, told), stripped(line)), rank=70, rule="portage"
            )


def _below_rule(below: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first line of the message whose heading only says that it is an error."""
    said = next((stripped(line) for line in below if line.text.strip()), None)
    if said:
        yield Finding(lines=(said,), rank=72, rule="ruled heading")


def _of_flow(line: Line, file: str, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what Flow says of a place, which its heading names."""
    said = next((stripped(one) for one in below if one.text.strip()), None)
    if said:
        yield Finding(
            lines=(said, stripped(line)),
            rank=76,
            rule="flow",
            failure_class=C.TYPE_ERROR,
            summary=f"{file}: {said.text}",
            identity=f"{file} {said.text}",
        )


def _dbt(line: Line, match: re.Match[str], below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what dbt says of one of its nodes; a message that ends with a colon goes on below."""
    if said := announced(below):
        text = " ".join(one.text for one in said)
        yield Finding(
            lines=(*said, stripped(line)),
            rank=76,
            rule="dbt",
            failure_class=C.COMPILE_ERROR if match["kind"] in _COMPILES else None,
            summary=f"{match['node']}: {text}",
            identity=f"{match['node']} {text}",
        )


def _condition(below: Sequence[Line]) -> list[Line]:
    """Give the indented lines of the condition's text."""
    said: list[Line] = []
    for line in below:
        if not line.text.startswith("  "):
            break
        if not _THREAD.match(line.text):
            said.append(stripped(line))
    return said


def _unhandled(line: Line, kind: str, said: Sequence[Line]) -> Finding:
    text = " ".join(one.text for one in said)
    return Finding(
        lines=(stripped(line), *said[:4]),
        rank=77,
        rule="lisp condition",
        summary=f"{kind}: {text}",
        identity=f"{kind} {text}",
    )
