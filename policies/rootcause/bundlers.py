"""How JavaScript's build tools state errors: webpack, esbuild, vite, rollup, next, parcel, babel, sass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import stripped, unmarked
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding
from policies.rootcause.wrapping import is_wrapper

LOOK_AHEAD = 12

_WEBPACK = expression(
    r"^(?:ERROR in|Error:) (?P<file>(?:\./|\.\./|/)?[^\s:]{1,300})(?: (?P<at>\d[\d:-]{0,30}))"
    r"?$|^ERROR in\s{0,4}$|^ERROR in (?P<said>\S.{0,200}[^\s\d:-])$"
)
_LOADER = expression(
    r"^(?:Module build failed|Module parse failed|Module Error|Module Warning)"
    r"\b.{0,200}?(?:: (?P<said>\S.{0,1000}))?$"
)
_RESOLVE = expression(r"^(?:Error: |SyntaxError: )?(?:Module not found|Can't resolve)\b")
_ESBUILD = expression(
    r"^(?P<mark>[✘X] )?\[ERROR\] (?P<said>\S.{0,1000})$|^> (?P<file>\S{1,300}):\d{1,9}:\d{1,9}: "
    r"error: (?P<older>\S.{0,1000})$"
)
_PLACE = expression(r"^\s{2,8}(?P<file>[^\s:]{1,300}):\d{1,9}:\d{1,9}:?$")
_ROLLUP = expression(r"^\[!\] (?:\(plugin [^)]{1,80}\) )?(?:\w{0,80}Error: )?\S")
_DURING = expression(r"^error during build:$")
_CONFIG = "failed to load config from "
"""Vite says so above that heading where its own settings stopped it."""
_COUNT = expression(
    r"^\[?(?:Error: )?(?:(?:Turbopack )?[Bb]uild|Transform) failed with \d+ errors?\b.{0,80}$"
)
_NEXT = expression(
    r"^Failed to compile\.?$|^> Build error occurred$|^Error occurred prerendering page|^🚨 "
    r"Build failed\.$|^Export encountered (?:an )?errors?|^⨯ Next\.js build worker exited"
)
_CROSSED = expression(r"^⨯ (?!Next\.js build worker exited)\S")
"""Next's own mark of an error: before a page that could not be rendered, it says why."""
_NEXT_FILE = expression(r"^(?:\./|\.\./)\S{1,300}$")
_COMPLAINT = expression(
    r"^\d{1,7}:\d{1,7} {1,2}(?P<level>Error|Warning): (?P<said>\S.{0,1000}?)"
    r"(?: {1,2}(?P<code>@?[a-z]\w{0,60}(?:[/-]\w{1,60}){1,8}))?$"
)
"""Next's own form of ESLint's report, below the file."""
COMPLAINTS_LIMIT = 400
"""Lines of that report that are read."""
_ADVICE = expression(
    r"^(?:Read more|https?://|Import trace|at |\[eslint\]|Learn more|Page: |> Export)"
)
_BABEL = expression(
    r"^(?:\[BABEL\] |ERROR in \S{1,200}: |Error: )?SyntaxError: (?:\[BABEL\] )?(?P<file>(?:/"
    r"|[A-Za-z]:\\|unknown)[^\s:]{0,300}): (?P<said>\S.{0,500})$"
)
_VITE_PLUGIN = expression(
    r"^\[(?:vite|plugin|commonjs|UNRESOLVED_IMPORT|PARSE_ERROR|[A-Z_]{5,40})[\w:.@/ "
    r"-]{0,80}\]:? (?P<said>\S.{0,1000})$"
)
_UNPARSED = expression(r"^(?:Parsing \w{1,20} source code failed|Ecmascript file had an error)$")
_CODE_ROW = expression(r"^>? {0,4}\d{0,7} {0,4}\|")
_LACKS = expression(
    r"^(?:\[?\w{0,40}Error: )?(?:> Couldn't find any |[\w `'\".-]{1,100}\b(?:is|are) "
    r"(?:required|missing|not set|not configured|not provided)\b"
    r"|(?:[Mm]issing|[Ii]nvalid)(?: \w{1,20})? env(?:ironment)?(?: var(?:iable)?s?)?\b)"
)
_QUOTED = expression(r"(?:resolve(?: import)?|module|package) ['\"`](?P<what>[^'\"`]{1,300})['\"`]")

_WORDS = (
    *("[ERROR] ", ": error: ", "ERROR in", "Error:", "[!] ", "error during build:"),
    *("Failed to compile", "> Build error occurred", "Error occurred prerendering page"),
    *("ERROR #", "Build failed.", "Export encountered ", "SyntaxError: "),
    "Next.js build worker exited",
)
"""One of them stands in every line that one of these begins with: a cheap test before them."""


def bundlers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what stopped a build, with the file in which it did."""
    for at, raw in holding(lines, *_WORDS):
        line = Line(raw.number, unmarked(raw.text))
        after = lines[at + 1 : at + 1 + LOOK_AHEAD]
        if match := _ESBUILD.match(line.text):
            place = next((p for x in after[:3] if (p := _PLACE.match(x.text))), None)
            file = match["file"] or (place["file"] if place else "")
            if match["said"] and not (match["mark"] or place):
                continue  # Maven and others begin their errors so
            yield _finding(line, match["said"] or match["older"], file, *_named(after, file))
        elif match := _WEBPACK.match(line.text):
            yield from _webpack(line, match, after)
        elif _ROLLUP.match(line.text):
            yield _finding(line, line.text, "")
        elif "prerendering" in line.text and at and _CROSSED.match(lines[at - 1].text.strip()):
            said = stripped(lines[at - 1])
            yield _finding(said, said.text, "", rank=75)
        elif _DURING.match(line.text):
            is_setting = at > 0 and lines[at - 1].text.startswith(_CONFIG)
            yield from (_as_setting(x) if is_setting else x for x in _below(after, 76))
        elif _NEXT.match(line.text):
            report = lines[at + 1 : at + 1 + COMPLAINTS_LIMIT]
            yield from list(_complaints(report)) or _below(after, 74)
        elif match := _BABEL.match(line.text):
            yield _finding(line, line.text, match["file"])


def _as_setting(found: Finding) -> Finding:
    """What a file of settings asks for may have to be installed; all else is to be mended in it."""
    is_package = found.failure_class is FailureClass.MISSING_DEPENDENCY
    return found if is_package else replace(found, failure_class=FailureClass.CONFIG_ERROR)


def _complaints(report: Sequence[Line]) -> Iterator[Finding]:
    """Yield the errors of the checks that Next makes before it builds: their warnings stop nothing."""
    file = Line(0, "")
    for line in (stripped(x) for x in report if x.text.strip()):
        row = _COMPLAINT.match(line.text)
        if row and row["level"] == "Error":
            found = _finding(line, line.text, file.text)
            known = f"{file.text} {row['code'] or row['said']}"
            yield replace(found, failure_class=FailureClass.LINT, identity=known)
        elif _NEXT_FILE.match(line.text):
            file = line
        elif not row:
            return


def _named(after: Sequence[Line], file: str) -> list[Line]:
    return [stripped(x) for x in after[:3] if file and file in x.text][:1]


def _webpack(line: Line, match: re.Match[str], after: Sequence[Line]) -> Iterator[Finding]:
    """Below the file stands why; where a loader failed, one line further down."""
    filled = [stripped(x) for x in after if x.text.strip()]
    if line.text.startswith("Error:") and not (filled and _LOADER.match(filled[0].text)):
        return
    if match["said"]:
        yield _finding(line, match["said"], "")
        return
    loader = _LOADER.match(filled[0].text) if filled else None
    said = filled[0] if filled else line
    if loader and not loader["said"] and len(filled) > 1:
        said = filled[1]
    yield _finding(said, said.text, match["file"] or "", stripped(line))


def _below(after: Sequence[Line], rank: int) -> Iterator[Finding]:
    """Give the first words below a heading that says nothing, with the file if one stands between."""
    filled = [stripped(x) for x in after if x.text.strip() and not _COUNT.match(x.text.strip())]
    file = next((x for x in filled[:2] if _NEXT_FILE.match(x.text)), None)
    said = [
        x
        for x in filled
        if x is not file and not any(form.match(x.text) for form in (_ADVICE, _NEXT, _COMPLAINT))
    ]
    said = said[_shown(said) :]
    said = [] if said and is_wrapper(said[0].text.lower()) else said
    if said and not any(x.text.startswith("Line ") for x in filled):
        more = (file,) if file else ()
        yield _finding(said[0], said[0].text, file.text if file else "", *more, rank=rank)


def _shown(said: Sequence[Line]) -> int:
    """Give where the message stands: Turbopack's parsers say it below the code that they show."""
    if not (said and _UNPARSED.match(said[0].text)):
        return 0
    below = (n for n, line in enumerate(said) if n and not _CODE_ROW.match(line.text))
    return next(below, 0)


def _finding(line: Line, said: str, file: str, *more: Line, rank: int = 76) -> Finding:
    said = match["said"] if (match := _VITE_PLUGIN.match(said)) else said
    return Finding(
        lines=(line, *(x for x in more if x.number != line.number)),
        rank=rank,
        rule="bundler",
        failure_class=class_of_said(said),
        summary=f"{file}: {line.text}" if file and file not in line.text else line.text,
        identity=f"{file} {said}".strip(),
    )


def class_of_said(said: str) -> FailureClass:
    """A package that cannot be found is to be installed; a file of one's own is to be named rightly.

    What a build lacks that runs the code (a page rendered beforehand) is a setting.
    """
    match = _QUOTED.search(said)
    if match and not match["what"].startswith((".", "/")):
        return FailureClass.MISSING_DEPENDENCY
    if said.startswith(("Type error", "TS")):
        return FailureClass.TYPE_ERROR
    return FailureClass.CONFIG_ERROR if _LACKS.search(said) else FailureClass.COMPILE_ERROR
